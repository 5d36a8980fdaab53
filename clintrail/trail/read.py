"""Read a trail: the plan, and frames and relations as they are asked for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from clintrail.compile.plan import Input
from clintrail.errors import Place, Problem, Problems
from clintrail.trail.store import FORMAT


@dataclass(frozen=True)
class TrailColumn:
    """A column of a frame as the trail keeps it."""

    frame: str
    name: str
    kind: str
    level: int
    rule: str
    words: str
    sql: str
    place: str
    target: str
    constant: bool
    constant_sources: tuple[int, ...]
    inputs: tuple[Input, ...]
    places: tuple[str, ...] = ()  # of a rule that each source of records has its own of: where each stands


class Trail:
    """The trail of one package; frames are read when first used."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        path = folder / "plan.json"
        if not path.is_file():
            fix = "name the folder that `clintrail build --out` wrote"
            raise Problems([Problem(Place(folder.as_posix()), "", "no trail here", fix)])
        try:
            self.document: dict[str, Any] = json.loads(path.read_text("utf-8"))
        except ValueError:
            raise Problems([Problem(Place(path.as_posix()), "", "the trail's plan is damaged", "build the package again")]) from None
        if self.document.get("format") != FORMAT:
            raise Problems([Problem(Place(path.as_posix()), "", "the trail was written by another version", "build the package again")])
        self._tables: dict[str, pa.Table] = {}
        self._sizes: dict[str, int] = {}
        self._columns: dict[tuple[str, str], pa.ChunkedArray] = {}
        self._arrays: dict[tuple[str, str], np.ndarray] = {}
        self._pairs: dict[tuple[str, str], tuple[np.ndarray, np.ndarray]] = {}

    @property
    def datasets(self) -> dict[str, Any]:
        """The submitted datasets: frame, kind, variables."""
        found: dict[str, Any] = self.document["datasets"]
        return found

    @cached_property
    def columns(self) -> dict[tuple[str, str], TrailColumn]:
        """Every column by (frame, name); raw columns have no rule and no inputs."""
        found = {}
        for frame, described in self.document["frames"].items():
            for name, c in described["columns"].items():
                inputs = tuple(_input(i) for i in c.get("inputs", ()))
                found[frame, name] = TrailColumn(
                    frame, name, c["kind"], c["level"], c.get("rule", ""), c.get("words", ""), c.get("sql", ""), c.get("place", ""),
                    c.get("target", ""), c.get("constant", False), tuple(c.get("constant_sources", ())), inputs,
                    tuple(c.get("places", ())),
                )  # fmt: skip
        return found

    def frame(self, name: str) -> dict[str, Any]:
        """What the plan says of a frame."""
        found: dict[str, Any] = self.document["frames"][name]
        return found

    @cached_property
    def row_inputs(self) -> dict[str, tuple[Input, ...]]:
        """What decided that the rows of a frame exist."""
        return {name: tuple(_input(i) for i in f["rows"]) for name, f in self.document["frames"].items()}

    def table(self, frame: str) -> pa.Table:
        """The frame's data."""
        if frame not in self._tables:
            self._tables[frame] = pq.read_table(self.folder / self.frame(frame)["file"], memory_map=False)
        return self._tables[frame]

    def values(self, frame: str, column: str) -> pa.ChunkedArray:
        """One column of a frame's data; the others are not read for it."""
        if frame in self._tables:
            return self._tables[frame][column]
        if (frame, column) not in self._columns:
            table = pq.read_table(self.folder / self.frame(frame)["file"], columns=[column], memory_map=False)
            self._columns[frame, column] = table[column]
        return self._columns[frame, column]

    def size(self, frame: str) -> int:
        """How many rows the frame has."""
        if frame not in self._sizes:
            self._sizes[frame] = int(pq.read_metadata(self.folder / self.frame(frame)["file"]).num_rows)
        return self._sizes[frame]

    def link(self, frame: str, column: str) -> np.ndarray:
        """A link column as int64, -1 where it points nowhere (also for the small numbers in `when`)."""
        key = (frame, column)
        if key not in self._arrays:
            values = self.values(frame, column)
            self._arrays[key] = pc.fill_null(values.cast(pa.int64()), -1).to_numpy()
        return self._arrays[key]

    def pairs(self, frame: str, relation: str) -> tuple[np.ndarray, np.ndarray]:
        """A relation as two arrays: (row, other row), or (row, group) where it is grouped."""
        key = (frame, relation)
        if key not in self._pairs:
            described = self.frame(frame)["relations"][relation]
            table = pq.read_table(self.folder / described["file"])
            self._pairs[key] = (table.column(0).to_numpy(), table.column(1).to_numpy())
        return self._pairs[key]

    def is_grouped(self, frame: str, relation: str) -> bool:
        """Whether a relation holds groups of the frame's own rows."""
        return bool(self.frame(frame)["relations"][relation]["grouped"])

    def related(self, frame: str, row: int, needed: Input) -> np.ndarray:
        """The rows of `needed.frame` that the record `row` reaches by this input."""
        if any(self.link(frame, column)[row] != value for column, value in needed.when):
            return np.array([], dtype=np.int64)
        via = needed.via
        if via == "":
            return np.array([row])
        if via == "*":
            return np.arange(self.size(needed.frame))
        if via in self.frame(frame)["relations"]:
            first, second = self.pairs(frame, via)
            if not self.is_grouped(frame, via):
                return np.asarray(second[first == row])
            return np.asarray(first[second == second[first == row][0]])
        target = self.link(frame, via)[row]
        return np.array([target]) if target >= 0 else np.array([], dtype=np.int64)

    def value(self, frame: str, row: int, column: str) -> Any:
        """The value of a cell; None where it is missing or the column holds no data (`_exists`)."""
        table = self.table(frame)
        return table[column][row].as_py() if column in table.column_names else None

    def raw_place(self, frame: str, row: int) -> tuple[str, int] | None:
        """File and record number of a row of a raw form or input dataset; None for other frames."""
        described = self.frame(frame)
        if described["kind"] not in ("form", "input"):
            return None
        file = self.document["files"][described["dataset"]]["path"]
        return str(file), int(self.values(frame, "_record")[row].as_py())


def _input(stored: list[Any]) -> Input:
    frame, column, via, role, when = stored
    return Input(frame, column, via, role, tuple((str(c), int(v)) for c, v in when))
