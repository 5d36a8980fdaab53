-- Days between {day} and the target day {target}, without sign.
--
-- AWTDIFF. As there is no day 0, days on different sides of it are one day nearer than their numbers say.
-- Missing: a missing day or target gives missing.
-- Source: ADaMIG 1.3 (AWTDIFF)
--
-- | day | target | window_distance |
-- | 56  | 56     | 0               |
-- | 53  | 56     | 3               |
-- | 60  | 56     | 4               |
-- | -1  | 1      | 1               |
-- | -7  | 1      | 7               |
-- | -7  | -5     | 2               |
-- |     | 56     |                 |
-- | 56  |        |                 |
CREATE MACRO window_distance(day, target) AS
  abs(day - target) - CASE WHEN (day < 0) <> (target < 0) THEN 1 ELSE 0 END;
