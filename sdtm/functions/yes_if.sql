-- 'Y' if {condition}, otherwise missing.
--
-- For flags that are Y or missing, as in SDTM and for occurrence flags in ADaM.
-- Missing: an unknown condition gives missing.
-- Source: SDTMIG 3.4, section 4.3.7; ADaMIG 1.3, section 3.1.4
--
-- | condition | yes_if |
-- | TRUE      | Y      |
-- | FALSE     |        |
-- |           |        |
CREATE MACRO yes_if(condition) AS
  CASE WHEN condition THEN 'Y' END;
