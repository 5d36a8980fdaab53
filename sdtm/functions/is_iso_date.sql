-- {text} is written as a date or time of ISO 8601.
--
-- Parts that are not known are left out at the end, and are hyphens within. Whether the day is in the calendar is not asked.
-- Missing: a missing text gives unknown.
-- Source: SDTMIG 3.4, sections 4.4.1 and 4.4.2
--
-- | text                      | is_iso_date |
-- | 2024                      | TRUE        |
-- | 2024-03                   | TRUE        |
-- | 2024-03-10                | TRUE        |
-- | 2024-03-10T07:15          | TRUE        |
-- | 2024-03-10T07:15:30.5     | TRUE        |
-- | 2024-03-10T07:15:30+01:00 | TRUE        |
-- | 2024-03-10T07:15Z         | TRUE        |
-- | 2024---15                 | TRUE        |
-- | --03-15                   | TRUE        |
-- | -----T07:15               | TRUE        |
-- | 2024-03-10T-:15           | TRUE        |
-- | 2024-03--                 | TRUE        |
-- | 2024-3-10                 | FALSE       |
-- | 10MAR2024                 | FALSE       |
-- | 20240310                  | FALSE       |
-- | 2024-03-10 07:15          | FALSE       |
-- | 2024-03-10T7:15           | FALSE       |
-- | 2024-03-10T               | FALSE       |
-- | 07:15                     | FALSE       |
-- | 2024-UN-UN                | FALSE       |
-- |                           |             |
CREATE MACRO is_iso_date(text) AS
  regexp_full_match(CAST(text AS VARCHAR), '[0-9]{4}(-[0-9]{2})?')
  OR regexp_full_match(CAST(text AS VARCHAR), '([0-9]{4}|-)-([0-9]{2}|-)-([0-9]{2}|-)'
    || '(T([0-9]{2}|-)(:([0-9]{2}|-)(:([0-9]{2}|-)([.,][0-9]+)?)?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?');
