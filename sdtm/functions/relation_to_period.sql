-- 'BEFORE', 'DURING' or 'AFTER': {dtc} against the period from {start_dtc} to {end_dtc}.
--
-- For --STRF and --ENRF where a date was collected. Both ends belong to the period; compared as precisely as known.
-- Missing: a missing or partial date gives missing, and so does a start or an end that would be needed.
-- Source: SDTMIG 3.4, section 4.4.7; CDISC terminology, code list STENRF (C66728)
--
-- | dtc        | start_dtc  | end_dtc    | relation_to_period |
-- | 2024-03-09 | 2024-03-10 | 2024-03-20 | BEFORE             |
-- | 2024-03-10 | 2024-03-10 | 2024-03-20 | DURING             |
-- | 2024-03-20 | 2024-03-10 | 2024-03-20 | DURING             |
-- | 2024-03-21 | 2024-03-10 | 2024-03-20 | AFTER              |
-- | 2024-03-09 | 2024-03-10 |            | BEFORE             |
-- | 2024-03-15 | 2024-03-10 |            |                    |
-- | 2024-03-15 |            | 2024-03-20 |                    |
-- | 2024-03    | 2024-03-10 | 2024-03-20 |                    |
-- |            | 2024-03-10 | 2024-03-20 |                    |
CREATE MACRO relation_to_period(dtc, start_dtc, end_dtc) AS
  CASE WHEN NOT on_or_before(start_dtc, dtc) THEN 'BEFORE'
       WHEN NOT on_or_before(dtc, end_dtc) THEN 'AFTER'
       WHEN on_or_before(start_dtc, dtc) AND on_or_before(dtc, end_dtc) THEN 'DURING' END;
