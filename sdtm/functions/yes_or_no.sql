-- 'Y' if {condition}, otherwise 'N'.
--
-- For flags that are Y or N for every record, as population flags are.
-- Missing: an unknown condition gives N, since it was not shown to hold. Where unknown must stay missing, use criterion_flag.
-- Source: SDTMIG 3.4, section 4.3.7; ADaMIG 1.3, section 3.1.4
--
-- | condition | yes_or_no |
-- | TRUE      | Y         |
-- | FALSE     | N         |
-- |           | N         |
CREATE MACRO yes_or_no(condition) AS
  CASE WHEN condition THEN 'Y' ELSE 'N' END;
