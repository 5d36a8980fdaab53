-- Date {text} in ISO 8601, collected as {format}.
--
-- The format names the order and the parts: dd, mm (number) or MMM (name), yyyy or yy (40-99 are 19xx), with any of - / . , blank
-- between them or nothing. Parts that are unknown (UN, UNK, NK, XX, ??, dashes) are left out as SDTM asks; so are parts that were not written
-- ('MAR-2024'). ISO 8601 text is taken as it is, whatever the format.
-- Missing: what does not fit the format and dates that do not exist give missing; so does a date of which neither year nor month is known.
-- Reads: text. Where that was collected and a rule gives missing, the build says which records.
-- Source: SDTMIG 3.4, sections 4.4.1 and 4.4.2
--
-- | text           | format      | iso_date   |
-- | 05-MAR-2024    | dd-MMM-yyyy | 2024-03-05 |
-- | 5mar2024       | dd-MMM-yyyy | 2024-03-05 |
-- | 5 March 2024   | dd-MMM-yyyy | 2024-03-05 |
-- | UN-MAR-2024    | dd-MMM-yyyy | 2024-03    |
-- | UN-UNK-2024    | dd-MMM-yyyy | 2024       |
-- | 05-UNK-2024    | dd-MMM-yyyy | 2024---05  |
-- | 05-MAR-UNKN    | dd-MMM-yyyy | --03-05    |
-- | ?? MAR 2024    | dd-MMM-yyyy | 2024-03    |
-- | ---MAR-2024    | dd-MMM-yyyy | 2024-03    |
-- | XX-XXX-2024    | dd-MMM-yyyy | 2024       |
-- | MAR-2024       | dd-MMM-yyyy | 2024-03    |
-- | 2024           | dd-MMM-yyyy | 2024       |
-- | 2024-03-05     | dd-MMM-yyyy | 2024-03-05 |
-- | 2024---05      | dd-MMM-yyyy | 2024---05  |
-- | --03-05        | dd-MMM-yyyy | --03-05    |
-- | 30-FEB-2024    | dd-MMM-yyyy |            |
-- | 05-MAX-2024    | dd-MMM-yyyy |            |
-- | 05-03-2024     | dd-MMM-yyyy |            |
-- | 2024-3-5       | dd-MMM-yyyy |            |
-- | UN-UNK-UNKN    | dd-MMM-yyyy |            |
-- | 05-UNK-UNKN    | dd-MMM-yyyy |            |
-- | tomorrow       | dd-MMM-yyyy |            |
-- |                | dd-MMM-yyyy |            |
-- | 03/05/2024     | mm/dd/yyyy  | 2024-03-05 |
-- | 3/5/2024       | mm/dd/yyyy  | 2024-03-05 |
-- | 03-05-2024     | mm/dd/yyyy  | 2024-03-05 |
-- | 03/UN/2024     | mm/dd/yyyy  | 2024-03    |
-- | UN/05/2024     | mm/dd/yyyy  | 2024---05  |
-- | 03/2024        | mm/dd/yyyy  | 2024-03    |
-- | 13/05/2024     | mm/dd/yyyy  |            |
-- | 3052024        | mm/dd/yyyy  |            |
-- | 05.03.2024     | dd.mm.yyyy  | 2024-03-05 |
-- | 31.04.2024     | dd.mm.yyyy  |            |
-- | 2024/03/05     | yyyy/mm/dd  | 2024-03-05 |
-- | 2024/03        | yyyy/mm/dd  | 2024-03    |
-- | 2024/UN/05     | yyyy/mm/dd  | 2024---05  |
-- | 20240305       | yyyymmdd    | 2024-03-05 |
-- | 202403         | yyyymmdd    | 2024-03    |
-- | 202403UN       | yyyymmdd    | 2024-03    |
-- | 2024035        | yyyymmdd    |            |
-- | 05032024       | ddmmyyyy    | 2024-03-05 |
-- | 05MAR24        | ddMMMyy     | 2024-03-05 |
-- | 05MAR40        | ddMMMyy     | 1940-03-05 |
-- | 5/3/39         | dd/mm/yy    | 2039-03-05 |
-- | 5/3/2024       | dd/mm/yy    |            |
-- | Mar 5, 2024    | MMM dd yyyy | 2024-03-05 |
CREATE MACRO iso_date(text, format := 'dd-MMM-yyyy') AS
  list_transform(list_transform(
    [regexp_extract(
      upper(trim(CAST(text AS VARCHAR))),
      replace(replace(replace(replace(replace(
        CASE left(lower(format), 1)                         -- later parts may stand alone: MAR-2024, 2024
          WHEN 'd' THEN '^(?:(?:(?:d~)?m~)?y|iso)$'
          WHEN 'm' THEN '^(?:(?:m~(?:d~)?)?y|iso)$'
          WHEN 'y' THEN '^(?:y(?:~m(?:~d)?)?|iso)$' END,
        'iso', '(?:([12][0-9]{3})|-)(?:-(?:(0[1-9]|1[0-2])|-)(?:-(0[1-9]|[12][0-9]|3[01]))?)?'),
        '~', CASE WHEN format ILIKE '%mmm%' THEN '[-/., ]*' WHEN regexp_matches(format, '[^A-Za-z]') THEN '[-/., ]+' ELSE '' END),
        'y', '(?:(' || CASE WHEN format ILIKE '%yyyy%' THEN '[12][0-9]{3}' ELSE '[0-9]{2}' END || ')|UN?K?N?|X{2,4}|[?]{2,4}|-{2,4})'),
        'm', '(?:' || CASE WHEN format ILIKE '%mmm%'
          THEN '(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)(?:UARY|RUARY|CH|IL|E|Y|UST|T|TEMBER|OBER|EMBER)?'
          WHEN regexp_matches(format, '[^A-Za-z]') THEN '(0?[1-9]|1[0-2])' ELSE '(0[1-9]|1[0-2])' END || '|UN?K?|NK|X{2,3}|[?]{2,3}|-{2,3})'),
        'd', '(?:(' || CASE WHEN format ILIKE '%mmm%' OR regexp_matches(format, '[^A-Za-z]') THEN '0?' ELSE '0' END
          || '[1-9]|[12][0-9]|3[01])|UN?K?|NK|X{2,3}|[?]{2,3}|-{2,3})'),
      CASE left(lower(format), 1)
        WHEN 'd' THEN ['d', 'm', 'y', 'iso_y', 'iso_m', 'iso_d']
        WHEN 'm' THEN ['m', 'd', 'y', 'iso_y', 'iso_m', 'iso_d']
        ELSE ['y', 'm', 'd', 'iso_y', 'iso_m', 'iso_d'] END)],
    lambda p: rtrim(concat(
      CASE length(p.y || p.iso_y) WHEN 0 THEN '-' WHEN 2 THEN CASE WHEN p.y < '40' THEN '20' ELSE '19' END || p.y ELSE p.y || p.iso_y END, '-',
      CASE WHEN p.m > 'A' THEN lpad(CAST((strpos('JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC', p.m) + 2) // 3 AS VARCHAR), 2, '0')
           WHEN p.m || p.iso_m = '' THEN '-' ELSE lpad(p.m || p.iso_m, 2, '0') END, '-',
      CASE WHEN p.d || p.iso_d = '' THEN '-' ELSE lpad(p.d || p.iso_d, 2, '0') END), '-')),
    lambda iso: CASE length(iso) WHEN 10 THEN CAST(try_cast(iso AS DATE) AS VARCHAR) WHEN 6 THEN NULL WHEN 0 THEN NULL ELSE iso END)[1];
