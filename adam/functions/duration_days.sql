-- Days from {start_date} to {end_date}, both counted.
--
-- End minus start plus one, as treatment and event durations (TRTDURD, ADURN) are. Dates or ISO 8601 text.
-- Missing: a missing or partial date gives missing, and so does an end before the start.
-- Source: ADaMIG 1.3 (TRTDURD); ADaM OCCDS 1.1 (ADURN)
--
-- | start_date | end_date         | duration_days |
-- | 2024-03-09 | 2024-03-09       | 1             |
-- | 2024-03-09 | 2024-03-12T09:05 | 4             |
-- | 2024-03-12 | 2024-03-09       |               |
-- | 2024-03    | 2024-03-09       |               |
-- |            | 2024-03-09       |               |
-- | 2024-03-09 |                  |               |
CREATE MACRO duration_days(start_date, end_date) AS
  CASE WHEN days_between(start_date, end_date) >= 0 THEN days_between(start_date, end_date) + 1 END;
