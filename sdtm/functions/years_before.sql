-- The date {years} years before {dtc}.
--
-- ISO 8601 text of the same precision; 29 February becomes 28 February where the earlier year has none. Whole years: 63.5 counts as 63.
-- Missing: a missing date or number of years gives missing, and so do more than 150 years.
-- Source: SDTMIG 3.4, section 5.2 (BRTHDTC)
--
-- | dtc        | years | years_before |
-- | 2013-12-26 | 63    | 1950-12-26   |
-- | 2012-02-29 | 63    | 1949-02-28   |
-- | 2012-02-29 | 4     | 2008-02-29   |
-- | 2013-12    | 63.5  | 1950-12      |
-- | 2013       | 63    | 1950         |
-- | 26DEC2013  | 63    |              |
-- | 2013-12-26 | 151   |              |
-- | 2013       | 151   |              |
-- | 2013-12-26 |       |              |
-- |            | 63    |              |
CREATE MACRO years_before(dtc, years) AS
  CASE WHEN years BETWEEN 0 AND 150 THEN coalesce(
    CAST(CAST(to_date(dtc) - to_years(CAST(trunc(years) AS INTEGER)) AS DATE) AS VARCHAR),
    CAST(try_cast(regexp_extract(CAST(dtc AS VARCHAR), '^([12][0-9]{3})(-[0-9]{2})?$', 1) AS INTEGER) - CAST(trunc(years) AS INTEGER) AS VARCHAR)
      || substr(CAST(dtc AS VARCHAR), 5)) END;
