-- Number in the name of the unscheduled visit {visit}.
--
-- 3.1 for 'UNSCHEDULED 3.1', in any case.
-- Missing: other visits give missing.
-- Source: SDTMIG 3.4, section 4.4.5
--
-- | visit           | unscheduled_number |
-- | UNSCHEDULED 3.1 | 3.1                |
-- | Unscheduled 12  | 12                 |
-- | UNSCHEDULED     |                    |
-- | WEEK 4          |                    |
-- |                 |                    |
CREATE MACRO unscheduled_number(visit) AS
  try_cast(regexp_extract(visit, '(?i)^\s*UNSCHEDULED ([0-9]+([.][0-9]+)?)\s*$', 1) AS DOUBLE);
