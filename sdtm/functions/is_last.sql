-- This is the last record with {condition}.
--
-- Over a group, in the order given. The opposite of is_first.
-- Missing: a record for which the condition is unknown is never the last.
--
-- Example: yes_if(is_last(aval is not null) over (subject order by day))
-- | subject | day | aval | result |
-- | 01      | 1   | 5    |        |
-- | 01      | 2   | 6    | Y      |
-- | 01      | 3   |      |        |
-- | 02      | 2   | 7    | Y      |
-- | 02      | 1   | 7    |        |
-- | 03      | 1   |      |        |
CREATE MACRO is_last(condition) AS
  coalesce(condition, FALSE) AND lead(CASE WHEN condition THEN 1 END IGNORE NULLS) IS NULL;
