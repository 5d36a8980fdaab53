-- {dtc} is after {reference}, as far as both are known.
--
-- For checks of order where dates may be partial: two dates are compared down to the last part that both have, and are not after one
-- another where they agree so far. Of an interval the start counts; time zones are not looked at. Dates or ISO 8601 text.
-- Missing: a missing date, and text that does not begin with a year, give unknown.
-- Source: SDTMIG 3.4, section 4.4.2
--
-- | dtc              | reference           | is_after |
-- | 2024-03-11       | 2024-03-10          | TRUE     |
-- | 2024-03-10       | 2024-03-10          | FALSE    |
-- | 2024-03-09       | 2024-03-10          | FALSE    |
-- | 2024-03-10T09:35 | 2024-03-10T09:30:10 | TRUE     |
-- | 2024-03-10T09:30 | 2024-03-10T09:30:10 | FALSE    |
-- | 2024-03-10T09:35 | 2024-03-10          | FALSE    |
-- | 2024-04          | 2024-03-10          | TRUE     |
-- | 2024-03          | 2024-03-10          | FALSE    |
-- | 2024             | 2024-03-10          | FALSE    |
-- | 2025---09        | 2024-03-10          | TRUE     |
-- | 2024---09        | 2024-03-10          | FALSE    |
-- | 10MAR2024        | 2024-03-10          |          |
-- |                  | 2024-03-10          |          |
-- | 2024-03-10       |                     |          |
-- | 2024-03/2024-05  | 2024-03-10          | FALSE    |
-- | 2024-03-10       | 2024---09           | FALSE    |
CREATE MACRO is_after(dtc, reference) AS
  list_transform([{'a': replace(CAST(dtc AS VARCHAR), ' ', 'T'), 'b': replace(CAST(reference AS VARCHAR), ' ', 'T')}], lambda texts:
    CASE WHEN substr(texts.a, 5, 1) NOT IN ('', '-') OR substr(texts.b, 5, 1) NOT IN ('', '-') THEN NULL
         WHEN left(texts.a, length(texts.b)) <= left(texts.b, length(texts.a)) THEN FALSE
         ELSE list_transform([{
             'a': regexp_extract(texts.a, '^[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T[0-9]{2}(:[0-9]{2}(:[0-9]{2})?)?)?)?)?'),
             'b': regexp_extract(texts.b, '^[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T[0-9]{2}(:[0-9]{2}(:[0-9]{2})?)?)?)?)?')}], lambda known:
           left(known.a, length(known.b)) > left(known.b, length(known.a)))[1] END)[1];
