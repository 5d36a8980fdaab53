-- Date of {dtc}; a partial date is completed with the {rule} possible day (up to level {level}), but not before {bound} if that can be.
--
-- The bound counts only where the collected part of the date allows it: an onset in the month of the first dose becomes the day of the first dose rather
-- than the first of the month; an onset in an earlier month stays earlier. Complete dates are never changed.
-- Missing: as impute_date; without a bound nothing is bounded.
-- Source: ADaMIG 1.3, section 3.1.3
--
-- | dtc        | bound      | rule  | level | impute_date_not_before |
-- | 2024-03    | 2024-03-09 | first | D     | 2024-03-09             |
-- | 2024-04    | 2024-03-09 | first | D     | 2024-04-01             |
-- | 2024-02    | 2024-03-09 | first | D     | 2024-02-01             |
-- | 2024       | 2024-03-09 | first | M     | 2024-03-09             |
-- | 2024       | 2024-03-09 | first | D     |                        |
-- | 2024-03    | 2024-03-20 | mid   | D     | 2024-03-20             |
-- | 2024-03-01 | 2024-03-09 | first | D     | 2024-03-01             |
-- | 2024-03    |            | first | D     | 2024-03-01             |
-- |            | 2024-03-09 | first | D     |                        |
CREATE MACRO impute_date_not_before(dtc, bound, rule := 'first', level := 'D') AS
  CASE WHEN to_date(bound) > impute_date(dtc, rule, level) AND to_date(bound) <= impute_date(dtc, 'last', level) THEN to_date(bound)
       ELSE impute_date(dtc, rule, level) END;
