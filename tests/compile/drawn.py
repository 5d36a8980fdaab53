"""Small studies drawn as text: forms as tables, specs as short YAML, and the datasets that should come of them as tables.

built = build(
    {"ae": "ID | TERM  \\n 1  | Fever"},
    AE="records: [{from: ae}] ...",
)
built.expect("AE", "USUBJID | AETERM \\n S-1 | FEVER")
"""

from __future__ import annotations

import csv
import datetime
import random
import re
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import pyarrow as pa

from clintrail.errors import Problems
from clintrail.package.build import BuiltStudy, run_study
from clintrail.standards import adam_dataset, sdtm_dataset

SUBJECT = "concat('S-', ID)"
_GIVEN_BY_THE_ENGINE = ("STUDYID", "DOMAIN", "USUBJID")


def table(drawn: str) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a drawn table; blank lines do not count."""
    lines = [[cell.strip() for cell in line.split("|")] for line in drawn.strip("\n").split("\n") if line.strip()]
    assert all(len(line) == len(lines[0]) for line in lines), f"the lines of a drawn table have as many cells as its header: {lines}"
    return lines[0], lines[1:]


def shown(value: Any) -> str:
    """A value as one draws it: missing is blank, a whole number has no point."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, (datetime.date, datetime.datetime, datetime.time)) else str(value)


class Built:
    """A built study, to be compared with drawn tables."""

    def __init__(self, study: BuiltStudy) -> None:
        self.study = study

    def table(self, dataset: str) -> pa.Table:
        """The dataset as Arrow."""
        return self.study.datasets[dataset].table

    def values(self, dataset: str, column: str) -> list[Any]:
        """The exact values of one variable, in the order of the records."""
        return list(self.table(dataset)[column].to_pylist())

    def drawn(self, dataset: str, columns: list[str]) -> list[list[str]]:
        """The records as one would draw them."""
        assert dataset in self.study.datasets, f"no dataset {dataset}: {', '.join(self.study.datasets)}"
        return [[shown(row[name]) for name in columns] for row in self.table(dataset).select(columns).to_pylist()]

    def expect(self, dataset: str, expected: str) -> None:
        """The dataset has exactly these records in this order, as far as the drawn columns go."""
        header, rows = table(expected)
        found = self.drawn(dataset, header)
        assert found == rows

    @property
    def noticed(self) -> list[str]:
        """What was noticed and is no error."""
        return [p.problem for p in self.study.problems]


def write_study(
    folder: Path,
    forms: Mapping[str, str],
    *,
    study: str = "",
    subject: str | None = SUBJECT,
    shuffled: int | None = None,
    files: Mapping[str, str | bytes] | None = None,
    **datasets: str,
) -> Path:
    """Write a drawn study into `folder`: forms, the dataset specs (AE="..."), `study` (more keys of study.yaml), other `files`.

    Variables that the guides require and the spec does not give are put in as null, so that a test says only what it is about.
    `shuffled` seeds another order of the rows of all forms.
    """
    (folder / "raw").mkdir(parents=True, exist_ok=True)
    for name, drawn in forms.items():
        header, rows = table(drawn)
        if shuffled is not None:
            random.Random(shuffled).shuffle(rows)
        with (folder / "raw" / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([header, *rows])
    lines = ["study: DRAWN", "standards: {SDTMIG: 3.4, ADaMIG: 1.3, terminology: 2025-03-28}"]
    if forms and not re.search(r"^forms:", dedent(study), re.M):
        lines += ["forms:", *([f'  subject: "{subject}"'] if subject else []), *(f"  {name}: {name}.csv" for name in forms)]
    (folder / "study.yaml").write_text("\n".join(lines) + "\n" + dedent(study), "utf-8")
    for name, spec in datasets.items():
        kind = "adam" if name.startswith("AD") else "sdtm"
        (folder / kind).mkdir(exist_ok=True)
        (folder / kind / f"{name.lower()}.yaml").write_text(f"dataset: {name}\n" + completed(name, kind, dedent(spec)), "utf-8")
    for path, content in (files or {}).items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else dedent(content).encode())
    return folder


def completed(name: str, kind: str, spec: str) -> str:
    """The spec with null for every variable that the guide requires and the spec does not give."""
    class_name = re.search(r"^class: (\w+)", spec, re.M)
    if kind == "adam":
        info = adam_dataset("ADSL" if name == "ADSL" else class_name[1] if class_name else "BDS")
    else:
        info = sdtm_dataset(name) or sdtm_dataset(name, class_name=class_name[1] if class_name else None)
    assert info is not None, f"no dataset {name} in the guide"
    given = (*_GIVEN_BY_THE_ENGINE, f"{name[:2]}SEQ")
    required = [v.name for v in info.variables if v.core == "Req" and v.name not in given and v.name.isalnum() and v.name.isupper()]
    lacking = [v for v in required if not re.search(rf"\b{v}\b(?:\s*,\s*\w+)*\s*:", spec)]
    if not lacking or "relations:" in spec:
        return spec
    nulls = indent("\n".join(f"{v}: null" for v in lacking), "  ") + "\n"
    if not re.search(r"^variables:", spec, re.M):
        return spec.rstrip() + "\nvariables:\n" + nulls
    if re.search(r"^variables: \{", spec, re.M):
        return spec.replace("variables: {", "variables: {" + "".join(f"{v}: null, " for v in lacking), 1)
    return re.sub(r"^variables:[^\n]*\n", lambda m: m[0] + nulls, spec, count=1, flags=re.M)


def build_in(folder: Path, *args: Any, **kwargs: Any) -> Built:
    """Write a drawn study and build it."""
    return Built(run_study(write_study(folder, *args, **kwargs)))


def refused_in(folder: Path, *args: Any, **kwargs: Any) -> list[str]:
    """What is wrong with a drawn study: `line: problem; fix`, in the order told."""
    try:
        build_in(folder, *args, **kwargs)
    except Problems as error:
        return [f"{p.subject}: {p.problem}; {p.fix}" for p in error.problems]
    raise AssertionError("the study was built, and should have been refused")
