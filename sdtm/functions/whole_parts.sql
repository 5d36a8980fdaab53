-- Number of parts of size {unit} in one.
--
-- 10 for 0.1 and 4 for 0.25, exactly; 1 for units of one and more. Used by sas_round.
-- Missing: a unit that does not divide one, zero and negative units give missing.
--
-- | unit   | whole_parts |
-- | 0.1    | 10          |
-- | 0.0001 | 10000       |
-- | 0.25   | 4           |
-- | 1      | 1           |
-- | 5      | 1           |
-- | 0.3    |             |
-- | 0      |             |
-- |        |             |
CREATE MACRO whole_parts(unit) AS
  CASE WHEN unit >= 1 THEN 1
       WHEN unit > 0 AND abs(unit * round(1 / nullif(CAST(unit AS DOUBLE), 0)) - 1) < 1e-9 THEN round(1 / nullif(CAST(unit AS DOUBLE), 0)) END;
