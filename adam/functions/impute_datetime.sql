-- Date and time of {dtc}; parts that are missing are completed with the {rule} possible ones (up to level {level}).
--
-- The date as impute_date does it, the time as impute_time does; where the day was imputed, the time is the first, last or middle of that day. The level is
-- how much may be imputed: 'T' the time only, 'D' the day too, 'M' month and day too.
-- Missing: a missing date, and a date that lacks more than the level allows, give missing.
-- Source: ADaMIG 1.3, section 3.1.3
--
-- | dtc              | rule  | level | impute_datetime     |
-- | 2024-03-09T14:05 | first | T     | 2024-03-09T14:05:00 |
-- | 2024-03-09       | first | T     | 2024-03-09T00:00:00 |
-- | 2024-03-09       | last  | T     | 2024-03-09T23:59:59 |
-- | 2024-03          | first | T     |                     |
-- | 2024-03          | first | D     | 2024-03-01T00:00:00 |
-- | 2024-02          | last  | D     | 2024-02-29T23:59:59 |
-- | 2024-03          | mid   | D     | 2024-03-15T12:00:00 |
-- | 2024             | last  | M     | 2024-12-31T23:59:59 |
-- | 2024-03-09T25:05 | first | M     |                     |
-- |                  | first | M     |                     |
CREATE MACRO impute_datetime(dtc, rule := 'first', level := 'T') AS
  impute_date(dtc, rule, level)
  + CASE WHEN to_date(dtc) IS NOT NULL THEN impute_time(dtc, rule)
         ELSE CAST(CASE rule WHEN 'first' THEN '00:00:00' WHEN 'last' THEN '23:59:59' WHEN 'mid' THEN '12:00:00' END AS TIME) END;
