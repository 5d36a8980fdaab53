"""Datasets over the size limit: whole, and in parts below `split/`, by the rule that the study states."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyreadstat
import pytest
from drawn import write_study

from clintrail.cli import main
from clintrail.errors import Problems, Severity
from clintrail.package import split
from clintrail.package.build import BuiltStudy, build_package, run_study
from clintrail.transport.dataset import Variable
from clintrail.transport.xpt.size import file_size, records_within

MELASMA = Path(__file__).resolve().parents[2] / "specs" / "melasma"
RULES = {
    "sdtm/ex": """split:
  by: EXCAT
  parts: |
    EXCAT                 => name | label
    LASER SESSION         => EXLA | Exposure-Laser
    INTRAVENOUS INFUSION  => EXCE | Exposure-Cells
    MULTI-POINT INJECTION => EXCE | Exposure-Cells
""",
    "sdtm/ig": "split: {by: 'VISITNUM, subject', label: Skin Findings}\n",
    "sdtm/vs": "split: VSTESTCD\n",
    "adam/adsat": "split: {by: subject, label: Patient Satisfaction}\n",
}
TESTS = {
    "v": "ID | TEST | CAT | VISIT\n 1 | ALT | CHEMISTRY | 1\n 1 | AST | CHEMISTRY | 2\n 1 | HGB | HEMATOLOGY | 2\n 2 | ALT | CHEMISTRY | 1"
}
LB = """records: [{from: v}]
variables:
  LBTESTCD: v.TEST
  LBCAT: v.CAT
  VISITNUM: number(v.VISIT)
  LBORRES: repeat('x', 100)
supplemental:
  LBREM: {label: Remark, value: "if(v.TEST <> 'AST', 'seen')"}
"""

Build = Callable[..., BuiltStudy]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Builds the drawn LB with a rule and a limit (LB has 2,560 bytes with its four records, 2,320 with two)."""
    return lambda rule="", limit="2400 bytes", **kwargs: run_study(
        write_study(tmp_path / "study", TESTS, study=f"largest_dataset: {limit}", LB=LB + rule, **kwargs)
    )


def parts(built: BuiltStudy, dataset: str) -> dict[str, tuple[str, int]]:
    """Name, label and records of a dataset's parts."""
    return {part.name: (part.label, part.records) for part in built.splits[dataset].parts} if dataset in built.splits else {}


def said(built: BuiltStudy) -> list[str]:
    return [f"{p.problem}; {p.fix}" for p in built.problems if p.severity == Severity.WARNING and "bytes" in p.problem]


# -- sizes ---------------------------------------------------------------------------------------------------------------------


def test_sizes_are_counted_and_not_guessed(package: Path) -> None:
    files = sorted((package / "m5").rglob("*.xpt"))
    assert len(files) == 28 + len(split_files(package))
    for path in files:
        frame, meta = pyreadstat.read_xport(path)
        variables = [Variable(name, length=meta.variable_storage_width[name]) for name in meta.column_names]
        assert file_size(variables, len(frame)) == path.stat().st_size


def test_as_many_records_as_fit() -> None:
    variables = [Variable("A", length=33), Variable("B", length=8)]
    for size in range(1000, 1500, 7):
        most = records_within(variables, size)
        assert file_size(variables, most) <= size or most == 0
        assert file_size(variables, most + 1) > size


# -- rules ---------------------------------------------------------------------------------------------------------------------


def test_what_fits_is_not_cut(build: Build) -> None:
    built = build("split: LBCAT\n", limit="1 MB")
    assert parts(built, "LB") == {} and said(built) == []


def test_the_limit_is_5_gb_unless_the_study_states_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert split.LARGEST == 5_000_000_000
    monkeypatch.setattr(split, "LARGEST", 2400)
    assert "LB" in run_study(write_study(tmp_path, TESTS, LB=LB + "split: LBTESTCD\n")).splits


def test_values_make_parts_that_are_numbered(build: Build) -> None:
    built = build("split: LBTESTCD\n")
    assert parts(built, "LB") == {
        "LB1": ("Laboratory Test Results-ALT", 2),
        "LB2": ("Laboratory Test Results-AST", 1),
        "LB3": ("Laboratory Test Results-HGB", 1),
    }
    assert built.splits["LB"].part_of.tolist() == [0, 1, 2, 0]


def test_numbers_stand_in_labels_with_their_variable(build: Build) -> None:
    assert parts(build("split: VISITNUM\n"), "LB") == {
        "LB1": ("Laboratory Test Results-VISITNUM 1", 2),
        "LB2": ("Laboratory Test Results-VISITNUM 2", 2),
    }


