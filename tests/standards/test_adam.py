"""Concrete ADaM names found through the templates of the standard."""

from __future__ import annotations

import pytest

from clintrail.standards import adam_dataset, adam_variable, variable_order

# name      | structure | label | type | core | code list or values
NAMES = [
    ("TRT01P", "ADSL", "Planned Treatment for Period 01", "Char", "Req", ()),
    ("TRT12AN", "ADSL", "Actual Treatment for Period 12 (N)", "Num", "Perm", ()),
    ("AGEGR1N", "ADSL", "Pooled Age Group 1 (N)", "Num", "Perm", ()),
    ("P01S2SDT", "ADSL", "Period 01 Subperiod 2 Start Date", "Num", "Perm", ()),
    ("EOT02STT", "ADSL", "End of Treatment Status in Period 02", "Char", "Perm", ("C124296",)),
    ("RFENDT", "ADSL", "Subject Reference End Date", "Num", "Perm", ()),
    ("RFSTDTC", "ADSL", "Subject Reference Start Date/Time", "Char", "Perm", ()),
    ("SURGDTF", "ADSL", "", "Char", "Perm", ("C81223",)),
    ("RACEN", "ADSL", "Race (N)", "Num", "Perm", ()),
    ("SAFFN", "ADSL", "Safety Population Flag (N)", "Num", "Perm", ("1", "0")),
    ("MSCFL", "ADSL", "", "Char", "Perm", ("Y", "N")),
    ("CRIT1", "BDS", "Analysis Criterion 1", "Char", "Perm", ()),
    ("CRIT1FL", "BDS", "Criterion 1 Evaluation Result Flag", "Char", "Cond", ("Y", "N")),
    ("AVALCA1N", "BDS", "Analysis Value Category 1 (N)", "Num", "Perm", ()),
    ("ATYPE", "BDS", None, None, None, None),
    ("ANL01FL", "BDS", "Analysis Flag 01", "Char", "Cond", ("Y",)),
    ("ANL1FL", "BDS", "", "Char", "Perm", ("Y", "N")),
    ("DTYPE", "BDS", "Derivation Type", "Char", "Cond", ("C81224",)),
    ("AGE", "BDS", "Age", "Num", "Perm", ()),
    ("VISITNUM", "BDS", "Visit Number", "Num", "Perm", ()),
    ("RSSEQ", "BDS", "Sequence Number", "Num", "Perm", ()),
    ("IGTESTCD", "BDS", "Short Name of Measurement, Test, or Exam", "Char", "Perm", ()),
    ("AETERM", "AE", "Reported Term for the Adverse Event", "Char", "Req", ()),
    ("AETERM", "OCCDS", "Reported Term for the Adverse Event", "Char", "Req", ()),
    ("AESEV", "AE", "Severity/Intensity", "Char", "Cond", ("C66769",)),
    ("AEDECOD", "OCCDS", "Dictionary-Derived Term", "Char", "Cond", ()),
    ("TRTEM2FL", "AE", "Treatment Emergent Analysis 2 Flag", "Char", "Perm", ("Y",)),
    ("AOCC01FL", "AE", "", "Char", "Perm", ("Y",)),
    ("AOCCPFL", "AE", "1st Occurrence of Preferred Term Flag", "Char", "Perm", ("Y",)),
    ("DECDORG1", "AE", "PT in Original Dictionary 1", "Char", "Perm", ()),
    ("CMTRT", "OCCDS", "Reported Name of Drug, Med, or Therapy", "Char", "Req", ()),
    ("CNSR", "TTE", "Censor", "Num", "Cond", ()),
    ("STARTDT", "TTE", "Time-to-Event Origin Date for Subject", "Num", "Perm", ()),
    ("AVAL", "TTE", "Analysis Value", "Num", "Req", ()),
    ("PARCAT1", "TTE", "Parameter Category 1", "Char", "Perm", ()),
    ("TRT00P", "ADSL", None, None, None, None),
    ("TRT1P", "ADSL", None, None, None, None),
    ("MYVAR", "BDS", None, None, None, None),
]


@pytest.mark.parametrize(("name", "structure", "label", "type_", "core", "allowed"), NAMES)
def test_a_concrete_name_is_described_by_its_most_specific_template(
    name: str, structure: str, label: str | None, type_: str | None, core: str | None, allowed: tuple[str, ...] | None
) -> None:
    found = adam_variable(name, structure)
    described = (found.label, found.type, found.core, found.codelists or found.values) if found else (None,) * 4
    assert described == (label, type_, core, allowed)
    assert found is None or found.name == name


def test_every_filled_label_fits_into_a_transport_file_but_one() -> None:
    too_long = set()
    for structure in ("ADSL", "BDS", "OCCDS", "AE", "TTE"):
        for variable in adam_dataset(structure).variables:
            name = variable.name.replace("xx", "01").replace("zz", "01").replace("y", "1").replace("w", "1").replace("--", "AE")
            found = adam_variable(name, structure) if "*" not in name else None
            if found and len(found.label) > 40:
                too_long.add(variable.name)
    assert too_long == {"PBCHGCyN"}  # 41 characters in ADaMIG 1.3 itself


def test_keys_and_classes_of_structures() -> None:
    seen = {name: (adam_dataset(name).class_name, adam_dataset(name).subclass) for name in ("ADSL", "BDS", "TTE", "OCCDS", "AE")}
    assert seen == {
        "ADSL": ("SUBJECT LEVEL ANALYSIS DATASET", ""),
        "BDS": ("BASIC DATA STRUCTURE", ""),
        "TTE": ("BASIC DATA STRUCTURE", "TIME-TO-EVENT"),
        "OCCDS": ("OCCURRENCE DATA STRUCTURE", ""),
        "AE": ("OCCURRENCE DATA STRUCTURE", "ADVERSE EVENT"),
    }
    assert all(adam_dataset(name).keys[:2] == ("STUDYID", "USUBJID") for name in seen)
    with pytest.raises(KeyError, match="ADSL, BDS, OCCDS, AE, TTE"):
        adam_dataset("ADXX")


def test_variables_of_adsl_follow_the_identifiers_and_numbers_follow_their_text() -> None:
    given = ["CHG", "own", "RACEN", "RACE", "AVAL", "AGE", "PARAMCD", "TRT01P", "USUBJID", "STUDYID", "AVISIT"]
    assert variable_order(adam_dataset("BDS"), given) == [
        "STUDYID", "USUBJID", "AGE", "RACE", "RACEN", "TRT01P", "AVISIT", "PARAMCD", "AVAL", "CHG", "own"]


def test_the_adverse_event_structure_leaves_out_what_it_does_not_use() -> None:
    assert "SRCDOM" not in {v.name for v in adam_dataset("AE").variables}
    assert "SRCDOM" in {v.name for v in adam_dataset("OCCDS").variables}
