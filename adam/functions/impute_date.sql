-- Date of {dtc}; a partial date is completed with the {rule} possible day (up to level {level}).
--
-- The rule is 'first', 'last' or 'mid' (day 15, or 30 June where the month is missing). The level is how much may be imputed: 'D' the day only, 'M' month and
-- day, anything else nothing. A known day of an unknown month is not used. The year is never imputed.
-- Missing: a missing date, and a date that lacks more than the level allows, give missing.
-- Source: ADaMIG 1.3, section 3.1.3
--
-- | dtc              | rule  | level | impute_date |
-- | 2013-05          | first | D     | 2013-05-01  |
-- | 2013-05          | first | T     |             |
-- | 2013-05          | mid   | D     | 2013-05-15  |
-- | 2013-05          | last  | D     | 2013-05-31  |
-- | 2024-02          | last  | D     | 2024-02-29  |
-- | 2013             | first | D     |             |
-- | 2013             | first | M     | 2013-01-01  |
-- | 2013             | mid   | M     | 2013-06-30  |
-- | 2013             | last  | M     | 2013-12-31  |
-- | 2013-05          | last  | M     | 2013-05-31  |
-- | 2013---05        | first | M     | 2013-01-01  |
-- | 2013---05        | first | D     |             |
-- | 2013-05-07       | last  | M     | 2013-05-07  |
-- | 2013-05-07T09:05 | last  | D     | 2013-05-07  |
-- | 2013-02-30       | last  | M     |             |
-- | 2013-13          | first | M     |             |
-- | --03-05          | first | M     |             |
-- |                  | first | M     |             |
CREATE MACRO impute_date(dtc, rule := 'first', level := 'D') AS
  CASE WHEN level IN ('D', 'M') AND regexp_matches(CAST(dtc AS VARCHAR), '^[0-9]{4}-[0-9]{2}$')
       THEN CASE rule WHEN 'last' THEN last_day(try_cast(CAST(dtc AS VARCHAR) || '-01' AS DATE))
                      ELSE try_cast(CAST(dtc AS VARCHAR) || CASE rule WHEN 'first' THEN '-01' WHEN 'mid' THEN '-15' END AS DATE) END
       WHEN level = 'M' AND regexp_matches(CAST(dtc AS VARCHAR), '^[0-9]{4}(-{3}[0-9]{2})?$')
       THEN try_cast(left(CAST(dtc AS VARCHAR), 4) || CASE rule WHEN 'first' THEN '-01-01' WHEN 'mid' THEN '-06-30' WHEN 'last' THEN '-12-31' END AS DATE)
       ELSE to_date(dtc) END;
