-- {text} with each word capitalised.
--
-- As SAS PROPCASE: a word begins after a blank, a slash, a hyphen, a point or an opening bracket; its other letters become small.
-- Missing: missing text gives missing.
--
-- | text                         | title_case                   |
-- | ATTENTION/VISUAL SEARCH TASK | Attention/Visual Search Task |
-- | ADAS-COG(11) Subscore        | Adas-Cog(11) Subscore        |
-- | recall of (test) items       | Recall Of (Test) Items       |
-- | x                            | X                            |
-- |                              |                              |
CREATE MACRO title_case(text) AS
  array_to_string(
    list_transform(regexp_extract_all(text, '[^ /(.\t-]*[ /(.\t-]|[^ /(.\t-]+'), lambda word: upper(left(word, 1)) || lower(substr(word, 2))), '');
