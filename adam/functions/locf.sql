-- Last {value} carried forward.
--
-- The value itself or, where it is missing, the last one before it in the order of the group.
-- Missing: before the first value there is nothing to carry.
-- Source: ADaMIG 1.3, section 3.3.5 (DTYPE)
--
-- Example: locf(aval) over (subject order by week)
-- | subject | week | aval | result |
-- | 01      | 0    | 40   | 40     |
-- | 01      | 4    |      | 40     |
-- | 01      | 8    | 30   | 30     |
-- | 01      | 12   |      | 30     |
-- | 02      | 0    |      |        |
-- | 02      | 4    | 20   | 20     |
CREATE MACRO locf(value) AS
  last_value(value IGNORE NULLS);
