-- The first 200 bytes of {text}, cut at a blank.
--
-- A text longer than 200 bytes is cut at the last blank that fits, or, where there is none, in the middle of the word. Characters
-- beyond ASCII take two to four bytes; no character is cut.
-- Missing: a missing text gives missing.
-- Source: SDTMIG 3.4, section 4.5.3
--
-- | text       | text_piece |
-- | short text | short text |
-- |            |            |
CREATE MACRO text_piece(text) AS
  CASE WHEN strlen(text) <= 200 THEN text
       ELSE coalesce(nullif(regexp_extract(left(text, fitting_length(text) + 1), '^(.*\S)\s', 1, 's'), ''),
                     left(text, fitting_length(text))) END;
