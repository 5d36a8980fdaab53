-- Study day of {date} counted from {reference}.
--
-- The reference day is day 1 and the day before it is day -1: there is no day 0. Dates or ISO 8601 text.
-- Missing: a missing or partial date gives a missing day.
-- Source: SDTMIG 3.4, section 4.4.4
--
-- | date             | reference        | study_day |
-- | 2024-03-09       | 2024-03-10       | -1        |
-- | 2024-03-10       | 2024-03-10       | 1         |
-- | 2024-03-11       | 2024-03-10       | 2         |
-- | 2024-03-11T00:05 | 2024-03-10T23:55 | 2         |
-- | 2024-03          | 2024-03-10       |           |
-- | 2024-03-10       |                  |           |
-- |                  | 2024-03-10       |           |
CREATE MACRO study_day(date, reference) AS
  to_date(date) - to_date(reference) + CAST(to_date(date) - to_date(reference) >= 0 AS INTEGER);
