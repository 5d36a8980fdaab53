-- An event from {start_date} to {end_date} began on or after the first dose {first_dose}, until the last dose {last_dose}, plus {days} days.
--
-- For TRTEMFL. A missing number of days, or no last dose, means that there is no latest day. An event of unknown start counts as emergent, the cautious
-- reading, unless it ended before the first dose. Dates or ISO 8601 text; impute partial dates first.
-- Missing: a subject without first dose has no emergent event.
-- Source: ADaM OCCDS 1.1 (TRTEMFL)
--
-- | start_date | end_date   | first_dose | last_dose  | days | treatment_emergent |
-- | 2024-03-08 | 2024-03-20 | 2024-03-09 | 2024-06-01 | 30   | FALSE              |
-- | 2024-03-09 |            | 2024-03-09 | 2024-06-01 | 30   | TRUE               |
-- | 2024-07-01 |            | 2024-03-09 | 2024-06-01 | 30   | TRUE               |
-- | 2024-07-02 |            | 2024-03-09 | 2024-06-01 | 30   | FALSE              |
-- | 2024-07-02 |            | 2024-03-09 | 2024-06-01 |      | TRUE               |
-- | 2024-06-02 |            | 2024-03-09 | 2024-06-01 | 0    | FALSE              |
-- | 2024-07-02 |            | 2024-03-09 |            | 30   | TRUE               |
-- |            |            | 2024-03-09 | 2024-06-01 | 30   | TRUE               |
-- |            | 2024-03-01 | 2024-03-09 | 2024-06-01 | 30   | FALSE              |
-- |            | 2024-03-10 | 2024-03-09 | 2024-06-01 | 30   | TRUE               |
-- | 2024-03-09 |            |            |            | 30   | FALSE              |
CREATE MACRO treatment_emergent(start_date, end_date, first_dose, last_dose := NULL, days := 0) AS
  to_date(first_dose) IS NOT NULL
  AND coalesce(to_date(start_date) >= to_date(first_dose), to_date(end_date) >= to_date(first_dose), TRUE)
  AND coalesce(to_date(start_date) <= to_date(last_dose) + CAST(days AS INTEGER), TRUE);
