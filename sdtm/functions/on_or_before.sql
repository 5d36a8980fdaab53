-- {dtc} is on or before {reference}.
--
-- Compared as precisely as both are known: by time where both have one, else by day. Dates or ISO 8601 text.
-- Missing: a missing or partial date gives unknown.
-- Source: SDTMIG 3.4, section 4.4.2
--
-- | dtc              | reference        | on_or_before |
-- | 2024-03-09       | 2024-03-10       | TRUE         |
-- | 2024-03-10       | 2024-03-10       | TRUE         |
-- | 2024-03-11       | 2024-03-10       | FALSE        |
-- | 2024-03-10T09:05 | 2024-03-10T09:30 | TRUE         |
-- | 2024-03-10T09:35 | 2024-03-10T09:30 | FALSE        |
-- | 2024-03-10T09:35 | 2024-03-10       | TRUE         |
-- | 2024-03-10       | 2024-03-10T09:30 | TRUE         |
-- | 2024-03          | 2024-03-10       |              |
-- |                  | 2024-03-10       |              |
-- | 2024-03-10       |                  |              |
CREATE MACRO on_or_before(dtc, reference) AS
  CASE WHEN to_date(dtc) = to_date(reference)
       THEN left(CAST(dtc AS VARCHAR), length(CAST(reference AS VARCHAR))) <= left(CAST(reference AS VARCHAR), length(CAST(dtc AS VARCHAR)))
       ELSE to_date(dtc) < to_date(reference) END;
