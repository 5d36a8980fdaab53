-- Age in completed years on {date} of a person born {birth_date}.
--
-- Dates or ISO 8601 text.
-- Missing: a missing or partial date gives missing, and so does a date before birth.
-- Source: SDTMIG 3.4, section 5.2 (AGE)
--
-- | birth_date | date             | age_at |
-- | 1950-12-26 | 2013-12-25       | 62     |
-- | 1950-12-26 | 2013-12-26T09:05 | 63     |
-- | 2013-12-26 | 2013-12-27       | 0      |
-- | 2013-12-26 | 2013-12-25       |        |
-- | 1950-12    | 2013-12-26       |        |
-- |            | 2013-12-26       |        |
-- | 1950-12-26 |                  |        |
CREATE MACRO age_at(birth_date, date) AS
  CASE WHEN to_date(date) >= to_date(birth_date) THEN years_between(birth_date, date) END;
