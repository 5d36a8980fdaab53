-- {text} is written as a duration of ISO 8601.
--
-- P and a number for each of Y, M, W, D, behind a T of H, M, S; with a sign in front if it counts back.
-- Missing: a missing text gives unknown.
-- Source: SDTMIG 3.4, section 4.4.3
--
-- | text            | is_iso_duration |
-- | P3D             | TRUE            |
-- | PT36H           | TRUE            |
-- | P1Y2M10DT2H30M  | TRUE            |
-- | P6W             | TRUE            |
-- | P2.5D           | TRUE            |
-- | P0,5Y           | TRUE            |
-- | -PT15M          | TRUE            |
-- | P               | FALSE           |
-- | PT              | FALSE           |
-- | P3DT            | FALSE           |
-- | PD3             | FALSE           |
-- | P3H             | FALSE           |
-- | 36H             | FALSE           |
-- | 3 DAYS          | FALSE           |
-- |                 |                 |
CREATE MACRO is_iso_duration(text) AS
  regexp_full_match(text, replace('[+-]?P(#Y)?(#M)?(#W)?(#D)?(T(#H)?(#M)?(#S)?)?', '#', '[0-9]+([.,][0-9]+)?'))
  AND regexp_matches(text, '[YMWDHS]$');
