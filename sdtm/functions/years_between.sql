-- Completed years from {start_date} to {end_date}.
--
-- Whole years, as an age is told: a year is complete on the same day of a later year (for
-- 29 February on the 28th where that year has none). Dates or ISO 8601 text.
-- Missing: a missing or partial date gives missing.
--
-- | start_date | end_date   | years_between |
-- | 1950-12-26 | 2013-12-25 | 62            |
-- | 1950-12-26 | 2013-12-26 | 63            |
-- | 2000-02-29 | 2001-02-27 | 0             |
-- | 2000-02-29 | 2001-02-28 | 1             |
-- | 1950       | 2013-12-26 |               |
-- |            | 2013-12-26 |               |
-- | 1950-12-26 |            |               |
CREATE MACRO years_between(start_date, end_date) AS
  date_sub('year', to_date(start_date), to_date(end_date));
