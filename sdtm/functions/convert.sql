-- {value} converted from {from_unit} to {to_unit}.
--
-- Mass, length, volume, temperature, pressure, time, amount of substance, concentrations, cell counts, fractions (see unit_kind). Between mass and amount
-- there is no general conversion: it needs the substance. The result is not rounded.
-- Missing: a missing value or unit, and units that do not convert into each other, give missing; the same unit twice gives the value, known or not.
-- Source: SDTMIG 3.4, section 4.5.1
--
-- | value | from_unit | to_unit | convert     |
-- | 98.6  | F         | C       | 37          |
-- | 37    | C         | F       | 98.6        |
-- | 20    | C         | K       | 293.15      |
-- | 70    | in        | cm      | 177.8       |
-- | 5     | ft        | cm      | 152.4       |
-- | 100   | LB        | kg      | 45.359237   |
-- | 70    | kg        | g       | 70000       |
-- | 250   | mL        | L       | 0.25        |
-- | 2     | WEEKS     | DAYS    | 14          |
-- | 90    | mg/dL     | g/L     | 0.9         |
-- | 5.6   | 10^3/uL   | 10^9/L  | 5.6         |
-- | 12    | %         | fraction of 1 | 0.12  |
-- | 90    | mg/dL     | mmol/L  |             |
-- | 70    | kg        | cm      |             |
-- | 3     | drop      | drop    | 3           |
-- | 3     | drop      | mL      |             |
-- |       | kg        | g       |             |
-- | 70    |           | g       |             |
-- | 70    | kg        |         |             |
CREATE MACRO convert(value, from_unit, to_unit) AS
  CASE WHEN from_unit = to_unit THEN CAST(value AS DOUBLE)
       WHEN unit_kind(to_unit) <> unit_kind(from_unit) THEN NULL
       WHEN lower(to_unit) IN ('c', 'f', 'k')
       THEN celsius(value, from_unit) * CASE lower(to_unit) WHEN 'f' THEN 9e0 ELSE 5e0 END / 5
            + CASE lower(to_unit) WHEN 'f' THEN 32e0 WHEN 'k' THEN 27315e-2 ELSE 0e0 END
       ELSE value * unit_size(from_unit) / unit_size(to_unit) END;
