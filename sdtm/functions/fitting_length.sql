-- Number of characters of {text} that fit in 200 bytes.
--
-- Characters beyond ASCII take two to four bytes.
-- Missing: a missing text gives missing.
--
-- | text | fitting_length |
-- | abc  | 3              |
-- | é    | 1              |
-- |      |                |
CREATE MACRO fitting_length(text) AS
  list_max(list_filter(range(0, 201), lambda size: size <= length(text) AND strlen(left(text, CAST(size AS BIGINT))) <= 200));
