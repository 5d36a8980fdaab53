-- Which part of {imputed} was not in {dtc}: 'D' the day, 'M' month and day, 'Y' the whole date.
--
-- For --DTF variables: the highest part that was imputed.
-- Missing: nothing imputed, or no date, gives missing.
-- Source: ADaMIG 1.3, section 3.1.3
--
-- | dtc        | imputed    | impute_date_flag |
-- | 2013-05    | 2013-05-01 | D                |
-- | 2013       | 2013-01-01 | M                |
-- | 2013---05  | 2013-01-01 | M                |
-- | --05-07    | 2013-05-07 | Y                |
-- |            | 2013-05-01 | Y                |
-- | 2013-05-07 | 2013-05-07 |                  |
-- | 2013-05    |            |                  |
-- |            |            |                  |
CREATE MACRO impute_date_flag(dtc, imputed) AS
  CASE WHEN imputed IS NULL OR regexp_matches(CAST(dtc AS VARCHAR), '^[0-9]{4}-[0-9]{2}-[0-9]{2}') THEN NULL
       WHEN regexp_matches(CAST(dtc AS VARCHAR), '^[0-9]{4}-[0-9]{2}') THEN 'D'
       WHEN regexp_matches(CAST(dtc AS VARCHAR), '^[0-9]{4}') THEN 'M'
       ELSE 'Y' END;
