-- Days from {start_date} to {end_date}.
--
-- The difference of the dates: 0 on the same day. For a number that counts both days see duration_days. Dates or ISO 8601 text.
-- Missing: a missing or partial date gives missing.
--
-- | start_date | end_date         | days_between |
-- | 2024-03-09 | 2024-03-12       | 3            |
-- | 2024-03-09 | 2024-03-09T14:05 | 0            |
-- | 2024-03-12 | 2024-03-09       | -3           |
-- | 2024-03    | 2024-03-09       |              |
-- |            | 2024-03-09       |              |
-- | 2024-03-09 |                  |              |
CREATE MACRO days_between(start_date, end_date) AS
  to_date(end_date) - to_date(start_date);
