"""The report as text and as data, as a reader gets it."""

from __future__ import annotations

import json
from dataclasses import replace

from two_datasets import dataset

from clintrail.compare import Comparison, Options, compare_datasets
from clintrail.compare.data import as_data
from clintrail.compare.text import as_text

A = dataset(
    """
    STUDYID | USUBJID | AESEQ# | AETERM   | AESEV | AESTDY# | AEOUT
    ST-1    | S1      | 1      | Headache | Mild  | 3       | OK
    ST-1    | S1      | 2      | Rash     | Mild  | 5       | OK
    ST-1    | S2      | 1      | Nausea   | Grave | 1       | OK
    """,
    "AE",
)
B = dataset(
    """
    STUDYID | USUBJID | AESEQ# | AETERM   | AESEV | AESTDY#
    ST-1    | S1      | 2      | Rash     | MILD  | 6
    ST-1    | S1      | 1      | Headache | MILD  | 4
    ST-1    | S3      | 1      | Cough    | MILD  | 1
    """,
    "AE",
)
REPORT = """\
A  one
B  other

datasets only in A: DM

AE: 5 errors, 1 warning, 1 note
  A         3 records, 7 variables
  B         3 records, 6 variables
  records   2 paired by STUDYID, USUBJID, AESEQ (usual in SDTM); 1 only in A, 1 only in B
  variables 3 compared; 1 only in A (AEOUT), 0 only in B
  values    2 variables with differences, in 2 of 2 records
  note      records stand in another order

  records only in A
    record  USUBJID  AESEQ
    3       S2       1

  records only in B
    record  USUBJID  AESEQ
    3       S3       1

  variable  attribute  A   B
  AETERM    label      ''  'Term'

  variable  kind    differ  of  largest  relative  RMS  the differing values
  AESEV     text         2   2                          all differ only in case
  AESTDY    number       2   2        1    0.2857    1  all are 1 more in B

  AESEV
    record  USUBJID  AESEQ  A       B
    1, 2    S1       1      'Mild'  'MILD'
    2, 1    S1       2      'Mild'  'MILD'

  AESTDY
    record  USUBJID  AESEQ  A  B
    1, 2    S1       1      3  4
    2, 1    S1       2      5  6

equal  records  variables
TA           1          1  paired by their number in the file (no usual key is unique in both)

2 datasets compared, 1 equal: 6 errors, 1 warning, 1 note"""


def comparison() -> Comparison:
    labelled = replace(B, variables=tuple(replace(v, label="Term") if v.name == "AETERM" else v for v in B.variables))
    equal = dataset("X\n1", "TA")
    return Comparison("one", "other", (compare_datasets(A, labelled), compare_datasets(equal, equal)), Options(), ("DM",))


def test_the_report_reads_like_that_of_proc_compare() -> None:
    assert as_text(comparison()) == REPORT


def test_long_values_are_cut_around_their_first_difference() -> None:
    begin = "The subject took the medication in the morning "
    found = compare_datasets(dataset(f"T\n{begin}and slept until the evening of the next day"), dataset(f"T\n{begin}or not"))
    (line,) = [line for line in as_text(Comparison("a", "b", (found,), Options())).splitlines() if "morning" in line]
    assert line == "    1       '…the morning and slept until the evening…'  '…the morning or not'"


def test_the_data_have_everything_that_the_text_has() -> None:
    data = json.loads(json.dumps(as_data(comparison()), allow_nan=False))
    assert (data["counts"], data["only_a"]) == ({"error": 6, "warning": 1, "note": 1}, ["DM"])
    ae = data["datasets"][0]
    assert (ae["keys"], ae["paired"], ae["variables_only_a"]) == (["STUDYID", "USUBJID", "AESEQ"], 2, ["AEOUT"])
    assert ae["only_b"] == {"count": 1, "examples": [{"record": 3, "key": {"USUBJID": "S3", "AESEQ": "1"}}]}
    day = next(variable for variable in ae["variables"] if variable["name"] == "AESTDY")
    assert day["examples"][0] == {"record_a": 1, "record_b": 2, "key": {"USUBJID": "S1", "AESEQ": "1"}, "a": "3", "b": "4"}
    assert day["sizes"]["largest"] == 1.0
    assert ae["findings"][0] == {"severity": "error", "subject": "AEOUT", "text": "only in A"}