def test_a_table_gives_names_and_labels_and_puts_values_together(build: Build) -> None:
    table = "  parts: |\n    VISITNUM => name | label\n    2 => LBFU | Follow-up\n    1.0 => LBBL | Baseline\n    7 => LBEX | Never\n"
    assert parts(build(f"split:\n  by: VISITNUM\n{table}"), "LB") == {"LBFU": ("Follow-up", 2), "LBBL": ("Baseline", 2)}
    table = "  parts: |\n    LBTESTCD => name | label\n    ALT => LBL1 | Liver\n    AST => LBL2 | Other\n    HGB => LBL2 | Other\n"
    assert parts(build(f"split:\n  by: LBTESTCD\n{table}"), "LB") == {"LBL1": ("Liver", 2), "LBL2": ("Other", 2)}


def test_by_subject_whole_subjects_fill_the_parts(build: Build) -> None:
    assert parts(build("split: {by: subject, label: Lab}\n", limit="2500 bytes"), "LB") == {
        "LB1": ("Lab-1 of 2", 3),
        "LB2": ("Lab-2 of 2", 1),
    }


def test_within_a_value_by_subject_only_where_it_is_needed(build: Build) -> None:
    built = build("split: {by: 'LBCAT, subject', label: Lab}\n")
    assert parts(built, "LB") == {"LB1": ("Lab-CHEMISTRY 1 of 2", 2), "LB2": ("Lab-CHEMISTRY 2 of 2", 1), "LB3": ("Lab-HEMATOLOGY", 1)}


def test_supplemental_qualifiers_are_cut_as_their_parent_is(build: Build) -> None:
    built = build("split: LBTESTCD\n")
    assert parts(built, "SUPPLB") == {
        "SUPPLB1": ("Supplemental Qualifiers for LB1", 2),
        "SUPPLB3": ("Supplemental Qualifiers for LB3", 1),
    }
    assert built.splits["SUPPLB"].part_of.tolist() == [0, 1, 0]


def test_qualifiers_of_a_dataset_with_one_record_a_subject_are_cut_by_subject(tmp_path: Path) -> None:
    subjects = {"d": "ID | ARM | TYPE\n" + "\n".join(f"{n} | {'AB'[n % 2]} | {'III' if n % 3 else 'IV'}" for n in range(10, 22))}
    dm = """records: [{from: d}]
variables:
  ARMCD: d.ARM
  SUBJID: repeat(d.ID, 30)
supplemental:
  SKIN: {label: Skin Type, value: d.TYPE}
split: ARMCD
"""
    built = run_study(write_study(tmp_path, subjects, study="largest_dataset: 2500 bytes", DM=dm))
    assert parts(built, "DM") == {"DM1": ("Demographics-A", 6), "DM2": ("Demographics-B", 6)}
    assert built.splits["SUPPDM"].part_of.tolist() == built.splits["DM"].part_of.tolist() == [0, 1] * 6


# -- what is told --------------------------------------------------------------------------------------------------------------


def test_a_large_dataset_without_a_rule_is_told(build: Build) -> None:
    built = build()
    [problem] = said(built)
    assert problem.startswith("lb.xpt has 2,560 bytes, over 2,400, and no rule says how to cut it in parts; add split: LBCAT to LB")
    assert built.splits == {}


def test_a_part_that_is_still_too_large_is_refused_with_a_finer_rule(build: Build) -> None:
    with pytest.raises(Problems) as raised:
        build("split: LBCAT\n")
    [problem] = [p for p in raised.value.problems if p.severity == Severity.ERROR]
    assert str(problem.place).endswith("sdtm/lb.yaml:11")
    assert problem.problem == "1 part would be over 2,400 bytes, the largest, LB1, with 2,480"
    assert problem.fix == "cut finer: split: LBCAT, subject (or another variable in its place)"


def test_a_part_cannot_have_the_name_of_a_dataset_or_of_another_part(build: Build) -> None:
    analysis = "class: BDS\nrecords: [{from: LB}]\nvariables:\n  PARAMCD: LB.LBTESTCD\n  AVALC: repeat(LB.LBORRES, 2)\n"
    lines = "    ALT => ADLC | Liver\n    AST => ADLC | Liver\n    HGB => ADLH | Blood\n"
    rule = f"split:\n  by: PARAMCD\n  parts: |\n    PARAMCD => name | label\n{lines}"
    with pytest.raises(Problems) as raised:
        build("split: LBTESTCD\n", "2100 bytes", ADLA=analysis + rule, ADLB=analysis + rule.replace("ADLH", "ADLBH"), ADLH=analysis)
    assert [p.problem for p in raised.value.problems if "named" in p.problem] == [
        "a part would be named ADLH, as is a dataset",
        "a part would be named ADLC, as is a part of ADLA",
    ]


