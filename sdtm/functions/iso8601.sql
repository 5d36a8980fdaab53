-- {text} in ISO 8601, collected as {format}, with time {time}.
--
-- Date and time as --DTC holds them: as precise as collected. See iso_date for formats, unknown parts and partial dates, iso_time for times.
-- A time in the text itself ('05-MAR-2024 09:05', '05MAR2024:09:05:00') counts where none is given. An unknown time (UN:UN) and the time of a
-- partial date are left out. The format is a literal.
-- Missing: a missing date gives missing; so do a date or a time that cannot be read or does not exist.
-- Reads: text. Where that was collected and a rule gives missing, the build says which records.
-- Source: SDTMIG 3.4, sections 4.4.1 and 4.4.2
--
-- | text               | format      | time    | iso8601             |
-- | 05-MAR-2024        | dd-MMM-yyyy |         | 2024-03-05          |
-- | 05-MAR-2024        | dd-MMM-yyyy | 9:05    | 2024-03-05T09:05    |
-- | 05-MAR-2024        | dd-MMM-yyyy | 9:05 PM | 2024-03-05T21:05    |
-- | 05-MAR-2024        | dd-MMM-yyyy | UN:UN   | 2024-03-05          |
-- | UN-MAR-2024        | dd-MMM-yyyy | 09:05   | 2024-03             |
-- | 05-MAR-2024 09:05  | dd-MMM-yyyy |         | 2024-03-05T09:05    |
-- | 05MAR2024:09:05:30 | dd-MMM-yyyy |         | 2024-03-05T09:05:30 |
-- | 05-MAR-2024 UN:UN  | dd-MMM-yyyy |         | 2024-03-05          |
-- | 2024-03-05T09:05   | dd-MMM-yyyy |         | 2024-03-05T09:05    |
-- | 2024-03-05 09:05:30 | dd-MMM-yyyy |         | 2024-03-05T09:05:30 |
-- | 2024-03-05T09      | dd-MMM-yyyy |         | 2024-03-05T09       |
-- | 2024-03-05         | dd-MMM-yyyy | 14:05   | 2024-03-05T14:05    |
-- | 05-MAR-2024        | dd-MMM-yyyy | 25:05   |                     |
-- | 31-FEB-2024        | dd-MMM-yyyy | 09:05   |                     |
-- |                    | dd-MMM-yyyy | 09:05   |                     |
-- | 03/05/2024         | mm/dd/yyyy  | 1405    | 2024-03-05T14:05    |
-- | 03/05/2024 2:05 pm | mm/dd/yyyy  |         | 2024-03-05T14:05    |
-- | 20240305           | yyyymmdd    | 140530  | 2024-03-05T14:05:30 |
-- | 02 JAN 2014        | dd MMM yyyy | 7       | 2014-01-02T07       |
CREATE MACRO iso8601(text, format := 'dd-MMM-yyyy', time := NULL) AS
  regexp_extract(
    iso_date(regexp_replace(CAST(text AS VARCHAR), '(?i)([0-9])(?:T[0-9UN].*|[ :]+[0-9UN]{1,2}:.*)$', '\1'), format) || 'T'
    || CASE WHEN time IS NULL AND NOT regexp_matches(CAST(text AS VARCHAR), '[0-9]T|:') THEN ''
            ELSE iso_clock(coalesce(CAST(time AS VARCHAR),
              regexp_extract(CAST(text AS VARCHAR), '(?i)[0-9](T[0-9UN].*|[ :]+[0-9UN]{1,2}:.*)$', 1))) END,
    '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]+|^[-0-9]+');
