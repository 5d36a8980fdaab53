-- {value} of the record with {condition}.
--
-- The value that the group's record (or records, if they agree) with the condition has; given to every record of the group.
-- Missing: no such record, or several with different values, give missing; a record without value does not count.
--
-- Example: value_at(aval, baseline = 'Y') over parameter
-- | parameter | aval | baseline | result |
-- | A         | 5    |          | 7      |
-- | A         | 7    | Y        | 7      |
-- | A         |      |          | 7      |
-- | B         | 3    |          |        |
-- | C         | 1    | Y        |        |
-- | C         | 2    | Y        |        |
-- | D         | 4    | Y        | 4      |
-- | D         | 4    | Y        | 4      |
-- | D         |      | Y        | 4      |
CREATE MACRO value_at(value, condition) AS
  CASE WHEN min(value) FILTER (WHERE condition) = max(value) FILTER (WHERE condition) THEN min(value) FILTER (WHERE condition) END;
