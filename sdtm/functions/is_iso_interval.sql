-- {text} is written as an interval of ISO 8601.
--
-- Two dates or times with a / between them, or one of them and a duration.
-- Missing: a missing text gives unknown.
-- Source: SDTMIG 3.4, section 4.4.3
--
-- | text                               | is_iso_interval |
-- | 2024-03-10/2024-03-12              | TRUE            |
-- | 2024-03-10T08:00/2024-03-10T09:30  | TRUE            |
-- | 2024-03/2024-04                    | TRUE            |
-- | 2024-03-10/P3D                     | TRUE            |
-- | P7D/2024-03-10                     | TRUE            |
-- | 2024-03-10                         | FALSE           |
-- | 2024/03/10                         | FALSE           |
-- | 2024-03-10/                        | FALSE           |
-- | P3D/P4D                            | FALSE           |
-- |                                    |                 |
CREATE MACRO is_iso_interval(text) AS
  list_transform([string_split(CAST(text AS VARCHAR), '/')], lambda part:
    len(part) = 2
    AND (is_iso_date(part[1]) OR is_iso_duration(part[1]))
    AND (is_iso_date(part[2]) OR is_iso_duration(part[2]))
    AND (is_iso_date(part[1]) OR is_iso_date(part[2])))[1];
