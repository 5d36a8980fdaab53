-- {result} as a number in {standard_unit}, converted from {unit}.
--
-- --STRESN from --ORRES and --ORRESU. Where there is no unit at all (a score, a ratio) the number is taken as it is.
-- Missing: a result that is no number, an unknown unit and a unit on one side only give missing.
-- Reads: result. Where that was collected and a rule gives missing, the build says which records.
-- Source: SDTMIG 3.4, section 4.5.1
--
-- | result | unit | standard_unit | standard_number |
-- | 98.6   | F    | C             | 37              |
-- | 076    | kg   | kg            | 76              |
-- | 4      |      |               | 4               |
-- | <5     | mg/L | mg/L          |                 |
-- | 98.6   | F    |               |                 |
-- | 98.6   |      | C             |                 |
-- |        | F    | C             |                 |
CREATE MACRO standard_number(result, unit, standard_unit) AS
  CASE WHEN unit IS NULL AND standard_unit IS NULL THEN number(result) ELSE convert(number(result), unit, standard_unit) END;
