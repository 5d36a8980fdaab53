-- Name of the unscheduled visit with number {visitnum}.
--
-- 'UNSCHEDULED' and the number; whole numbers are scheduled visits and have no such name.
-- Missing: a missing or whole number gives missing.
-- Source: SDTMIG 3.4, section 4.4.5
--
-- | visitnum | unscheduled_visit |
-- | 3.01     | UNSCHEDULED 3.01  |
-- | 3.1      | UNSCHEDULED 3.1   |
-- | 3        |                   |
-- |          |                   |
CREATE MACRO unscheduled_visit(visitnum) AS
  CASE WHEN visitnum <> floor(visitnum) THEN 'UNSCHEDULED ' || number_text(visitnum) END;
