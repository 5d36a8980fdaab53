-- 'LOW', 'NORMAL' or 'HIGH': {x} against the range from {low} to {high}.
--
-- The limits belong to the normal range. A range may be open on one side.
-- Missing: a missing number, or no range at all, gives missing.
-- Source: SDTMIG 3.4, LB (LBNRIND); CDISC terminology, code list NRIND (C78736)
--
-- | x   | low | high | range_indicator |
-- | 3.4 | 3.5 | 5.1  | LOW             |
-- | 3.5 | 3.5 | 5.1  | NORMAL          |
-- | 5.1 | 3.5 | 5.1  | NORMAL          |
-- | 5.2 | 3.5 | 5.1  | HIGH            |
-- | 5.2 |     | 5.1  | HIGH            |
-- | 3.4 |     | 5.1  | NORMAL          |
-- | 3.4 | 3.5 |      | LOW             |
-- | 9.9 | 3.5 |      | NORMAL          |
-- | 3.4 |     |      |                 |
-- |     | 3.5 | 5.1  |                 |
CREATE MACRO range_indicator(x, low, high) AS
  CASE WHEN x < low THEN 'LOW' WHEN x > high THEN 'HIGH' WHEN x >= low OR x <= high THEN 'NORMAL' END;
