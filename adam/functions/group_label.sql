-- Group of {x} by the limits {cut1}, {cut2}, {cut3}.
--
-- '<18', '18-<65', '>=65' for the limits 18 and 65; a value at a limit belongs to the group above. For AGEGRy, BMIBLGRy and the like; group_number gives the
-- same groups as numbers.
-- Missing: a missing number gives missing; missing limits are left out.
-- Source: ADaMIG 1.3, section 3.2.2 (AGEGRy)
--
-- | x    | cut1 | cut2 | cut3 | group_label |
-- | 17.9 | 18   | 65   |      | <18         |
-- | 18   | 18   | 65   |      | 18-<65      |
-- | 65   | 18   | 65   |      | >=65        |
-- | 40   | 65   |      |      | <65         |
-- | 65   | 65   |      |      | >=65        |
-- | 20   | 18.5 | 25   | 30   | 18.5-<25    |
-- | 27   | 18.5 | 25   | 30   | 25-<30      |
-- | 30   | 18.5 | 25   | 30   | >=30        |
-- |      | 18   | 65   |      |             |
-- | 20   |      |      |      |             |
CREATE MACRO group_label(x, cut1, cut2 := NULL, cut3 := NULL) AS
  CASE WHEN x < cut1 THEN '<' || number_text(cut1)
       WHEN x < cut2 THEN number_text(cut1) || '-<' || number_text(cut2)
       WHEN x < cut3 THEN number_text(cut2) || '-<' || number_text(cut3)
       WHEN x IS NOT NULL THEN '>=' || number_text(coalesce(cut3, cut2, cut1)) END;
