-- {amount} {unit} as ISO 8601 duration.
--
-- For durations, elapsed times and intervals that were collected as a number and a unit (--DUR, --ELTM, --EVLINT). Units as in CDISC terminology, any case.
-- Missing: a missing amount or a unit that is no unit of time gives missing.
-- Source: SDTMIG 3.4, section 4.4.3
--
-- | amount | unit    | duration_text |
-- | 3      | WEEKS   | P3W           |
-- | 5      | DAYS    | P5D           |
-- | 1      | day     | P1D           |
-- | 6      | MONTHS  | P6M           |
-- | 2      | YEARS   | P2Y           |
-- | 45     | min     | PT45M         |
-- | 1.5    | HOURS   | PT1.5H        |
-- | 30     | sec     | PT30S         |
-- | -15    | MINUTES | -PT15M        |
-- | 3      | cm      |               |
-- |        | DAYS    |               |
-- | 3      |         |               |
CREATE MACRO duration_text(amount, unit) AS
  CASE WHEN amount < 0 THEN '-P' ELSE 'P' END
  || CASE WHEN lower(unit) IN ('h', 'hr', 'hour', 'hours', 'min', 'minute', 'minutes', 'sec', 's', 'second', 'seconds') THEN 'T' ELSE '' END
  || number_text(abs(amount))
  || CASE WHEN lower(unit) IN ('year', 'years') THEN 'Y' WHEN lower(unit) IN ('month', 'months') THEN 'M' WHEN lower(unit) IN ('week', 'weeks') THEN 'W'
          WHEN lower(unit) IN ('day', 'days') THEN 'D' WHEN lower(unit) IN ('h', 'hr', 'hour', 'hours') THEN 'H'
          WHEN lower(unit) IN ('min', 'minute', 'minutes') THEN 'M' WHEN lower(unit) IN ('sec', 's', 'second', 'seconds') THEN 'S' END;
