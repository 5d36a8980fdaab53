"""`build --format`: a package with Dataset-JSON holds the same as one with XPT, is valid, and its define.xml agrees."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import fastjsonschema
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from lxml import etree
from odmlib.dataset_json_1_1.model import DatasetJSON

from clintrail.define.check.validate import check_define
from clintrail.package.build import build_package
from clintrail.transport import dataset_json, xpt
from clintrail.transport.dataset import Dataset
from clintrail.transport.xpt.columns import as_numbers

ROOT = Path(__file__).resolve().parents[2]
PILOT = ROOT / ".." / "shared" / "pilot"
SCHEMA = ROOT / "tests" / "transport" / "dataset_json" / "dataset_json_1_1.schema.json"
ODM, DEF, XLINK = "{http://www.cdisc.org/ns/odm/v1.3}", "{http://www.cdisc.org/ns/def/v2.1}", "{http://www.w3.org/1999/xlink}"


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The melasma package with XPT and, beside them, Dataset-JSON, and what the command printed."""
    out = tmp_path_factory.mktemp("both") / "package"
    clintrail = [sys.executable, "-c", "import sys; from clintrail.cli import main; sys.exit(main())"]
    build = ["build", str(ROOT / "specs" / "melasma"), "--out", str(out), "--format", "dataset-json", "--format", "xpt"]
    run = subprocess.run([*clintrail, *build], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    return out, run.stdout


@pytest.fixture(scope="module")
def both(command: tuple[Path, str]) -> Path:
    """The folder of that package."""
    return command[0]


@pytest.fixture(scope="module")
def compressed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The melasma package with compressed Dataset-JSON instead of XPT."""
    out = tmp_path_factory.mktemp("compressed") / "package"
    build_package(ROOT / "specs" / "melasma", out, formats=("dsjc",))
    return out


def files(package: Path, suffix: str) -> list[Path]:
    found = sorted((package / "m5").rglob(f"*{suffix}"))
    assert len(found) == 28
    return found


def as_sas_holds(dataset: Dataset) -> list[pa.ChunkedArray]:
    """The values as an XPT file has them: everything but text as numbers."""
    return [as_numbers(column) if v.type == "Num" else column for v, column in zip(dataset.variables, dataset.table.columns, strict=True)]


def test_every_cell_is_that_of_the_xpt(both: Path) -> None:
    cells = 0
    for path in files(both, ".json"):
        ours, theirs = dataset_json.read(path), xpt.read(path.with_suffix(".xpt"))
        assert (ours.name, ours.label, ours.created) == (theirs.name, theirs.label, theirs.created)
        for one, other, values, held in zip(ours.variables, theirs.variables, as_sas_holds(ours), theirs.table.columns, strict=True):
            assert (one.name, one.label, one.type, one.format) == (other.name, other.label, other.type, other.format)
            assert values.equals(held), f"{ours.name}.{one.name}"
            cells += len(values)
    print(f"\n{cells:,} cells")
    assert cells > 300_000


def test_every_file_is_valid(both: Path) -> None:
    validate = fastjsonschema.compile(json.loads(SCHEMA.read_text()))
    for path in files(both, ".json"):
        validate(json.loads(path.read_bytes()))


def test_another_reader_finds_the_same_records(both: Path) -> None:
    for path in files(both, ".json"):
        theirs, ours = DatasetJSON.read_json(str(path)), dataset_json.read(path)
        rows = [[_as_json(value) for value in row.values()] for row in ours.table.to_pylist()]
        assert (theirs.rows or []) == rows, path.name


def _as_json(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def test_the_compressed_package_holds_the_same(both: Path, compressed: Path) -> None:
    for path, packed in zip(files(both, ".json"), files(compressed, ".dsjc"), strict=True):
        assert dataset_json.read(packed) == dataset_json.read(path)
    assert not list((compressed / "m5").rglob("*.xpt"))


def test_metadata_are_those_of_the_define(compressed: Path) -> None:
    for define in (compressed / "m5").rglob("define.xml"):
        root = etree.parse(define).getroot()
        (study,), (version,) = root.iter(f"{ODM}Study"), root.iter(f"{ODM}MetaDataVersion")
        items = {item.get("OID"): item for item in root.iter(f"{ODM}ItemDef")}
        for group in root.iter(f"{ODM}ItemGroupDef"):
            (leaf,) = group.iter(f"{DEF}leaf")
            assert leaf.get(f"{XLINK}href") == leaf.findtext(f"{DEF}title") == f"{group.get('Name').lower()}.dsjc"
            dataset = dataset_json.read(define.parent / leaf.get(f"{XLINK}href"))
            assert (dataset.facts["studyOID"], dataset.facts["metaDataVersionOID"]) == (study.get("OID"), version.get("OID"))
            assert dataset.facts["itemGroupOID"] == group.get("OID") and dataset.facts["metaDataRef"] == "define.xml"
            refs = group.findall(f"{ODM}ItemRef")
            assert [v.oid for v in dataset.variables] == [ref.get("ItemOID") for ref in refs]
            for variable, ref in zip(dataset.variables, refs, strict=True):
                item = items[ref.get("ItemOID")]
                assert str(variable.key or "") == ref.get("KeySequence", "")
                assert variable.format == item.get(f"{DEF}DisplayFormat", "")
                assert TYPES.get(item.get("DataType"), "string") == (variable.data_type if variable.format == "" else "integer")
                if variable.format == "":
                    length = variable.length if variable.type == "Char" else variable.digits
                    assert str(length or "") == item.get("Length", "")


TYPES = {"integer": "integer", "float": "float", "date": "date", "datetime": "datetime", "time": "time"}


def test_the_define_finds_nothing_wrong_with_the_files_beside_it(both: Path, compressed: Path) -> None:
    for package in (both, compressed):
        for define in (package / "m5").rglob("define.xml"):
            checked = check_define(define)
            assert [str(problem) for problem in checked.problems] == []
            assert ", 0 data files" not in checked.what


def test_a_changed_value_is_found_beside_the_define(both: Path, compressed: Path, tmp_path: Path) -> None:
    folder = next((compressed / "m5").rglob("adsl.dsjc")).parent
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    adsl = dataset_json.read(tmp_path / "adsl.dsjc")
    place = adsl.table.column_names.index("SEX")
    wrong = pc.replace_substring(adsl.table["SEX"], "F", "female")
    table = adsl.table.set_column(place, "SEX", wrong)
    dataset_json.write(Dataset(adsl.name, adsl.label, adsl.variables, table, adsl.created, facts=adsl.facts), tmp_path / "adsl.dsjc")
    (tmp_path / "adae.dsjc").write_bytes((tmp_path / "adae.dsjc").read_bytes()[:-9])
    (tmp_path / "extra.dsjc").write_bytes(b"")
    found = {problem.kind.split()[0]: problem.problem for problem in check_define(tmp_path / "define.xml").problems}
    assert found["dataset_file_is_readable"] == "adae.dsjc: the file is cut short"
    assert found["datasets_are_described"] == "extra.dsjc lies here, but is not described"
    assert any("SEX" in problem.subject or "SEX" in problem.problem for problem in check_define(tmp_path / "define.xml").problems)


def test_xpt_stays_the_file_that_the_define_names_and_the_bytes_are_those_without_json(both: Path, melasma_package: Path) -> None:
    for path in melasma_package.rglob("*"):
        if path.is_file() and path.name != "manifest.json":
            assert (both / path.relative_to(melasma_package)).read_bytes() == path.read_bytes(), path.name


def test_the_manifest_lists_the_files(both: Path) -> None:
    outputs = json.loads((both / "manifest.json").read_text())["outputs"]
    for path in files(both, ".json"):
        assert outputs[path.relative_to(both).as_posix()] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_command_takes_the_format_once_or_more_often_and_says_what_it_wrote(command: tuple[Path, str]) -> None:
    assert "  dm.xpt " in command[1] and "  the same as .json\n" in command[1]


@pytest.mark.parametrize("study", ["cdiscpilot-sdtm", "cdiscpilot-adam"])
def test_the_pilot_as_dataset_json_is_clean(study: str, tmp_path: Path) -> None:
    if not PILOT.is_dir():
        pytest.skip("the pilot's data (../shared/pilot) are not here")
    raw = PILOT / ("raw" if study.endswith("sdtm") else "pilot_sdtm")
    build_package(ROOT / "specs" / study, tmp_path / "package", raw, PILOT / "docs", formats=("ndjson",))
    (define,) = (tmp_path / "package").rglob("define.xml")
    checked = check_define(define)
    assert [str(problem) for problem in checked.problems] == []
    assert ", 0 data files" not in checked.what
