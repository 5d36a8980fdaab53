-- Date of {dtc}; a partial date is completed with the {rule} possible day (up to level {level}), but not after {bound} if that can be.
--
-- The bound (end of study, death, data cut-off) counts only where the collected part of the date allows it. Complete dates are never changed.
-- Missing: as impute_date; without a bound nothing is bounded.
-- Source: ADaMIG 1.3, section 3.1.3
--
-- | dtc        | bound      | rule | level | impute_date_not_after |
-- | 2024-03    | 2024-03-09 | last | D     | 2024-03-09            |
-- | 2024-02    | 2024-03-09 | last | D     | 2024-02-29            |
-- | 2024-04    | 2024-03-09 | last | D     | 2024-04-30            |
-- | 2024       | 2024-03-09 | last | M     | 2024-03-09            |
-- | 2024       | 2024-03-09 | last | D     |                       |
-- | 2024-03    | 2024-03-09 | mid  | D     | 2024-03-09            |
-- | 2024-03-20 | 2024-03-09 | last | D     | 2024-03-20            |
-- | 2024-03    |            | last | D     | 2024-03-31            |
-- |            | 2024-03-09 | last | D     |                       |
CREATE MACRO impute_date_not_after(dtc, bound, rule := 'last', level := 'D') AS
  CASE WHEN to_date(bound) < impute_date(dtc, rule, level) AND to_date(bound) >= impute_date(dtc, 'first', level) THEN to_date(bound)
       ELSE impute_date(dtc, rule, level) END;
