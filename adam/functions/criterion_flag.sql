-- 'Y' if {condition}, 'N' if not, missing if that is unknown.
--
-- For CRITyFL, where a value that is missing has neither met nor failed the criterion.
-- Missing: an unknown condition gives missing. Where it shall count as not met, use yes_or_no.
-- Source: ADaMIG 1.3, section 3.3.4
--
-- | condition | criterion_flag |
-- | TRUE      | Y              |
-- | FALSE     | N              |
-- |           |                |
CREATE MACRO criterion_flag(condition) AS
  CASE condition WHEN TRUE THEN 'Y' WHEN FALSE THEN 'N' END;
