-- Time of {dtc}.
--
-- The numeric time of ISO 8601 text, with or without the date; a datetime gives its time. Seconds that were not collected count as 0.
-- Missing: text without hours and minutes, and impossible times, give missing; see impute_time.
-- Reads: dtc. Where that was collected and a rule gives missing, the build says which records.
-- Source: SDTMIG 3.4, section 4.4.1
--
-- | dtc                 | to_time  |
-- | 2024-03-09T14:05    | 14:05:00 |
-- | 2024-03-09T14:05:30 | 14:05:30 |
-- | 2024-03-09 14:05:30 | 14:05:30 |
-- | 14:05               | 14:05:00 |
-- | T14:05              | 14:05:00 |
-- | 2024-03-09T14       |          |
-- | 2024-03-09          |          |
-- | 14:65               |          |
-- |                     |          |
CREATE MACRO to_time(dtc) AS
  try_cast(regexp_extract(CAST(dtc AS VARCHAR), '(?:^|[T ])((?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?)$', 1) AS TIME);
