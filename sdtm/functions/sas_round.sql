-- {x} rounded to the nearest {unit}, halves away from zero.
--
-- As SAS ROUND: a value that misses a half only by the inexactness of binary numbers counts as a half. The unit is a whole number or one over a
-- whole number (0.1, 0.01, 0.25); the result is divided by a power of ten rather than multiplied by 0.1, so that it is the number one would type.
-- Missing: a missing number, a missing or impossible unit gives missing.
--
-- | x       | unit  | sas_round |
-- | 2.5     | 1     | 3         |
-- | -2.5    | 1     | -3        |
-- | 0.45    | 0.1   | 0.5       |
-- | 1.005   | 0.01  | 1.01      |
-- | -1.005  | 0.01  | -1.01     |
-- | 2.675   | 0.01  | 2.68      |
-- | 36.6666 | 0.01  | 36.67     |
-- | 12.5    | 5     | 15        |
-- | 1249    | 100   | 1200      |
-- | 0.3     | 0.25  | 0.25      |
-- | 0.4     | 0.25  | 0.5       |
-- | -0.01   | 0.1   | 0         |
-- | 0       | 0.1   | 0         |
-- |         | 0.1   |           |
-- | 7       | 0     |           |
-- | 7       | 0.3   |           |
CREATE MACRO sas_round(x, unit) AS
  sign(x)
  * floor(abs(CAST(x AS DOUBLE)) * whole_parts(unit) / greatest(CAST(unit AS DOUBLE), 1) * (1 + 1e-14) + 0.5)
  * greatest(CAST(unit AS DOUBLE), 1) / whole_parts(unit) + 0;
