"""A built study as define documents: the founding study whole, and a toy whose rules the tests vary."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from clintrail.define.built.build import build_define
from clintrail.define.built.origins import check_origins
from clintrail.define.check.validate import validate_define
from clintrail.define.model import DefineDataset, DefineDocument, DefineVariable, Item, RangeCheck, ValueListItem
from clintrail.define.page import render_define_html
from clintrail.define.render import render_define
from clintrail.errors import Severity

MELASMA = Path(__file__).resolve().parents[3] / "specs" / "melasma"
Toy = Callable[..., Any]


@pytest.fixture(params=["sdtm", "adam"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def define(melasma: Any, kind: str) -> DefineDocument:
    found: DefineDocument = getattr(melasma, kind)
    return found


def items(document: DefineDocument) -> Iterator[tuple[DefineDataset, Item]]:
    for dataset in document.datasets:
        for variable in dataset.variables:
            yield dataset, variable
            yield from ((dataset, item) for item in variable.values)


def variable_of(document: DefineDocument, dataset: str, variable: str) -> DefineVariable:
    found = next(d for d in document.datasets if d.name == dataset)
    return next(v for v in found.variables if v.name == variable)


def method_of(document: DefineDocument, item: Item) -> str:
    return next(method.description for method in document.methods if method.id == item.method)


def item_for(variable: DefineVariable, code: str) -> ValueListItem:
    return next(item for item in variable.values if any(code in check.values for where in item.where for check in where.checks))


# -- the founding study -------------------------------------------------------------------------------------------------------


def test_a_built_study_makes_a_valid_define(define: DefineDocument, tmp_path: Path) -> None:
    path = tmp_path / "define.xml"
    path.write_bytes(render_define(define))
    assert [p for p in validate_define(path) if p.severity >= Severity.WARNING] == []
    assert render_define_html(define).startswith(b"<!DOCTYPE html>")


def test_the_define_holds_every_variable_of_every_dataset(melasma: Any, define: DefineDocument, kind: str) -> None:
    built = {name: d.table.column_names for name, d in melasma.datasets.items() if d.plan.kind == kind}
    assert {d.name: [v.name for v in d.variables] for d in define.datasets} == built


def test_the_same_study_gives_the_same_define(melasma: Any, define: DefineDocument, kind: str) -> None:
    assert render_define(build_define(melasma.compiled, melasma.datasets, kind)) == render_define(define)  # type: ignore[arg-type]


def test_whatever_is_derived_has_a_method_with_words(define: DefineDocument) -> None:
    words = {method.id: method.description for method in define.methods}
    derived = [(d.name, item) for d, item in items(define) if any(o.type == "Derived" for o in item.origins)]
    assert len(derived) > 50
    assert [(name, item.name) for name, item in derived if not words.get(item.method, "").strip()] == []


def test_whatever_has_a_method_is_derived_and_every_method_is_used(define: DefineDocument) -> None:
    assert [item.name for _, item in items(define) if item.method and not any(o.type == "Derived" for o in item.origins)] == []
    assert {item.method for _, item in items(define)} - {""} == {method.id for method in define.methods}


def test_whatever_is_collected_names_columns_of_raw_files_that_exist(melasma: Any) -> None:
    collected = [o for _, item in items(melasma.sdtm) for o in item.origins if o.type == "Collected"]
    assert len(collected) > 80
    for origin in collected:
        for source in origin.description.split("; "):
            file, _, columns = source.partition(": ")
            with (MELASMA / "raw" / file).open(encoding="utf-8-sig", newline="") as opened:
                assert set(columns.split(", ")) <= set(next(csv.reader(opened))), source


def test_a_predecessor_is_a_submitted_variable(melasma: Any, define: DefineDocument) -> None:
    known = {f"{name}.{column}" for name, d in melasma.datasets.items() for column in d.table.column_names}
    named = [
        p.split(" where ")[0] for _, i in items(define) for o in i.origins if o.type == "Predecessor" for p in o.description.split(", ")
    ]
    assert named and set(named) <= known


def test_every_record_with_a_value_falls_under_one_value_level_item(melasma: Any, define: DefineDocument) -> None:
    for dataset, variable in define.value_lists():
        table = melasma.datasets[dataset.name].table.to_pylist()
        for row in table:
            if row[variable.name] is not None:
                fitting = [item for item in variable.values if any(all(holds(c, row) for c in w.checks) for w in item.where)]
                assert len(fitting) == 1, f"{dataset.name}.{variable.name}"


def holds(check: RangeCheck, row: dict[str, Any]) -> bool:
    inside = str(row[check.variable]) in check.values
    return inside if check.comparator in ("EQ", "IN") else not inside


def test_values_have_the_type_length_and_decimals_that_the_define_says(melasma: Any, define: DefineDocument) -> None:
    for dataset, variable in define.value_lists():
        rows = melasma.datasets[dataset.name].table.to_pylist()
        for item in variable.values:
            found = [r[variable.name] for r in rows if any(all(holds(c, r) for c in w.checks) for w in item.where)]
            texts = [str(value) for value in found if value is not None]
            if item.data_type == "integer":
                assert all(float(text).is_integer() for text in texts)
            if item.data_type == "float" and item.significant_digits is not None:
                assert all(abs(float(t) * 10**item.significant_digits % 1 - 0.5) > 0.499 for t in texts)
            if item.data_type == "text":
                assert max(len(t.encode()) for t in texts) == item.length


def test_every_coded_value_is_a_term_of_its_list(melasma: Any, define: DefineDocument) -> None:
    terms = {codelist.id: {t.value for t in codelist.terms} for codelist in define.codelists if not codelist.dictionary}
    for dataset in define.datasets:
        for variable in dataset.variables:
            if variable.codelist in terms:
                present = set(melasma.datasets[dataset.name].table[variable.name].drop_null().to_pylist())
                assert present <= terms[variable.codelist], f"{dataset.name}.{variable.name}"


def test_published_terms_have_nci_codes_and_additions_are_told_apart(melasma: Any) -> None:
    lists = {codelist.id: codelist for codelist in melasma.sdtm.codelists}
    assert lists["NY"].nci_code == "C66742"
    assert {t.value: t.nci_code for t in lists["NY"].terms} == {"N": "C49487", "Y": "C49488"}
    assert [(t.value, t.is_extension) for t in lists["CCCAT"].terms] == [("MASI", True)]
    assert [t.decode for t in lists["MASIINT"].terms] == ["Absent", "Slight", "Mild", "Marked", "Maximum"]
    assert not any(t.is_extension for t in lists["MASITC"].terms)  # a list of the sponsor's own has no extensions


def test_a_variable_with_several_published_lists_has_one_for_each_category(melasma: Any) -> None:
    decoded = variable_of(melasma.sdtm, "DS", "DSDECOD")
    lists = {item.where[0].checks[0].values: item.codelist for item in decoded.values}
    assert lists == {("PROTOCOL MILESTONE",): "PROTMLST", ("DISPOSITION EVENT",): "NCOMPLT"}
    assert decoded.codelist == ""
    terms = {t.value: t for c in melasma.sdtm.codelists if c.id in ("PROTMLST", "NCOMPLT") for t in c.terms}
    assert {"COMPLETED", "RANDOMIZED"} <= set(terms)
    assert all(t.nci_code and not t.is_extension for t in terms.values())


def test_the_masi_total_is_explained_where_it_is_made(melasma: Any) -> None:
    aval = variable_of(melasma.adam, "ADMASI", "AVAL")
    item = item_for(aval, "FHAREA")
    assert [(o.type, o.description) for o in item.origins] == [("Predecessor", "RS.RSSTRESN")]
    total = item_for(aval, "MASITOT")
    assert total.label == "MASI Total Score" and total.origins[0].type == "Derived"
    said = method_of(melasma.adam, total)
    assert said.startswith("AVAL of FHTOT + AVAL of RMTOT + AVAL of LMTOT + AVAL of CHTOT rounded to the nearest 0.1")
    assert "the step locf" in said and "DTYPE LOCF" in said
    assert method_of(melasma.adam, item_for(aval, "CHTOT")) == "0.1 x AVAL of CHAREA x (AVAL of CHDARK + AVAL of CHHOMO)."


def test_a_method_says_what_the_names_in_it_mean(melasma: Any) -> None:
    said = method_of(melasma.adam, variable_of(melasma.adam, "ADSL", "HEIGHTBL"))
    assert said == "Equal to height.VSSTRESN. Here height is the record of VS with height.VSTESTCD = 'HEIGHT' and height.VSLOBXFL = 'Y'."
    assert "Here sessions is: count(EX.EXSTDTC)" in method_of(melasma.adam, variable_of(melasma.adam, "ADSL", "PPROTFL"))
    assert "records with the same USUBJID, PARAMCD" in method_of(melasma.adam, variable_of(melasma.adam, "ADMASI", "BASE"))


def test_imputed_dates_are_imputations(melasma: Any) -> None:
    types = {method.id: method.type for method in melasma.adam.methods}
    assert types[variable_of(melasma.adam, "ADAE", "ASTDT").method] == "Imputation"
    assert types[variable_of(melasma.adam, "ADAE", "ASTDY").method] == "Computation"


def test_trial_design_is_from_the_protocol(melasma: Any) -> None:
    found = {v.name: [o.type for o in v.origins] for d in melasma.sdtm.datasets if d.name == "TA" for v in d.variables}
    assert found["ETCD"] == ["Protocol"] and found["STUDYID"] == ["Assigned"]


def test_qualifiers_have_the_origin_of_what_was_split_off(melasma: Any) -> None:
    qval = variable_of(melasma.sdtm, "SUPPDM", "QVAL")
    assert item_for(qval, "NATION").label == "Chinese Ethnic Group"
    assert [(o.type, o.description) for o in item_for(qval, "NATION").origins] == [("Collected", "dm.csv: NATION")]


def test_a_domain_that_the_guide_does_not_have_says_so(melasma: Any) -> None:
    found = {d.name: d for d in melasma.sdtm.datasets}
    assert found["IG"].comment == "IG" and found["IG"].class_name == "FINDINGS"
    assert found["IG"].standard == found["AE"].standard, "a domain made from a class of the model follows the guide"


def test_no_stated_origin_of_the_study_contradicts_its_lineage(melasma: Any) -> None:
    assert check_origins(melasma.compiled, melasma.datasets) == []


# -- rules of the toy -----------------------------------------------------------------------------------------------------------


def test_origins_follow_the_lineage(toy: Toy) -> None:
    define = toy().sdtm
    told = {v.name: v.origins[0] for d in define.datasets if d.name == "DM" for v in d.variables}
    assert {name: (o.type, o.source, o.description) for name, o in told.items() if name in ("AGE", "SITEID", "RFENDTC", "ARMCD")} == {
        "AGE": ("Collected", "Investigator", "dm.csv: AGE"),
        "SITEID": ("Assigned", "Sponsor", ""),
        "RFENDTC": ("Derived", "Sponsor", ""),
        "ARMCD": ("Not Available", "", ""),
    }
    assert told["USUBJID"].description == "dm.csv: SUBJECT"


def test_a_variable_without_data_says_why(toy: Toy) -> None:
    built = toy()
    empty = variable_of(built.sdtm, "DM", "ARMCD")
    comments = {c.id: c.description for c in built.sdtm.comments}
    assert empty.has_no_data and comments[empty.comment] == "Expected by SDTMIG; not collected in this study."
    assert not variable_of(built.sdtm, "DM", "AGE").has_no_data


def test_comments_of_the_spec_are_kept(toy: Toy) -> None:
    built = toy()
    comments = {c.id: c.description for c in built.sdtm.comments}
    assert comments["VS"] == "Sitting, after five minutes of rest" and comments["VS.VSSTRESC"] == "As collected"


def test_dates_have_the_type_that_all_values_fit(toy: Toy) -> None:
    define = toy().sdtm
    assert variable_of(define, "VS", "VSDTC").data_type == "date"
    assert variable_of(define, "DM", "RFSTDTC").data_type == "partialDatetime"


def test_results_are_described_test_by_test(toy: Toy) -> None:
    found = {c: item_for(variable_of(toy().sdtm, "VS", "VSORRES"), c) for c in ("SYSBP", "TEMP", "NOTE")}
    assert {c: (i.data_type, i.length, i.significant_digits, i.origins[0].description) for c, i in found.items()} == {
        "SYSBP": ("integer", 3, None, "vs.csv: SYSBP"),
        "TEMP": ("float", 5, 2, "vs.csv: TEMP"),
        "NOTE": ("text", 4, None, "vs.csv: NOTE"),
    }


BRANCHES = {
    "like": ("VSTESTCD like 'SYS%': 1.5 * number(VSORRES)", "VSTESTCD", [("EQ", ("SYSBP",)), ("EQ", ("TEMP",))]),
    "not": ("VSTESTCD <> 'TEMP': 1.5 * number(VSORRES)", "VSTESTCD", [("NE", ("TEMP",)), ("EQ", ("TEMP",))]),
}


@pytest.mark.parametrize("case", BRANCHES)
def test_branches_by_test_become_where_clauses(toy: Toy, case: str) -> None:
    condition, name, wanted = BRANCHES[case]
    define = toy(VSSTRESN=f"\n    {condition}\n    else: number(VSORRES)").sdtm
    found = variable_of(define, "VS", "VSSTRESN").values
    assert [(c.comparator, c.values) for i in found for w in i.where for c in w.checks if c.variable == name] == wanted
    assert {i.origins[0].type: method_of(define, i) if i.method else "" for i in found}["Derived"].startswith("If VSTESTCD")


def test_branches_by_test_and_visit_cover_every_record_once(toy: Toy) -> None:
    rule = "\n    VSTESTCD = 'SYSBP' and VISIT = 'ONE': 2.25 * number(VSORRES)\n    else: number(VSORRES)"
    built = toy(VSSTRESN=rule)
    variable = variable_of(built.sdtm, "VS", "VSSTRESN")
    rows = [r for r in built.datasets["VS"].table.to_pylist() if r["VSSTRESN"] is not None]
    times = Counter(sum(all(holds(c, row) for c in w.checks) for i in variable.values for w in i.where) for row in rows)
    assert times == {1: 6}
    assert any(len(w.checks) == 2 for i in variable.values for w in i.where)


STATED = {  # what is stated -> what is said of it, empty if it agrees
    ("AGE", "origin: Collected"): "",
    ("AGE", "origin: Derived"): "",  # a collected text as a number may be called derived
    ("AGE", "origin: Predecessor"): "the stated origin Predecessor contradicts the lineage, which says Collected (dm.csv: AGE)",
    ("AGE", "origin: Colected"): "no origin type is named Colected",
    ("EYES", "origin: Protocol"): "the stated origin Protocol contradicts the lineage, which says Collected (dm.csv: EYES)",
}


@pytest.mark.parametrize(("where", "stated"), STATED)
def test_a_stated_origin_that_contradicts_the_lineage_is_a_problem(toy: Toy, where: str, stated: str) -> None:
    built = toy(**{where: stated})
    problems = check_origins(built.compiled, built.datasets)
    assert [p.problem for p in problems] == ([STATED[where, stated]] if STATED[where, stated] else [])
    assert all(p.place.path.endswith("sdtm/dm.yaml") and p.place.line and p.severity is Severity.ERROR for p in problems)


def test_a_stated_origin_that_agrees_is_the_one_shown(toy: Toy) -> None:
    built = toy(AGE="origin: Derived")
    age = variable_of(built.sdtm, "DM", "AGE")
    assert [o.type for o in age.origins] == ["Derived"] and method_of(built.sdtm, age) == "dm.AGE as a number."


HOOKS = '''
import pandas as pd
from clintrail import hook


@hook(reads=["vs"], gives={"SUBJECT": "text", "TOP": "number"})
def peaks(vs):
    """The highest systolic pressure of each subject."""
    found = [(s, float(rows.SYSBP.astype(int).max()), list(rows.index)) for s, rows in vs.groupby("SUBJECT", sort=True)]
    return pd.DataFrame(found, columns=["SUBJECT", "TOP", "origin"])
'''


def test_what_a_hook_makes_is_derived_and_its_method_is_the_hooks_own_words(toy: Toy, tmp_path: Path) -> None:
    (tmp_path / "hooks.py").write_text(HOOKS, encoding="utf-8")
    built = toy(ARMCD="number_text(peak.TOP)\nlookups:\n  peak: {from: peaks, match: peak.SUBJECT = SUBJID}")
    armcd = variable_of(built.sdtm, "DM", "ARMCD")
    assert [o.type for o in armcd.origins] == ["Derived"]
    said = method_of(built.sdtm, armcd)
    assert "Here peak is what the function peaks of hooks.py makes of vs: The highest systolic pressure of each subject." in said
