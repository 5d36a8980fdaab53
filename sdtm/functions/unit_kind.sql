-- What {unit} is a unit of.
--
-- Units in CDISC spelling and a few others in use, in any case. Only units of one kind convert into each other. Used by convert.
-- Missing: an unknown unit gives missing.
-- Source: CDISC SDTM terminology, code list UNIT (C71620)
--
-- | unit   | unit_kind              |
-- | kg     | mass                   |
-- | LB     | mass                   |
-- | cm     | length                 |
-- | mL     | volume                 |
-- | F      | temperature            |
-- | mmHg   | pressure               |
-- | WEEKS  | time                   |
-- | mmol   | amount                 |
-- | mg/dL  | mass concentration     |
-- | umol/L | amount concentration   |
-- | 10^9/L | number concentration   |
-- | U/L    | activity concentration |
-- | %      | fraction               |
-- | drop   |                        |
-- |        |                        |
CREATE MACRO unit_kind(unit) AS
  CASE WHEN lower(unit) IN ('ng', 'ug', 'mg', 'g', 'kg', 'oz', 'lb') THEN 'mass'
       WHEN lower(unit) IN ('um', 'mm', 'cm', 'm', 'km', 'in', 'ft') THEN 'length'
       WHEN lower(unit) IN ('ul', 'ml', 'cl', 'dl', 'l') THEN 'volume'
       WHEN lower(unit) IN ('c', 'f', 'k') THEN 'temperature'
       WHEN lower(unit) IN ('pa', 'hpa', 'kpa', 'mmhg', 'cmh2o', 'bar') THEN 'pressure'
       WHEN lower(unit) IN ('sec', 'min', 'hours', 'days', 'weeks', 'months', 'years') THEN 'time'
       WHEN lower(unit) IN ('pmol', 'nmol', 'umol', 'mmol', 'mol') THEN 'amount'
       WHEN lower(unit) IN ('ng/l', 'pg/ml', 'ug/l', 'ng/ml', 'mg/l', 'ug/ml', 'ug/dl', 'ng/dl', 'mg/dl', 'g/l', 'mg/ml', 'g/dl') THEN 'mass concentration'
       WHEN lower(unit) IN ('pmol/l', 'nmol/l', 'umol/l', 'mmol/l', 'mol/l') THEN 'amount concentration'
       WHEN lower(unit) IN ('/l', '/ul', '10^3/ul', '10^6/ul', '10^6/l', '10^9/l', '10^12/l') THEN 'number concentration'
       WHEN lower(unit) IN ('mu/l', 'u/l', 'iu/l', 'nkat/l', 'ukat/l') THEN 'activity concentration'
       WHEN lower(unit) IN ('%', 'fraction of 1') THEN 'fraction' END;
