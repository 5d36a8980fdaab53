-- Date of {dtc}.
--
-- The numeric date of complete ISO 8601 text, with or without a time; a date stays itself.
-- Missing: partial dates, text that is not ISO 8601 and impossible dates give missing; nothing is imputed (see impute_date).
-- Reads: dtc. Where that was collected and a rule gives missing, the build says which records.
-- Source: SDTMIG 3.4, section 4.4.1
--
-- | dtc                 | to_date    |
-- | 2024-03-09          | 2024-03-09 |
-- | 2024-03-09T14:05    | 2024-03-09 |
-- | 2024-03-09 14:05:00 | 2024-03-09 |
-- | 2024-02-29          | 2024-02-29 |
-- | 2023-02-29          |            |
-- | 2024-03             |            |
-- | 2024---09           |            |
-- | 2024-3-9            |            |
-- | 09MAR2024           |            |
-- |                     |            |
CREATE MACRO to_date(dtc) AS
  try_cast(regexp_extract(CAST(dtc AS VARCHAR), '^([0-9]{4}-[0-9]{2}-[0-9]{2})([T ]|$)', 1) AS DATE);
