-- 'Y' on the first record with {condition}, otherwise missing.
--
-- For AOCCFL, AOCCSFL, AOCCPFL, AOCCzzFL: over the subject, the subject's body system or preferred term, in order of start. Ordered by severity, worst
-- first, it gives AOCCIFL.
-- Missing: a record for which the condition is unknown is never flagged.
-- Source: ADaM OCCDS 1.1, occurrence flags (AOCCFL)
--
-- Example: occurrence_flag(trtemfl = 'Y') over (term order by day)
-- | term | day | trtemfl | result |
-- | RASH | 2   |         |        |
-- | RASH | 5   | Y       | Y      |
-- | RASH | 9   | Y       |        |
-- | ACNE | 7   | Y       | Y      |
-- | COLD | 1   |         |        |
CREATE MACRO occurrence_flag(condition) AS
  yes_if(is_first(condition));
