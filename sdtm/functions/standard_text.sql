-- {standard_number} as text, or {result} where there is no number.
--
-- --STRESC: the numeric standard result as text, otherwise the result as collected ('<5', 'NEGATIVE').
-- Missing: no result at all gives missing.
-- Source: SDTMIG 3.4, section 4.5.1
--
-- | standard_number | result   | standard_text |
-- | 37              | 98.6     | 37            |
-- | 76              | 076      | 76            |
-- |                 | NEGATIVE | NEGATIVE      |
-- |                 | <5       | <5            |
-- |                 |          |               |
CREATE MACRO standard_text(standard_number, result) AS
  coalesce(number_text(standard_number), CAST(result AS VARCHAR));
