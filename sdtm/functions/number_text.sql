-- {x} as text.
--
-- As many decimals as the number has (at most 15 significant digits), no trailing zeros; no exponent between 1e-15 and 1e15.
-- Missing: a missing number gives missing text.
-- Source: SDTMIG 3.4, section 4.5.1
--
-- | x             | number_text   |
-- | 76            | 76            |
-- | 37.22         | 37.22         |
-- | 1.50          | 1.5           |
-- | -0.5          | -0.5          |
-- | 0.00001234    | 0.00001234    |
-- | 0             | 0             |
-- | 100           | 100           |
-- | 1234567890123 | 1234567890123 |
-- | 123456789.123 | 123456789.123 |
-- |               |               |
--
-- Example: number_text(x + y)
-- | x   | y   | result |
-- | 0.1 | 0.2 | 0.3    |
-- | 1.1 | 2.2 | 3.3    |
CREATE MACRO number_text(x) AS
  CASE WHEN abs(x) >= 1e-4 OR x = 0
       THEN format('{:.15g}', CAST(x AS DOUBLE) + 0)
       ELSE rtrim(format('{:.20f}', CAST(x AS DOUBLE)), '0') END;
