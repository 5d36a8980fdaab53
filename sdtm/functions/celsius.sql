-- {value} {unit} in degrees Celsius.
--
-- From Fahrenheit (F), Kelvin (K) or Celsius (C) itself.
-- Missing: a missing value or another unit gives missing.
-- Source: NIST Special Publication 811, appendix B.8
--
-- | value  | unit | celsius |
-- | 98.6   | F    | 37      |
-- | 32     | f    | 0       |
-- | 37.5   | C    | 37.5    |
-- | 273.15 | K    | 0       |
-- | 37     | kg   |         |
-- | 37     |      |         |
-- |        | F    |         |
CREATE MACRO celsius(value, unit) AS
  CASE lower(unit) WHEN 'c' THEN CAST(value AS DOUBLE) WHEN 'f' THEN (value - 32) * 5e0 / 9 WHEN 'k' THEN value - 27315e-2 END;
