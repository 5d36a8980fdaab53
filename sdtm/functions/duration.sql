-- ISO 8601 duration from {start_dtc} to {end_dtc}.
--
-- Days between dates (PnD); days, hours, minutes and seconds where both have a time. An end before the start gives a leading minus.
-- In SDTM --DUR is meant for durations that were collected (see duration_text); this one is derived from dates.
-- Missing: a missing or partial date gives missing.
-- Source: SDTMIG 3.4, section 4.4.3
--
-- | start_dtc           | end_dtc             | duration    |
-- | 2024-03-09          | 2024-03-12          | P3D         |
-- | 2024-03-09          | 2024-03-09          | P0D         |
-- | 2024-03-09T09:05    | 2024-03-09T11:35    | PT2H30M     |
-- | 2024-03-09T23:50    | 2024-03-11T00:05    | P1DT15M     |
-- | 2024-03-09T09:05:00 | 2024-03-09T09:05:30 | PT30S       |
-- | 2024-03-09T09:05    | 2024-03-09T09:05    | PT0S        |
-- | 2024-03-09T09:05    | 2024-03-10T09:05    | P1D         |
-- | 2024-03-12          | 2024-03-09          | -P3D        |
-- | 2024-03-09T09:05    | 2024-03-09T08:50    | -PT15M      |
-- | 2024-03-09T09:05    | 2024-03-12          | P3D         |
-- | 2024-03             | 2024-03-12          |             |
-- |                     | 2024-03-12          |             |
-- | 2024-03-09          |                     |             |
CREATE MACRO duration(start_dtc, end_dtc) AS
  coalesce(
    list_transform([date_diff('second', to_datetime(start_dtc), to_datetime(end_dtc))], lambda s:
      CASE WHEN s < 0 THEN '-P' WHEN s = 0 THEN 'PT0S' WHEN s > 0 THEN 'P' END
      || CASE WHEN abs(s) >= 86400 THEN CAST(abs(s) // 86400 AS VARCHAR) || 'D' ELSE '' END
      || CASE WHEN abs(s) % 86400 > 0 THEN 'T' ELSE '' END
      || CASE WHEN abs(s) % 86400 >= 3600 THEN CAST(abs(s) % 86400 // 3600 AS VARCHAR) || 'H' ELSE '' END
      || CASE WHEN abs(s) % 3600 >= 60 THEN CAST(abs(s) % 3600 // 60 AS VARCHAR) || 'M' ELSE '' END
      || CASE WHEN abs(s) % 60 > 0 THEN CAST(abs(s) % 60 AS VARCHAR) || 'S' ELSE '' END)[1],
    regexp_replace('P' || CAST(to_date(end_dtc) - to_date(start_dtc) AS VARCHAR) || 'D', '^P-', '-P'));
