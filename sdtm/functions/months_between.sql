-- Completed months from {start_date} to {end_date}.
--
-- A month is complete on the same day of a later month, or on its last day where it is shorter. Dates or ISO 8601 text.
-- Missing: a missing or partial date gives missing.
--
-- | start_date | end_date   | months_between |
-- | 2024-01-15 | 2024-02-14 | 0              |
-- | 2024-01-15 | 2024-02-15 | 1              |
-- | 2024-01-15 | 2025-01-14 | 11             |
-- | 2024-01-31 | 2024-02-28 | 0              |
-- | 2024-01-31 | 2024-02-29 | 1              |
-- | 2024-02-15 | 2024-01-15 | -1             |
-- | 2024-03    | 2024-03-09 |                |
-- |            | 2024-03-09 |                |
-- | 2024-03-09 |            |                |
CREATE MACRO months_between(start_date, end_date) AS
  date_sub('month', to_date(start_date), to_date(end_date));
