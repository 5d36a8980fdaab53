"""The command: exit codes, what it prints, and packages as builds leave them."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from clintrail.cli import main
from clintrail.transport import xpt
from clintrail.transport.dataset import Dataset, Variable


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """Two files; the second has another value and another label."""
    variables = (Variable("USUBJID", "Subject"), Variable("AGE", "Age", "Num"))
    a = Dataset("DM", "", variables, pa.table({"USUBJID": ["S1", "S2"], "AGE": [40.0, 50.0]}))
    b = replace(
        a, variables=(variables[0], replace(variables[1], label="Years")), table=a.table.set_column(1, "AGE", pa.array([40.0, 51.0]))
    )
    for name, data in (("a", a), ("b", b)):
        xpt.write(data, tmp_path / f"{name}.xpt")
    return str(tmp_path / "a.xpt"), str(tmp_path / "b.xpt")


@pytest.mark.parametrize(
    "options, code",
    [
        ([], 1),
        (["--abs", "1"], 0),  # the label is a warning
        (["--rel", "0.01"], 1),
        (["--abs", "1", "--fail-on", "warning"], 1),
        (["--ignore", "age", "--fail-on", "note"], 0),
        (["--only", "USUBJID"], 0),
        (["--by", "AGE"], 1),
        (["--by", "AGF"], 2),
    ],
)
def test_the_exit_code_tells_whether_there_is_a_difference_of_the_severity(files: tuple[str, str], options: list[str], code: int) -> None:
    assert main(["compare", *files, *options]) == code


def test_json_goes_out_alone_and_the_page_to_its_file(files: tuple[str, str], tmp_path: Path, capsys: Any) -> None:
    page = tmp_path / "report.html"
    assert main(["compare", *files, "--json", "--html", str(page)]) == 1
    assert json.loads(capsys.readouterr().out)["datasets"][0]["variables"][0]["differing"] == 1
    assert page.read_text("utf-8").startswith("<!DOCTYPE html>")
    assert main(["compare", *files, "--html", str(tmp_path / "nowhere" / "report.html")]) == 2


def test_no_data_are_shown_where_none_are_asked_for(files: tuple[str, str], capsys: Any) -> None:
    main(["compare", *files, "--examples", "0"])
    assert "51" not in capsys.readouterr().out


def test_errors_never_show_data(files: tuple[str, str], capsys: Any) -> None:
    main(["compare", *files, "--by", "AGF"])
    told = capsys.readouterr()
    assert (told.out, "51" in told.err, "did you mean AGE?" in told.err) == ("", False, True)


def test_a_package_is_equal_to_itself(melasma_package: Path, capsys: Any) -> None:
    assert main(["compare", str(melasma_package), str(melasma_package), "--fail-on", "note"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "28 datasets compared, 28 equal: 0 errors, 0 warnings, 0 notes"
    assert sum("as the define.xml of A states" in line for line in lines) == 28


def test_one_changed_value_in_a_package_is_found(melasma_package: Path, tmp_path: Path, capsys: Any) -> None:
    shutil.copytree(melasma_package / "m5", tmp_path / "m5")
    path = next(tmp_path.rglob("admasi.xpt"))
    data = xpt.read(path)
    values = data.table["CHG"].to_pylist()
    at = next(number for number, value in enumerate(values) if value is not None)
    values[at] += 0.1
    table = data.table.set_column(data.table.column_names.index("CHG"), "CHG", pa.array(values, pa.float64()))
    xpt.write(replace(data, table=table), path, created=data.created)
    assert main(["compare", str(melasma_package), str(tmp_path), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    different = [
        (d["name"], v["name"], v["differing"], v["examples"][0]["record_a"])
        for d in found["datasets"]
        for v in d["variables"]
        if v["differing"]
    ]
    assert different == [("ADMASI", "CHG", 1, at + 1)]
    assert found["counts"] == {"error": 1, "warning": 0, "note": 0}
    assert main(["compare", str(melasma_package), str(tmp_path), "--abs", "0.11"]) == 0
