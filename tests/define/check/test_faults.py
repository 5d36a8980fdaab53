"""A clean package has no finding; a fault put into it has its own."""

from __future__ import annotations

import re
import shutil
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from faults import COPY, FAULTS, Fault
from lxml import etree
from small_study import STUDIES, write_package

from clintrail.define.check.data import DATASET_RULES, FILE_RULES
from clintrail.define.check.rules import RULES
from clintrail.define.check.validate import check_define
from clintrail.errors import Problem, Severity
from clintrail.transport import xpt
from clintrail.transport.dataset import Dataset

RULES_BY_NAME = {rule.name: rule for rule in (*RULES, *FILE_RULES, *DATASET_RULES)}
PACKAGES = [(kind, version) for kind in STUDIES for version in ("2.1", "2.0")]


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    """The folders of the clean packages."""
    top = tmp_path_factory.mktemp("clean")
    return {(k, v): write_package(top / f"{k}-{v}", k, v).parent for k, v in PACKAGES}  # type: ignore[arg-type]


@pytest.mark.parametrize(("kind", "version"), PACKAGES)
def test_nothing_is_found_in_a_clean_package(clean: dict[tuple[str, str], Path], kind: str, version: str) -> None:
    checked = check_define(clean[kind, version] / "define.xml")
    assert checked.problems == ()
    assert checked.what.startswith(f"Define-XML {version}")


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_fault_is_found(clean: dict[tuple[str, str], Path], fault: Fault, tmp_path: Path) -> None:
    folder = shutil.copytree(clean[fault.kind, fault.version], tmp_path / "package")
    put_into(folder, fault)
    problems = check_define(folder / "define.xml").problems
    found = [problem for problem in problems if (problem.kind, problem.subject) == (fault.rule, fault.subject)]
    assert found, [f"{problem.kind}: {problem}" for problem in problems]
    for problem in found:
        assert problem.fix and problem.place.path == str(folder / "define.xml") and problem.place.line > 0
        assert problem.severity == severity(fault.rule)


def severity(rule: str) -> Severity:
    return Severity.ERROR if rule == "schema" else RULES_BY_NAME[rule.split()[0]].severity


def test_every_rule_has_a_fault() -> None:
    assert set(RULES_BY_NAME) == {fault.rule.split()[0] for fault in FAULTS} - {"schema"}


def test_a_rule_is_told_with_its_version_only(clean: dict[tuple[str, str], Path]) -> None:
    folder = clean["adam", "2.0"]
    assert not any(RULES_BY_NAME[problem.kind].versions == ("2.1",) for problem in check_define(folder / "define.xml").problems)


def test_findings_of_data_hold_no_value_of_a_subject(clean: dict[tuple[str, str], Path], tmp_path: Path) -> None:
    folder = shutil.copytree(clean["sdtm", "2.1"], tmp_path / "package")
    secret = "QZ7"
    cells = {"DM.SEX[1]": secret, "DM.RFSTDTC[2]": secret, "VS.VSORRES[2]": secret, "VS.VSTESTCD[1]": secret, "DM.DTHDTC[1]": secret}
    change_data(folder, cells)
    problems = check_define(folder / "define.xml").problems
    assert {"values_are_in_the_codelist", "dates_are_iso", "text_is_numbers", "no_data_is_true"} <= {p.kind for p in problems}
    assert not any(secret in str(problem) for problem in problems)


def test_a_finding_of_data_counts_records_and_names_the_first(clean: dict[tuple[str, str], Path], tmp_path: Path) -> None:
    folder = shutil.copytree(clean["sdtm", "2.1"], tmp_path / "package")
    change_data(folder, {"VS.VSORRES[2]": "warm", "VS.VSORRES[4]": "hot"})
    (problem,) = found_by("text_is_numbers", folder)
    assert problem.problem == "data type float, but 2 records (the first is record 2) with what is no number"


def found_by(rule: str, folder: Path) -> list[Problem]:
    return [problem for problem in check_define(folder / "define.xml").problems if problem.kind == rule]


def put_into(folder: Path, fault: Fault) -> None:
    """Make the changes of a fault in a package."""
    if fault.xml:
        tree = etree.parse(str(folder / "define.xml"))
        for place, value in fault.xml.items():
            change_xml(tree, place, value)
        tree.write(str(folder / "define.xml"), encoding="utf-8", xml_declaration=True)
    change_data(folder, fault.data)
    for name, content in fault.files.items():
        if content is None:
            (folder / name).unlink()
        else:
            (folder / name).write_bytes(content if isinstance(content, bytes) else (folder / content).read_bytes())


def change_xml(tree: etree._ElementTree, place: str, value: Any) -> None:
    names = {prefix or "odm": uri for element in tree.iter(etree.Element) for prefix, uri in element.nsmap.items()}
    path, _, attribute = place.partition(" @")
    first, _, below = path.partition("/")
    by_oid = f"//*[@OID='{first}' or @ID='{first}']"
    start = by_oid if tree.xpath(by_oid) else f"//{prefixed(first)}"
    elements = tree.xpath("/".join([start, *(prefixed(step) for step in below.split("/") if step)]), namespaces=names)
    assert elements, place
    for at, element in enumerate(elements):
        one = value[at] if isinstance(value, tuple) else value
        if attribute:
            prefix, _, local = attribute.rpartition(":")
            set_attribute(element, f"{{{names[prefix]}}}{local}" if prefix else local, one)
        elif one is None:
            element.getparent().remove(element)
        elif one == COPY:
            element.addnext(deepcopy(element))
        elif one.startswith("<"):
            scope = " ".join(f'xmlns{":" + p if p != "odm" else ""}="{uri}"' for p, uri in names.items())
            element.append(etree.fromstring(f"<x {scope}>{one}</x>")[0])
        else:
            element.text = one


def prefixed(step: str) -> str:
    return step if ":" in step.partition("[")[0] else f"odm:{step}"


def set_attribute(element: etree._Element, name: str, value: str | None) -> None:
    if value is None:
        del element.attrib[name]
    else:
        element.set(name, value)


def change_data(folder: Path, changes: Any) -> None:
    for place, value in changes.items():
        path = folder / f"{place.partition('.')[0].lower()}.xpt"
        xpt.write(changed(xpt.read(path), place.partition(".")[2], value), path)


def changed(dataset: Dataset, what: str, value: Any) -> Dataset:
    if cell := re.fullmatch(r"(\w+)\[(\d+)\]", what):
        at = dataset.table.column_names.index(cell[1])
        values = dataset.table.column(at).to_pylist()
        values[int(cell[2]) - 1] = value
        column = pa.array(values, dataset.table.column(at).type)
        longer = tuple(replace(v, length=None) if v.name == cell[1] and v.type == "Char" else v for v in dataset.variables)
        return replace(dataset, table=dataset.table.set_column(at, cell[1], column), variables=longer)
    if what in ("name", "label"):
        return replace(dataset, **{what: value})
    if what == "order":
        rest = tuple(v for v in dataset.variables if v.name not in value)
        return replace(dataset, variables=(*(next(v for v in dataset.variables if v.name == name) for name in value), *rest))
    name, _, attribute = what.partition(".")
    if not attribute:
        return replace(dataset, variables=tuple(v for v in dataset.variables if v.name != name))
    return replace(dataset, variables=tuple(replace(v, **{attribute: value}) if v.name == name else v for v in dataset.variables))
