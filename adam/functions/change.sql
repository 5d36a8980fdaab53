-- {aval} minus {base}.
--
-- CHG, the change from baseline.
-- Missing: a missing value or baseline gives missing.
-- Source: ADaMIG 1.3, section 3.3.4
--
-- | aval | base | change |
-- | 30   | 40   | -10    |
-- | 40   | 40   | 0      |
-- |      | 40   |        |
-- | 30   |      |        |
CREATE MACRO change(aval, base) AS
  aval - base;
