-- Date and time of {dtc}.
--
-- The numeric datetime of complete ISO 8601 text; a datetime stays itself. Seconds that were not collected count as 0.
-- Missing: text without a complete date and at least hours and minutes, and impossible dates or times, give missing; see impute_datetime.
-- Reads: dtc. Where that was collected and a rule gives missing, the build says which records.
-- Source: SDTMIG 3.4, section 4.4.1
--
-- | dtc                 | to_datetime         |
-- | 2024-03-09T14:05    | 2024-03-09T14:05:00 |
-- | 2024-03-09T14:05:30 | 2024-03-09T14:05:30 |
-- | 2024-03-09 14:05:30 | 2024-03-09T14:05:30 |
-- | 2024-03-09T14       |                     |
-- | 2024-03-09          |                     |
-- | 2024-02-30T14:05    |                     |
-- | 2024-03-09T24:05    |                     |
-- |                     |                     |
CREATE MACRO to_datetime(dtc) AS
  try_cast(regexp_extract(CAST(dtc AS VARCHAR), '^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?$') AS TIMESTAMP);
