-- Body surface area of {weight} kg and {height} cm.
--
-- In square metres by Mosteller's formula, not rounded.
-- Missing: a missing weight or height, and negative ones give missing.
-- Source: Mosteller RD, New England Journal of Medicine 1987; 317: 1098
--
-- | weight | height | body_surface_area |
-- | 80     | 180    | 2                 |
-- |        | 180    |                   |
-- | 80     |        |                   |
-- | -80    | 180    |                   |
CREATE MACRO body_surface_area(weight, height) AS
  CASE WHEN weight * height >= 0 THEN sqrt(weight * height / 3600e0) END;
