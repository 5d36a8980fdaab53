-- Change from {base} to {aval} in percent of the former.
--
-- PCHG, 100 times the change from baseline divided by the baseline.
-- Missing: a missing value, a missing baseline and a baseline of zero give missing.
-- Source: ADaMIG 1.3, section 3.3.4
--
-- | aval | base | percent_change |
-- | 30   | 40   | -25            |
-- | 40   | 40   | 0              |
-- | 0    | 40   | -100           |
-- | 30   | 0    |                |
-- |      | 40   |                |
-- | 30   |      |                |
CREATE MACRO percent_change(aval, base) AS
  100e0 * (aval - base) / nullif(base, 0);
