-- {value}, or where it is missing the one of the record with {baseline}.
--
-- Baseline observation carried forward.
-- Missing: without a baseline value there is nothing to carry.
-- Source: ADaMIG 1.3, section 3.3.5 (DTYPE)
--
-- Example: bocf(aval, ablfl = 'Y') over subject
-- | subject | week | ablfl | aval | result |
-- | 01      | 0    | Y     | 40   | 40     |
-- | 01      | 4    |       |      | 40     |
-- | 01      | 8    |       | 30   | 30     |
-- | 02      | 0    | Y     |      |        |
-- | 02      | 4    |       |      |        |
CREATE MACRO bocf(value, baseline) AS
  coalesce(value, value_at(value, baseline));
