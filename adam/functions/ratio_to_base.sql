-- {aval} divided by {base}.
--
-- R2BASE, the ratio to baseline.
-- Missing: a missing value, a missing baseline and a baseline of zero give missing.
-- Source: ADaMIG 1.3, section 3.3.4
--
-- | aval | base | ratio_to_base |
-- | 30   | 40   | 0.75          |
-- | 30   | 0    |               |
-- |      | 40   |               |
-- | 30   |      |               |
CREATE MACRO ratio_to_base(aval, base) AS
  CAST(aval AS DOUBLE) / nullif(base, 0);
