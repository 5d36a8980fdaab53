-- {day} is the day closest to the target day {target} (of two equally close ones the {tie} one).
--
-- For ANLzzFL: over the records of a subject, parameter and analysis visit. Several records of that day are all closest; is_first or is_last can choose.
-- Missing: a record without day is never the closest; without target none is.
-- Source: ADaMIG 1.3, section 3.3.8.1
--
-- Example: yes_if(is_closest(day, target) over visit)
-- | visit | day | target | result |
-- | A     | 50  | 56     |        |
-- | A     | 57  | 56     | Y      |
-- | A     |     | 56     |        |
-- | B     | 54  | 56     |        |
-- | B     | 58  | 56     | Y      |
-- | C     | 54  | 56     | Y      |
-- | C     | 54  | 56     | Y      |
-- | D     | 3   |        |        |
--
-- Example: is_closest(day, target, 'earlier') over visit
-- | visit | day | target | result |
-- | B     | 54  | 56     | TRUE   |
-- | B     | 58  | 56     | FALSE  |
CREATE MACRO is_closest(day, target, tie := 'later') AS
  coalesce(window_distance(day, target) + CASE WHEN (day > target) = (tie = 'later') THEN 0e0 ELSE 1e-6 END
    = min(window_distance(day, target) + CASE WHEN (day > target) = (tie = 'later') THEN 0e0 ELSE 1e-6 END), FALSE);
