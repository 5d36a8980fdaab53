-- 'Y' for subjects of the population: {condition}; otherwise 'N'.
--
-- For SAFFL, ITTFL, FASFL and the like, which are Y or N for every subject of ADSL.
-- Missing: an unknown condition gives N, since it was not shown to hold.
-- Source: ADaMIG 1.3, section 3.2.3
--
-- | condition | population_flag |
-- | TRUE      | Y               |
-- | FALSE     | N               |
-- |           | N               |
CREATE MACRO population_flag(condition) AS
  yes_or_no(condition);
