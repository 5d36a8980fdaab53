"""What the SDTM says about datasets and variables."""

from __future__ import annotations

import pytest

from clintrail.standards import sdtm_dataset, sdtm_dataset_names, sdtm_not_allowed, variable_order


def test_the_guide_has_63_datasets_and_each_has_keys_of_its_own_variables() -> None:
    assert len(sdtm_dataset_names()) == 63
    for name in sdtm_dataset_names():
        dataset = sdtm_dataset(name)
        assert dataset is not None
        assert dataset.keys
        assert set(dataset.keys) <= {v.name for v in dataset.variables}, name


def test_a_variable_of_the_guide() -> None:
    ae = sdtm_dataset("AE")
    assert ae is not None
    severity = ae.variable("AESEV")
    assert severity is not None
    assert (severity.label, severity.type, severity.role, severity.core, severity.codelists, severity.order) == (
        "Severity/Intensity", "Char", "Record Qualifier", "Perm", ("C66769",), 27)


# variable  | what it follows | what follows it
BETWEEN = [
    ("VSMETHOD", "VSLAT", "VSLOBXFL"),
    ("VSEVAL", "VSDRVFL", "VSTOX"),
    ("VSEVLINT", "VSRFTDTC", None),
    ("VSREFID", "VSGRPID", "VSSPID"),
    ("POOLID", "USUBJID", "VSSEQ"),
]


@pytest.mark.parametrize(("name", "before", "after"), BETWEEN)
def test_a_variable_that_the_class_allows_finds_its_place_in_the_guides_order(name: str, before: str, after: str | None) -> None:
    vs = sdtm_dataset("VS")
    assert vs is not None
    own = [v.name for v in vs.variables]
    ordered = variable_order(vs, [name, *reversed(own)])
    place = ordered.index(name)
    assert ordered[place - 1] == before
    assert ordered[place + 1:place + 2] == ([after] if after else [])
    assert [n for n in ordered if n != name] == own


@pytest.mark.parametrize("name", ["VSDTHREL", "FETUSID", "RPHASE", "VSUSCHFL", "VSAGENT", "VSTERM", "VSTRT"])
def test_what_is_not_for_human_trials_or_not_of_the_class_is_not_found(name: str) -> None:
    vs = sdtm_dataset("VS")
    assert vs is not None
    assert vs.variable(name) is None


def test_a_domain_without_a_table_is_built_from_its_class() -> None:
    ig = sdtm_dataset("IG")
    assert ig is not None
    assert (ig.label, ig.class_name) == ("Integumentary System Findings", "FINDINGS")
    cores = {name: v.core for name in ("IGSEQ", "IGTESTCD", "IGORRES", "VISITNUM", "IGLOC") if (v := ig.variable(name))}
    assert cores == {"IGSEQ": "Req", "IGTESTCD": "Req", "IGORRES": "Exp", "VISITNUM": "Exp", "IGLOC": "Perm"}
    assert variable_order(ig, ["IGDTC", "IGLOC", "IGTEST", "IGORRES", "own", "IGSEQ", "USUBJID", "DOMAIN"]) == [
        "DOMAIN", "USUBJID", "IGSEQ", "IGTEST", "IGORRES", "IGLOC", "IGDTC", "own"]


def test_a_sponsors_own_domain_needs_its_class() -> None:
    assert sdtm_dataset("XX") is None
    assert sdtm_dataset("XX", class_name="no such class") is None
    for class_name, topic in (("Events", "XXTERM"), ("interventions", "XXTRT"), ("FINDINGS", "XXTESTCD")):
        xx = sdtm_dataset("XX", class_name=class_name)
        assert xx is not None
        assert (v := xx.variable(topic)) and (v.role, v.core) == ("Topic", "Req")


def test_the_object_of_findings_about_follows_the_test() -> None:
    names = [v.name for v in sdtm_dataset("XF", class_name="FINDINGS ABOUT").variables]  # type: ignore[union-attr]
    assert names[names.index("XFTEST") + 1] == "XFOBJ"


def test_supplemental_qualifiers_split_datasets_and_those_only_the_model_has() -> None:
    supp, split, pool = sdtm_dataset("SUPPAE"), sdtm_dataset("QSMA"), sdtm_dataset("POOLDEF")
    assert supp and split and pool
    assert (supp.name, supp.label, supp.class_name) == ("SUPPAE", "Supplemental Qualifiers for AE", "RELATIONSHIP")
    assert (split.name, split.class_name, split.variable("QSTESTCD") is not None) == ("QSMA", "FINDINGS", True)
    assert [v.name for v in pool.variables] == ["STUDYID", "POOLID", "USUBJID", "APID"]
    assert sdtm_dataset("ADSL") is None
    assert sdtm_dataset("DMXX") is None


def test_no_label_is_longer_than_transport_files_allow() -> None:
    long = [(n, v.name) for n in sdtm_dataset_names() for v in sdtm_dataset(n).variables if len(v.label) > 40]  # type: ignore[union-attr]
    assert long == []


def test_variables_of_the_model_that_the_guide_keeps_for_one_domain_are_not_allowed_in_others() -> None:
    assert {"--EVDTYP", "--AGENT", "FETUSID", "SPECIES"} <= sdtm_not_allowed("AE")
    assert "--EVDTYP" not in sdtm_not_allowed("MH") and "--AGENT" not in sdtm_not_allowed("MS")
    assert not {"--TERM", "--LNKID", "EPOCH"} & sdtm_not_allowed("AE")
