-- Size of {unit} in the smallest unit of its kind.
--
-- Whole numbers wherever a unit allows (a pound in nanograms, an inch in tenths of a micrometre), so that conversions stay exact. Months and years are
-- 30.4375 and 365.25 days. Used by convert; temperatures have no size (see celsius).
-- Missing: an unknown unit gives missing.
-- Source: BIPM, The International System of Units, 9th edition; NIST Special Publication 811, appendix B.8
--
-- | unit   | unit_size     |
-- | kg     | 1000000000000 |
-- | LB     | 453592370000  |
-- | in     | 254000        |
-- | cm     | 100000        |
-- | mmHg   | 133322.387415 |
-- | WEEKS  | 604800        |
-- | MONTHS | 2629800       |
-- | mg/dL  | 10000000      |
-- | 10^9/L | 1000000000    |
-- | ukat/L | 60000         |
-- | C      |               |
-- | drop   |               |
-- |        |               |
CREATE MACRO unit_size(unit) AS
  CASE lower(unit)
    WHEN 'kg' THEN 1e12 WHEN 'g' THEN 1e9 WHEN 'mg' THEN 1e6 WHEN 'ug' THEN 1e3 WHEN 'ng' THEN 1e0 WHEN 'lb' THEN 45359237e4 WHEN 'oz' THEN 28349523125e0
    WHEN 'cm' THEN 1e5 WHEN 'm' THEN 1e7 WHEN 'mm' THEN 1e4 WHEN 'um' THEN 1e1 WHEN 'km' THEN 1e10 WHEN 'in' THEN 254e3 WHEN 'ft' THEN 3048e3
    WHEN 'ml' THEN 1e3 WHEN 'l' THEN 1e6 WHEN 'dl' THEN 1e5 WHEN 'cl' THEN 1e4 WHEN 'ul' THEN 1e0
    WHEN 'mmhg' THEN 133322387415e-6 WHEN 'kpa' THEN 1e6 WHEN 'hpa' THEN 1e5 WHEN 'pa' THEN 1e3 WHEN 'cmh2o' THEN 980665e-1 WHEN 'bar' THEN 1e8
    WHEN 'sec' THEN 1e0 WHEN 'min' THEN 60e0 WHEN 'hours' THEN 3600e0 WHEN 'days' THEN 86400e0 WHEN 'weeks' THEN 604800e0
    WHEN 'months' THEN 2629800e0 WHEN 'years' THEN 31557600e0
    WHEN 'mmol' THEN 1e9 WHEN 'umol' THEN 1e6 WHEN 'nmol' THEN 1e3 WHEN 'pmol' THEN 1e0 WHEN 'mol' THEN 1e12
    WHEN 'mg/dl' THEN 1e7 WHEN 'g/l' THEN 1e9 WHEN 'mg/ml' THEN 1e9 WHEN 'g/dl' THEN 1e10 WHEN 'mg/l' THEN 1e6 WHEN 'ug/ml' THEN 1e6 WHEN 'ug/dl' THEN 1e4
    WHEN 'ug/l' THEN 1e3 WHEN 'ng/ml' THEN 1e3 WHEN 'ng/dl' THEN 1e1 WHEN 'ng/l' THEN 1e0 WHEN 'pg/ml' THEN 1e0
    WHEN 'mmol/l' THEN 1e9 WHEN 'umol/l' THEN 1e6 WHEN 'nmol/l' THEN 1e3 WHEN 'pmol/l' THEN 1e0 WHEN 'mol/l' THEN 1e12
    WHEN '10^9/l' THEN 1e9 WHEN '10^3/ul' THEN 1e9 WHEN '10^12/l' THEN 1e12 WHEN '10^6/ul' THEN 1e12
    WHEN '10^6/l' THEN 1e6 WHEN '/ul' THEN 1e6 WHEN '/l' THEN 1e0
    WHEN 'u/l' THEN 1e3 WHEN 'iu/l' THEN 1e3 WHEN 'mu/l' THEN 1e0 WHEN 'ukat/l' THEN 60e3 WHEN 'nkat/l' THEN 60e0
    WHEN '%' THEN 1e0 WHEN 'fraction of 1' THEN 1e2 END;
