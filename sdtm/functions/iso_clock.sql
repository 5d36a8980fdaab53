-- Time {text} in ISO 8601, empty if it is said to be unknown.
--
-- As iso_time, but tells an unknown time (UN:UN), which a complete date may have, from one that cannot be read. Used by iso8601.
-- Missing: a missing or blank time is unknown; what is no time gives missing.
-- Source: SDTMIG 3.4, section 4.4.2
--
-- Example: iso_clock(time) || '.'
-- | time  | result |
-- | 9:05  | 09:05. |
-- | UN:UN | .      |
-- | --:-- | .      |
-- | 25:00 |        |
-- |       | .      |
CREATE MACRO iso_clock(text) AS
  CASE WHEN regexp_matches(coalesce(CAST(text AS VARCHAR), ''), '^[UNKXunkx?: -]*$') THEN '' ELSE iso_time(text) END;
