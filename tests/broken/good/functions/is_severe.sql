-- Whether {severity} is severe.
--
-- Missing: a missing severity is unknown.
--
-- | severity | is_severe |
-- | SEVERE   | true      |
-- | MILD     | false     |
-- |          |           |
CREATE MACRO is_severe(severity) AS severity = 'SEVERE';
