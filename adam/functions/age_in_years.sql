-- Age {age} {unit} in years.
--
-- AAGE where ages were told in other units; a year has 365.25 days. Not rounded.
-- Missing: a missing age or a unit that is no unit of age gives missing.
-- Source: CDISC terminology, code list AGEU (C66781)
--
-- | age   | unit   | age_in_years |
-- | 45    | YEARS  | 45           |
-- | 18    | MONTHS | 1.5          |
-- | 731   | DAYS   | 2.0013689253935661 |
-- | 45    | kg     |              |
-- |       | YEARS  |              |
-- | 45    |        |              |
CREATE MACRO age_in_years(age, unit) AS
  CASE WHEN unit_kind(unit) = 'time' THEN convert(age, unit, 'YEARS') END;
