-- This is the last record with {value} on or before {reference}, by its date {dtc}.
--
-- For --LOBXFL and --BLFL, and ABLFL: over the records of a subject and test, ordered by date and time. A record of the reference day counts unless both
-- times are known and it is later.
-- Missing: a record without value, or with a missing or partial date, is never the baseline; without reference there is none.
-- Source: SDTMIG 3.4, section 4.5.9
--
-- Example: yes_if(is_baseline(value, dtc, dose) over (subject order by dtc))
-- | subject | dtc              | value | dose             | result |
-- | 01      | 2024-03-01       | 5     | 2024-03-10T09:00 |        |
-- | 01      | 2024-03-10T08:30 | 6     | 2024-03-10T09:00 | Y      |
-- | 01      | 2024-03-10T08:45 |       | 2024-03-10T09:00 |        |
-- | 01      | 2024-03-10T09:30 | 7     | 2024-03-10T09:00 |        |
-- | 02      | 2024-03-10       | 5     | 2024-03-10T09:00 | Y      |
-- | 02      | 2024-03          | 4     | 2024-03-10T09:00 |        |
-- | 03      | 2024-03-11       | 5     | 2024-03-10       |        |
-- | 04      | 2024-03-09       | 5     |                  |        |
CREATE MACRO is_baseline(value, dtc, reference) AS
  is_last(value IS NOT NULL AND on_or_before(dtc, reference));
