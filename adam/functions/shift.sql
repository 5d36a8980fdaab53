-- Shift from {base} to {analysis}.
--
-- SHIFTy, the category at baseline and the category now: 'NORMAL to HIGH'.
-- Missing: a missing category is told as 'MISSING', so that shift tables are complete; if both are missing, so is the shift.
-- Source: ADaMIG 1.3, section 3.3.4
--
-- | base   | analysis | shift           |
-- | NORMAL | HIGH     | NORMAL to HIGH  |
-- | NORMAL | NORMAL   | NORMAL to NORMAL |
-- |        | HIGH     | MISSING to HIGH |
-- | LOW    |          | LOW to MISSING  |
-- |        |          |                 |
CREATE MACRO shift(base, analysis) AS
  CASE WHEN base IS NOT NULL OR analysis IS NOT NULL THEN coalesce(base, 'MISSING') || ' to ' || coalesce(analysis, 'MISSING') END;