# -- files ---------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The melasma study with a limit of 40,000 bytes and rules."""
    spec = shutil.copytree(MELASMA, tmp_path_factory.mktemp("spec") / "melasma")
    for path, text in {"study": "largest_dataset: 40 kB\n", **RULES}.items():
        with (spec / f"{path}.yaml").open("a", encoding="utf-8") as file:
            file.write(text)
    return spec


@pytest.fixture(scope="module")
def package(spec: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("split") / "package"
    build_package(spec, out, threads=1)
    return out


def split_files(package: Path) -> dict[str, Path]:
    return {path.stem: path for path in sorted((package / "m5").rglob("split/*.xpt"))}


def test_parts_together_are_the_whole_and_each_is_under_the_limit(package: Path) -> None:
    files = split_files(package)
    for whole, prefix, count in (("ex", "ex", 2), ("suppex", "suppex", 2), ("vs", "vs", 7), ("ig", "ig", 37), ("adsat", "adsat", 8)):
        own = {name: path for name, path in files.items() if name.startswith(prefix) and len(name) <= len(whole) + 2}
        [path] = (package / "m5").rglob(f"{whole}.xpt")
        frame, meta = pyreadstat.read_xport(path)
        found = [pyreadstat.read_xport(own[name]) for name in own]
        assert len(own) == count
        assert all(part.stat().st_size <= 40_000 for part in own.values())
        assert [m.table_name for _, m in found] == [name.upper() for name in own]
        for part, part_meta in found:
            assert len(part) and part_meta.column_names_to_labels == meta.column_names_to_labels
            assert part_meta.variable_storage_width == meta.variable_storage_width
            assert set(part.get("DOMAIN", ["-"])) <= set(frame.get("DOMAIN", ["-"]))
        keys = list(frame.columns)
        together = sorted(map(str, np.concatenate([part[keys].astype(str).to_numpy() for part, _ in found]).tolist()))
        assert together == sorted(map(str, frame.astype(str).to_numpy().tolist()))


def test_parts_have_the_names_and_labels_that_were_stated(package: Path) -> None:
    labels = {name: pyreadstat.read_xport(path, metadataonly=True)[1].file_label for name, path in split_files(package).items()}
    assert labels["exla"] == "Exposure-Laser"
    assert labels["exce"] == "Exposure-Cells"
    assert labels["suppexla"] == "Supplemental Qualifiers for EXLA"
    assert labels["vs1"] == "Vital Signs-DIABP"
    assert labels["ig01"].startswith("Skin Findings-VISITNUM 2 1 of ")
    assert labels["adsat1"] == "Patient Satisfaction-1 of 8"


def test_define_describes_the_whole_and_finds_nothing_wrong(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for define in (package / "m5").rglob("define.xml"):
        assert "split/" not in define.read_text("utf-8")
        assert main(["define", "check", str(define), "--fail-on", "note"]) == 0


def test_the_manifest_lists_the_parts(package: Path) -> None:
    manifest = (package / "manifest.json").read_text("utf-8")
    assert all(f"split/{path.name}" in manifest for path in split_files(package).values())


def test_two_builds_are_the_same_bytes_and_print_the_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = []
    for threads, records in ((1, split._BATCH), (2, 1)):
        monkeypatch.setattr(split, "_BATCH", records)
        folder = tmp_path / str(threads)
        study = {"study": "largest_dataset: 2400 bytes", "LB": LB + "split: LBTESTCD\n", "shuffled": threads}
        write_study(folder / "study", TESTS, **study)  # type: ignore[arg-type]
        assert main(["build", str(folder / "study"), "--out", str(folder / "out"), "--threads", str(threads)]) == 0
        made.append({path.name: path.read_bytes() for path in (folder / "out" / "m5").rglob("*.xpt")})
    assert sorted(made[0]) == ["lb.xpt", "lb1.xpt", "lb2.xpt", "lb3.xpt", "supplb.xpt", "supplb1.xpt", "supplb3.xpt"]
    assert made[0] == made[1]
    assert "  split/lb1.xpt         2 records                  Laboratory Test Results-ALT" in capsys.readouterr().out


def test_records_stay_in_the_order_of_the_whole(package: Path) -> None:
    [whole] = (package / "m5").rglob("sdtm/ex.xpt")
    frame = pyreadstat.read_xport(whole)[0]
    part = pyreadstat.read_xport(split_files(package)["exla"])[0]
    expected = pa.table({n: frame.loc[frame.EXCAT == "LASER SESSION", n].to_numpy() for n in ("USUBJID", "EXSEQ")})
    assert pa.table({n: part[n].to_numpy() for n in ("USUBJID", "EXSEQ")}) == expected
