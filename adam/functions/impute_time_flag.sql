-- Which part of {imputed} was not in {dtc}: 'H' the whole time, 'M' minutes and seconds, 'S' the seconds.
--
-- For --TMF variables: the highest part that was imputed. Also for datetimes.
-- Missing: nothing imputed, or no time, gives missing.
-- Source: ADaMIG 1.3, section 3.1.3
--
-- | dtc                 | imputed  | impute_time_flag |
-- | 2024-03-09          | 00:00:00 | H                |
-- | 2024-03             | 00:00:00 | H                |
-- |                     | 00:00:00 | H                |
-- | 2024-03-09T14       | 14:00:00 | M                |
-- | 2024-03-09T14:05    | 14:05:00 | S                |
-- | 2024-03-09T14:05:30 | 14:05:30 |                  |
-- | 2024-03-09          |          |                  |
CREATE MACRO impute_time_flag(dtc, imputed) AS
  CASE WHEN imputed IS NULL OR regexp_matches(CAST(dtc AS VARCHAR), '[T ][0-9]{2}:[0-9]{2}:[0-9]{2}') THEN NULL
       WHEN regexp_matches(CAST(dtc AS VARCHAR), '[T ][0-9]{2}:[0-9]{2}') THEN 'S'
       WHEN regexp_matches(CAST(dtc AS VARCHAR), '[T ][0-9]{2}') THEN 'M'
       ELSE 'H' END;
