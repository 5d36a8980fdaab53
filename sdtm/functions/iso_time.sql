-- Time {text} in ISO 8601.
--
-- hh:mm or hh:mm:ss of a 24-hour clock, also without colons or with AM or PM. Parts that are unknown (UN, UNK, NK, XX, ??, dashes) at the end are
-- left out. ISO 8601 text is taken as it is.
-- Missing: what is no time and times that do not exist give missing; so does a time of which the hour is unknown.
-- Reads: text. Where that was collected and a rule gives missing, the build says which records.
-- Source: SDTMIG 3.4, sections 4.4.1 and 4.4.2
--
-- | text       | iso_time |
-- | 9:05       | 09:05    |
-- | 09:05:30   | 09:05:30 |
-- | 1405       | 14:05    |
-- | 140530     | 14:05:30 |
-- | 905        | 09:05    |
-- | 9:05 PM    | 21:05    |
-- | 12:05am    | 00:05    |
-- | 12:05 p.m. | 12:05    |
-- | T14:05     | 14:05    |
-- | 14         | 14       |
-- | 14:UN      | 14       |
-- | 14:05:UN   | 14:05    |
-- | 14:05:61   |          |
-- | 14:UN:30   |          |
-- | UN:UN      |          |
-- | 24:00      |          |
-- | 13:05 PM   |          |
-- | 14:60      |          |
-- | noon       |          |
-- |            |          |
CREATE MACRO iso_time(text) AS
  list_transform(
    [regexp_extract(
      replace(upper(trim(CAST(text AS VARCHAR))), '.', ''),
      replace('^[T :]*([01]?[0-9]|2[0-3])(?::?(?:([0-5][0-9])(?::?(?:([0-5][0-9])|unknown))?|unknown(?::?unknown)?))? *(?:([AP])M)?$',
        'unknown', '(?:UNK?|NK|XX|[?]{2}|-{1,2})'),
      ['hour', 'minute', 'second', 'half'])],
    lambda p: CASE WHEN p.hour <> '' AND (p.half = '' OR try_cast(p.hour AS INTEGER) BETWEEN 1 AND 12)
                   THEN concat_ws(':',
                     CASE p.half WHEN '' THEN lpad(p.hour, 2, '0')
                       ELSE lpad(CAST(try_cast(p.hour AS INTEGER) % 12 + CASE p.half WHEN 'P' THEN 12 ELSE 0 END AS VARCHAR), 2, '0') END,
                     nullif(p.minute, ''), nullif(p.second, '')) END)[1];
