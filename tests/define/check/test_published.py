"""What is wrong with the define.xml files and workbooks that others published for the CDISC pilot, each place of it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from clintrail.define.check.validate import check_file
from clintrail.errors import Problem, Severity

SPEC = Path(__file__).resolve().parents[3] / ".." / "shared" / "pilot" / "spec"


def problems(name: str) -> tuple[Problem, ...]:
    if not SPEC.is_dir():
        pytest.skip("the pilot's published define.xml files (../shared/pilot/spec) are not here")
    return check_file(SPEC / name).problems


def dangling(found: tuple[Problem, ...]) -> dict[str, int]:
    return Counter(problem.kind for problem in found if problem.kind.startswith("references_exist"))


def test_adam_has_139_dangling_methods_and_3_dangling_codelists() -> None:
    found = problems("define_tdf_adam_20.xml")
    assert dangling(found) == {"references_exist MethodDef": 139, "references_exist CodeList": 3}
    lines = (SPEC / "define_tdf_adam_20.xml").read_text("utf-8").splitlines()
    for problem in found:
        if problem.kind.startswith("references_exist"):
            oid = problem.problem.split()[3].rstrip(",")
            assert f'"{oid}"' in "".join(lines[problem.place.line - 1 : problem.place.line + 3])


def test_adam_has_methods_and_where_clauses_that_nothing_uses() -> None:
    unused = Counter(p.kind for p in problems("define_tdf_adam_20.xml") if p.kind.startswith("definitions_are_used"))
    assert unused == {"definitions_are_used MethodDef": 1328, "definitions_are_used def:WhereClauseDef": 1533}


def test_sdtm_has_2_dangling_items() -> None:
    found = problems("define_tdf_sdtm_20.xml")
    assert dangling(found) == {"references_exist ItemDef": 2}
    assert {p.problem.partition(",")[0] for p in found if p.kind.startswith("references")} == {"def:ItemOID refers to IT.SUPPLB.QNAM"}


@pytest.mark.parametrize("name", ["define_tdf_adam_20.xml", "define_tdf_sdtm_20.xml"])
def test_both_are_as_the_schema_wants_them_and_lie_apart_from_their_data(name: str) -> None:
    kinds = Counter(problem.kind for problem in problems(name))
    assert kinds["schema"] == 0 and kinds["data_lie_beside"] == 1 and kinds["dataset_file_exists"] == 0


def test_1_0_is_too_old_but_its_references_are_checked(tmp_path: Path) -> None:
    found = problems("define_pilot_adam_10.xml")
    assert [(p.kind, p.severity) for p in found] == [("version", Severity.WARNING)]
    broken = tmp_path / "define.xml"
    broken.write_bytes((SPEC / "define_pilot_adam_10.xml").read_bytes().replace(b'CodeListOID="', b'CodeListOID="X', 1))
    assert Counter(p.kind for p in check_file(broken).problems)["references_exist CodeList"] == 1


def test_the_workbook_has_the_same_dangling_references_each_with_its_cell() -> None:
    found = [p for p in problems("SpecADaM_define20.xlsx") if p.severity == Severity.ERROR]
    methods = [p for p in found if p.problem.startswith("no method ")]
    codelists = [p for p in found if p.problem.startswith("no codelist ")]
    assert (len(methods), len(codelists)) == (139, 3)
    assert all("[Variables]" in p.place.path and p.place.line for p in (*methods, *codelists))
