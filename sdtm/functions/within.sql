-- {x} lies between {low} and {high}, both included.
--
-- Numbers, dates, or texts that sort by size. A missing bound is an open one.
-- Missing: a missing x gives unknown.
--
-- | x  | low | high | within |
-- | 1  |     | 1    | TRUE   |
-- | 2  |     | 1    | FALSE  |
-- | 84 | 2   | 84   | TRUE   |
-- | 85 | 2   | 84   | FALSE  |
-- | 85 | 85  |      | TRUE   |
-- | 7  |     |      | TRUE   |
-- |    | 2   | 84   |        |
-- |    |     |      |        |
CREATE MACRO within(x, low, high) AS
  x >= coalesce(low, x) AND x <= coalesce(high, x);
