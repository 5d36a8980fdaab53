-- Completed weeks from {start_date} to {end_date}.
--
-- As SAS INTCK('week7', ..., 'continuous'): seven days make a week, counted towards zero. Dates or ISO 8601 text.
-- Missing: a missing or partial date gives missing.
--
-- | start_date | end_date   | weeks_between |
-- | 2024-03-01 | 2024-03-07 | 0             |
-- | 2024-03-01 | 2024-03-08 | 1             |
-- | 2024-03-01 | 2024-03-21 | 2             |
-- | 2024-03-08 | 2024-03-01 | -1            |
-- | 2024-03    | 2024-03-09 |               |
-- |            | 2024-03-09 |               |
-- | 2024-03-09 |            |               |
CREATE MACRO weeks_between(start_date, end_date) AS
  (to_date(end_date) - to_date(start_date)) // 7;
