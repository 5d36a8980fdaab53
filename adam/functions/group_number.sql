-- Number (1, 2, ...) of the group of {x} by the limits {cut1}, {cut2}, {cut3}.
--
-- The groups of group_label, counted from the lowest. For AGEGRyN and the like.
-- Missing: a missing number gives missing; missing limits are left out.
-- Source: ADaMIG 1.3, section 3.2.2 (AGEGRyN)
--
-- | x    | cut1 | cut2 | cut3 | group_number |
-- | 17.9 | 18   | 65   |      | 1            |
-- | 18   | 18   | 65   |      | 2            |
-- | 65   | 18   | 65   |      | 3            |
-- | 65   | 65   |      |      | 2            |
-- | 27   | 18.5 | 25   | 30   | 3            |
-- | 30   | 18.5 | 25   | 30   | 4            |
-- |      | 18   | 65   |      |              |
-- | 20   |      |      |      |              |
CREATE MACRO group_number(x, cut1, cut2 := NULL, cut3 := NULL) AS
  CASE WHEN x IS NOT NULL AND cut1 IS NOT NULL
       THEN 1 + CAST(x >= cut1 AS INTEGER) + coalesce(CAST(x >= cut2 AS INTEGER), 0) + coalesce(CAST(x >= cut3 AS INTEGER), 0) END;
