"""The lengths of a study's text variables: what they save, and writing them into the spec."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clintrail.package.build import BuiltStudy, run_study
from clintrail.run.execute import Progress
from clintrail.run.lengths import is_supplemental, name_lengths
from clintrail.spec.sizes import LONGEST_TEXT
from clintrail.spec.yaml_merge import Merge
from clintrail.spec.yaml_write import Block, Tree


@dataclass(frozen=True)
class LengthLine:
    """A text variable (of supplemental qualifiers with its dataset: `SUPPAE.QVAL`) and the bytes of its values in all records.

    `longest` is the longest value in each dataset; `inputs` are those of these that the study reads and does not build. `whole` is
    what the values take at 200 bytes, `apart` what they would take if each dataset had a length of its own.
    """

    name: str
    length: int
    longest: Mapping[str, int]
    inputs: tuple[str, ...]
    taken: int
    whole: int
    apart: int


@dataclass(frozen=True)
class Lengths:
    """The lengths of a study, by name."""

    built: BuiltStudy
    lines: tuple[LengthLine, ...]


def study_lengths(folder: Path, raw: Path | None = None, progress: Progress | None = None) -> Lengths:
    """Builds a study in memory and tells the length of each text variable; raises `Problems` for everything that stops a build."""
    built = run_study(folder, raw, progress=progress)
    records: dict[str, list[tuple[str, int, int, int]]] = {}  # by name: dataset, records, length, longest value
    for dataset in built.datasets.values():
        prefix = f"{dataset.name}." if is_supplemental(dataset.name) else ""
        for variable in dataset.variables:
            if variable.type == "Char":
                entry = (dataset.name, dataset.table.num_rows, variable.length, variable.longest)
                records.setdefault(prefix + variable.name, []).append(entry)
    inputs = {name: found.inputs for name, found in name_lengths(built.compiled.study, built.datasets, built.raw).items()}
    return Lengths(built, tuple(_line(name, records[name], inputs.get(name, {})) for name in sorted(records)))


def _line(name: str, found: list[tuple[str, int, int, int]], inputs: Mapping[str, int]) -> LengthLine:
    return LengthLine(
        name,
        max(length for _, _, length, _ in found),
        {**{dataset: longest for dataset, _, _, longest in found}, **inputs},
        tuple(inputs),
        taken=sum(rows * length for _, rows, length, _ in found),
        whole=sum(rows * LONGEST_TEXT for _, rows, _, _ in found),
        apart=sum(rows * max(longest, 1) for _, rows, _, longest in found),
    )


def lengths_text(found: Lengths) -> str:
    """The lengths as a table, and below it what they save."""
    width = max((len(line.name) for line in found.lines), default=0)
    rows = [f"{'variable':{width}}  length       bytes       saved  longest value in"]
    for line in found.lines:
        most = max(line.longest.values())
        where = [name + (" (read)" if name in line.inputs else "") for name, longest in line.longest.items() if longest == most]
        shown = ", ".join(where[:3]) + (f" and {len(where) - 3} more" if len(where) > 3 else "") if most else "no dataset: no values"
        rows.append(f"{line.name:{width}}  {line.length:6}  {line.taken:10,}  {line.whole - line.taken:10,}  {shown}")
    return "\n".join([*rows, "", _summary(found)])


def _summary(found: Lengths) -> str:
    taken, whole, apart = (sum(getattr(line, what) for line in found.lines) for what in ("taken", "whole", "apart"))
    share = f"{100 * (whole - taken) / whole:.0f}%" if whole else "0%"
    datasets = len(found.built.datasets)
    return (
        f"text in {datasets} datasets: {taken:,} bytes, {whole - taken:,} ({share}) less than at {LONGEST_TEXT} bytes each, "
        f"{taken - apart:,} more than with lengths by dataset"
    )


def lengths_data(found: Lengths) -> dict[str, Any]:
    """The lengths as data, for `--json`."""
    lines = [
        {
            "variable": line.name,
            "length": line.length,
            "longest": dict(line.longest),
            "read": list(line.inputs),
            "bytes": line.taken,
            "bytes at 200": line.whole,
            "bytes by dataset": line.apart,
        }
        for line in found.lines
    ]
    return {"study": found.built.compiled.study.name, "variables": lines}


def pin_lengths(found: Lengths) -> Path:
    """Writes the lengths into the `lengths:` of study.yaml, whose other lines stay as they are; supplemental qualifiers have none."""
    study = found.built.compiled.study
    path = study.folder / "study.yaml"
    last: dict[str, Tree] = dict.fromkeys([key for key in study.places if key != "lengths"][-1:])  # new keys go behind it
    before = {**last, **({"lengths": {name: str(length) for name, length in study.lengths.items()}} if study.lengths else {})}
    after = {**last, "lengths": Block({line.name: str(line.length) for line in found.lines if "." not in line.name}, aligned=True)}
    aside = path.with_name(".study.yaml.new")
    aside.write_bytes(Merge().text(path.read_bytes().decode("utf-8"), before, after).encode("utf-8"))
    aside.replace(path)
    return path
