-- The first 200 bytes of {text}, cut at a blank.
--
-- A text longer than 200 bytes is cut at its last blank before, or, where it has none, in the middle of the word. Non-ASCII
-- characters take more than one byte, so that a text with many of them is cut earlier.
-- Missing: a missing text gives missing.
-- Source: SDTMIG 3.4, section 4.5.3
--
-- | text       | text_piece |
-- | short text | short text |
-- |            |            |
CREATE MACRO text_piece(text) AS
  CASE WHEN strlen(text) <= 200 THEN text
       WHEN regexp_matches(left(text, 201 - least(100, strlen(text) - length(text))), '\s')
       THEN regexp_extract(left(text, 201 - least(100, strlen(text) - length(text))), '^(.*\S)\s', 1, 's')
       ELSE left(text, 200 - least(100, strlen(text) - length(text))) END;
