-- {dtc} lies in the element that began on {start} in the epoch {epoch}.
--
-- What is assessed on the first day of treatment or follow-up was planned before it and belongs to the element before, unless both times are known and it
-- was later: the rule by which a record counts as baseline. Screening begins with the consent, so its first day belongs to it.
-- Missing: a missing or partial date lies in no element.
--
-- | dtc              | start            | epoch     | assessed_in |
-- | 2025-07-01       | 2025-07-01T08:25 | SCREENING | TRUE        |
-- | 2025-06-30       | 2025-07-01       | SCREENING | FALSE       |
-- | 2025-07-11       | 2025-07-11T13:25 | TREATMENT | FALSE       |
-- | 2025-07-11T14:00 | 2025-07-11T13:25 | TREATMENT | TRUE        |
-- | 2025-07-11T09:00 | 2025-07-11T13:25 | TREATMENT | FALSE       |
-- | 2025-07-12       | 2025-07-11T13:25 | TREATMENT | TRUE        |
-- | 2025-10-06       | 2025-10-06       | FOLLOW-UP | FALSE       |
-- |                  | 2025-10-06       | FOLLOW-UP | FALSE       |
-- | 2025-10-06       |                  | FOLLOW-UP | FALSE       |
-- | 2025-10-07       | 2025-10-06       |           | TRUE        |
-- | 2025-10          | 2025-10-06       | FOLLOW-UP | FALSE       |
CREATE MACRO assessed_in(dtc, start, epoch) AS
  coalesce(to_date(start) <= to_date(dtc) AND (epoch = 'SCREENING' OR NOT on_or_before(dtc, start)), FALSE);
