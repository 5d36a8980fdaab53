-- What follows the first 200 bytes of {text}.
--
-- The rest of a text behind its first piece (see text_piece), without the blank between the two.
-- Missing: a text that is missing, or that fits in 200 bytes, gives missing.
-- Source: SDTMIG 3.4, section 4.5.3
--
-- | text       | text_rest |
-- | short text |           |
-- |            |           |
CREATE MACRO text_rest(text) AS
  CASE WHEN strlen(text) > 200 THEN nullif(ltrim(substring(text, length(text_piece(text)) + 1)), '') END;
