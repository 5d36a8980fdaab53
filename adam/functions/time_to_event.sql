-- Time from {start_date} to {date} in {unit}, both days counted.
--
-- The first day is day 1, so that an event on the day of origin has taken one day. Units: DAYS, WEEKS (7 days), MONTHS (30.4375 days), YEARS (365.25 days).
-- For events and for censorings alike; which of them comes first is said by `one_per` and `keep`.
-- Missing: a missing or partial date, or another unit, gives missing.
-- Source: ADaM Basic Data Structure for Time-to-Event Analyses 1.0 (STARTDT, ADT, AVAL)
--
-- | start_date | date       | unit  | time_to_event |
-- | 2024-03-09 | 2024-03-09 | DAYS  | 1             |
-- | 2024-03-09 | 2024-03-22 | DAYS  | 14            |
-- | 2024-03-09 | 2024-03-22 | WEEKS | 2             |
-- | 2024-01-01 | 2027-12-31 | YEARS | 4             |
-- | 2024-01-01 | 2027-12-31 | MONTHS | 48           |
-- | 2024-03-09 | 2024-03-08 | DAYS  | 0             |
-- | 2024-03-09 | 2024-03-22 | HOURS |               |
-- | 2024-03    | 2024-03-22 | DAYS  |               |
-- |            | 2024-03-22 | DAYS  |               |
-- | 2024-03-09 |            | DAYS  |               |
CREATE MACRO time_to_event(start_date, date, unit := 'DAYS') AS
  (to_date(date) - to_date(start_date) + 1)
  / CASE unit WHEN 'DAYS' THEN 1e0 WHEN 'WEEKS' THEN 7e0 WHEN 'MONTHS' THEN 304375e-4 WHEN 'YEARS' THEN 36525e-2 END;
