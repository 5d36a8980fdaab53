-- {date} lies between the first dose {first_dose} and the last dose {last_dose}, plus {days} days.
--
-- For ONTRTFL. Both days are included; a missing last dose means that treatment goes on, a
-- missing number of days that there is no latest day. Dates or ISO 8601 text.
-- Missing: a missing or partial date, or no first dose, gives unknown.
-- Source: ADaMIG 1.3, section 3.3.8.1 (ONTRTFL)
--
-- | date       | first_dose | last_dose  | days | on_treatment |
-- | 2024-03-08 | 2024-03-09 | 2024-06-01 | 0    | FALSE        |
-- | 2024-03-09 | 2024-03-09 | 2024-06-01 | 0    | TRUE         |
-- | 2024-06-01 | 2024-03-09 | 2024-06-01 | 0    | TRUE         |
-- | 2024-06-02 | 2024-03-09 | 2024-06-01 | 0    | FALSE        |
-- | 2024-06-08 | 2024-03-09 | 2024-06-01 | 7    | TRUE         |
-- | 2024-06-08 | 2024-03-09 |            | 0    | TRUE         |
-- | 2024-06-08 | 2024-03-09 | 2024-06-01 |      | TRUE         |
-- | 2024-06    | 2024-03-09 | 2024-06-01 | 0    |              |
-- |            | 2024-03-09 | 2024-06-01 | 0    |              |
-- | 2024-06-08 |            | 2024-06-01 | 0    |              |
CREATE MACRO on_treatment(date, first_dose, last_dose, days := 0) AS
  CASE WHEN to_date(date) IS NOT NULL AND to_date(first_dose) IS NOT NULL
       THEN within(to_date(date), to_date(first_dose), to_date(last_dose) + CAST(days AS INTEGER)) END;
