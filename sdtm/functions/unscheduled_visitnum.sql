-- {visitnum}; for an unscheduled visit the number of the visit before it plus one hundredth for each unscheduled day so far ({dtc}).
--
-- Over the subject's visits in order of date. Unscheduled visits are those without number; they are counted through the subject's study, so that numbers
-- are unique and in order of time: 3.01, 3.02, 5.03. Records of one day share the number.
-- Missing: an unscheduled visit before any scheduled one counts from 0; one without date gives missing.
-- Source: SDTMIG 3.4, section 4.4.5
--
-- Example: unscheduled_visitnum(visitnum, day) over (subject order by day)
-- | subject | day        | visitnum | result |
-- | 01      | 2024-03-01 | 1        | 1      |
-- | 01      | 2024-03-08 | 3        | 3      |
-- | 01      | 2024-03-09 |          | 3.01   |
-- | 01      | 2024-03-12 |          | 3.02   |
-- | 01      | 2024-03-12 |          | 3.02   |
-- | 01      | 2024-03-15 | 5        | 5      |
-- | 01      | 2024-03-20 |          | 5.03   |
-- | 02      | 2024-03-01 |          | 0.01   |
-- | 03      |            |          |        |
CREATE MACRO unscheduled_visitnum(visitnum, dtc) AS
  coalesce(visitnum, CASE WHEN dtc IS NOT NULL
    THEN (coalesce(last_value(visitnum IGNORE NULLS), 0) * 100 + count(DISTINCT dtc) FILTER (WHERE visitnum IS NULL)) / 100e0 END);
