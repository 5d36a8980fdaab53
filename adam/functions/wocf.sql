-- {value}, or where it is missing the worst ({worst}) one so far.
--
-- Worst observation carried forward: 'high' values are worse, or 'low' ones.
-- Missing: before the first value there is nothing to carry.
-- Source: ADaMIG 1.3, section 3.3.5 (DTYPE)
--
-- Example: wocf(aval) over (subject order by week)
-- | subject | week | aval | result |
-- | 01      | 0    | 40   | 40     |
-- | 01      | 4    | 30   | 30     |
-- | 01      | 8    |      | 40     |
-- | 02      | 0    |      |        |
--
-- Example: wocf(aval, 'low') over (subject order by week)
-- | subject | week | aval | result |
-- | 01      | 0    | 40   | 40     |
-- | 01      | 4    | 30   | 30     |
-- | 01      | 8    |      | 30     |
CREATE MACRO wocf(value, worst := 'high') AS
  coalesce(value, CASE worst WHEN 'high' THEN 1 WHEN 'low' THEN -1 END * max(CASE worst WHEN 'high' THEN 1 WHEN 'low' THEN -1 END * value));
