-- Body mass index of {weight} kg and {height} cm.
--
-- Kilograms by square metre, not rounded.
-- Missing: a missing weight or height, and a height of zero, give missing.
-- Source: World Health Organization, Technical Report Series 894
--
-- | weight | height | body_mass_index |
-- | 81     | 180    | 25              |
-- |        | 180    |                 |
-- | 81     |        |                 |
-- | 81     | 0      |                 |
CREATE MACRO body_mass_index(weight, height) AS
  1e4 * weight / nullif(height * height, 0);
