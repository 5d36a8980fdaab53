-- Time of {dtc}; parts that are missing are completed with the {rule} possible ones.
--
-- 'first' completes to the start of the day, hour or minute, 'last' to its end (23:59:59), 'mid' to its middle (12:00:00, hh:30:00, hh:mm:30).
-- Missing: without a complete date there is no time; times that cannot be read give missing.
-- Source: ADaMIG 1.3, section 3.1.3
--
-- | dtc                 | rule  | impute_time |
-- | 2024-03-09          | first | 00:00:00    |
-- | 2024-03-09          | last  | 23:59:59    |
-- | 2024-03-09          | mid   | 12:00:00    |
-- | 2024-03-09T14       | first | 14:00:00    |
-- | 2024-03-09T14       | last  | 14:59:59    |
-- | 2024-03-09T14:05    | first | 14:05:00    |
-- | 2024-03-09T14:05    | last  | 14:05:59    |
-- | 2024-03-09T14:05    | mid   | 14:05:30    |
-- | 2024-03-09T14:05:30 | last  | 14:05:30    |
-- | 2024-03-09T25:05    | first |             |
-- | 2024-03             | first |             |
-- |                     | first |             |
CREATE MACRO impute_time(dtc, rule := 'first') AS
  try_cast(list_transform(
    [regexp_extract(CAST(dtc AS VARCHAR), '^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]([01][0-9]|2[0-3])(?:(:[0-5][0-9])(:[0-5][0-9])?)?)?$', ['day', 'h', 'm', 's'])],
    lambda p: CASE
      WHEN p.s <> '' THEN p.h || p.m || p.s
      WHEN p.m <> '' THEN p.h || p.m || CASE rule WHEN 'first' THEN ':00' WHEN 'last' THEN ':59' WHEN 'mid' THEN ':30' END
      WHEN p.h <> '' THEN p.h || CASE rule WHEN 'first' THEN ':00:00' WHEN 'last' THEN ':59:59' WHEN 'mid' THEN ':30:00' END
      WHEN p.day <> '' THEN CASE rule WHEN 'first' THEN '00:00:00' WHEN 'last' THEN '23:59:59' WHEN 'mid' THEN '12:00:00' END END)[1] AS TIME);
