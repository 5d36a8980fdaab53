"""What stands behind the values of a submitted dataset: the line of the spec that made each, and the raw record it came from."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from clintrail.compile.plan import MADE, Input
from clintrail.trail.read import Trail

# links from a record to the one that it was made from, or is a copy of
_RECORD = ("_from", "_prev", "_added", "_each")
_COPIES = ("_prev", "_added")
_CELL = "cell"
# how many cells are looked at on the way to a raw one; a wide window may have as many as the study has records
_MOST_CELLS = 2000


def record_rows(trail: Trail, dataset: str) -> np.ndarray:
    """For each record of a dataset's file, in its order, the row of the dataset's frame."""
    frame = trail.datasets[dataset]["frame"]
    return np.argsort(trail.link(frame, "_order"), kind="stable")


def spec_lines(trail: Trail, dataset: str, variable: str, rows: np.ndarray) -> np.ndarray:
    """For each row of a dataset's frame the line of the spec (`specs/study/sdtm/ae.yaml:14`) that made its value, as objects.

    Where records come from several sources, or steps that add records have rules of their own, it is the line of those that made the
    record; of a supplemental qualifier, the line of the qualifier.
    """
    frame = trail.datasets[dataset]["frame"]
    if dataset.startswith("SUPP") and (frame, _CELL) in trail.columns:
        return _qualifier_lines(trail, frame, rows)
    return _lines(trail, frame, variable, rows)


def dataset_line(trail: Trail, dataset: str) -> str:
    """The line at which the spec of a dataset begins."""
    described = trail.datasets[dataset]
    path = str(described.get("path", ""))
    place = trail.columns.get((described["frame"], "STUDYID"))
    return place.place if place and place.place.startswith(f"{path}:") else path


def _lines(trail: Trail, frame: str, column: str, rows: np.ndarray) -> np.ndarray:
    found = trail.columns[frame, column]
    lines = np.full(len(rows), found.place, dtype=object)
    copied = [i for i in found.inputs if i.via in _COPIES and i.column == column and i.role == MADE]
    if copied and len(copied) == len(found.inputs):
        for needed in copied:
            links = trail.link(frame, needed.via)[rows]
            there = links >= 0
            if there.any():
                lines[there] = _lines(trail, needed.frame, column, links[there])
    elif found.places:
        lines = np.array(found.places, dtype=object)[trail.link(frame, "_source")[rows]]
    return lines


def _qualifier_lines(trail: Trail, frame: str, rows: np.ndarray) -> np.ndarray:
    cell = trail.columns[frame, _CELL]
    lines = np.full(len(rows), cell.place, dtype=object)
    for needed in cell.inputs:
        behind = trail.columns.get((needed.frame, needed.column))
        if needed.role == MADE and behind is not None and behind.place:
            lines[_holds(trail, frame, rows, needed)] = behind.place
    return lines


def _holds(trail: Trail, frame: str, rows: np.ndarray, needed: Input) -> np.ndarray:
    holds = np.ones(len(rows), dtype=bool)
    for column, value in needed.when:
        holds &= trail.link(frame, column)[rows] == value
    return holds


def made_from(trail: Trail, dataset: str, variable: str) -> frozenset[str]:
    """The other variables of a dataset that its variable is made from or decided by, on whatever way."""
    own = trail.datasets[dataset]["frame"]
    stages = {name for name, frame in trail.document["frames"].items() if frame["dataset"] == trail.frame(own)["dataset"]}
    seen: set[tuple[str, str]] = set()
    ahead = [(own, variable)]
    while ahead:
        key = ahead.pop()
        column = trail.columns.get(key)
        if key in seen or column is None or key[0] not in stages:
            continue
        seen.add(key)
        ahead += [(needed.frame, needed.column) for needed in column.inputs]
        ahead += [(key[0], needed.via) for needed in column.inputs]
    return frozenset(name for _, name in seen) - {variable}


def raw_record(trail: Trail, dataset: str, variable: str, row: int) -> tuple[str, int] | None:
    """File and number of the raw record behind one value; without a variable, or where its value is from none, behind the record.

    Of several it is the one that the record itself was made from, where the value is from it, else the first that was read for the
    value. Records of a CSV table of the spec count as such; None where there is no raw record.
    """
    frame = trail.datasets[dataset]["frame"]
    own = _own_record(trail, frame, row)
    if not variable or (frame, variable) not in trail.columns:
        return own
    found = list(_raw_records(trail, frame, variable, row))
    collected = [place for place, is_collected in found if is_collected]
    if own is not None and (own in collected or not collected):
        return own
    return next(iter([*collected, *(place for place, _ in found)]), None)


def _own_record(trail: Trail, frame: str, row: int) -> tuple[str, int] | None:
    """The raw record that a record was made from, stage by stage."""
    while True:
        place = _record_place(trail, frame, row)
        if place is not None:
            return place
        links = [i for i in trail.row_inputs[frame] if i.via in _RECORD]
        links += [Input(c.target, "", via) for via in _RECORD if (c := trail.columns.get((frame, via))) and c.target]
        reached = ((needed.frame, trail.related(frame, row, needed)) for needed in links)
        found = next(((name, int(rows[0])) for name, rows in reached if len(rows)), None)
        if found is None:
            return None
        frame, row = found


def _record_place(trail: Trail, frame: str, row: int) -> tuple[str, int] | None:
    """File and record number of a row of a raw form, an input dataset or a CSV table of the spec; None for other frames."""
    if trail.frame(frame)["kind"] != "table":
        return trail.raw_place(frame, row)
    columns = trail.frame(frame)["columns"]
    path = next((str(c.get("place", "")).rpartition(":")[0] for c in columns.values()), "")
    return (path, row + 1) if path.endswith(".csv") else None


def _raw_records(trail: Trail, frame: str, column: str, row: int) -> Iterator[tuple[tuple[str, int], bool]]:
    """The raw records whose cells a value was made from, in the order of its rule, and whether they were collected (no tables).

    Cells that decided the value come last.
    """
    ahead: list[tuple[str, str, int]] = [(frame, column, row)]
    later: list[tuple[str, str, int]] = []
    seen: set[tuple[str, str, int]] = set()
    while (ahead or later) and len(seen) < _MOST_CELLS:
        cell = ahead.pop() if ahead else later.pop(0)
        if cell in seen:
            continue
        seen.add(cell)
        place = _record_place(trail, cell[0], cell[2])
        if place is not None:
            yield place, trail.frame(cell[0])["kind"] != "table"
            continue
        described = trail.columns.get(cell[:2])
        made: list[tuple[str, str, int]] = []
        for needed in described.inputs if described else ():
            if needed.via == "*" or needed.column in ("_exists", "_row"):
                continue
            reached = [(needed.frame, needed.column, int(r)) for r in trail.related(cell[0], cell[2], needed)[:20]]
            (made if needed.role == MADE else later).extend(reached)
        ahead += reversed(made)
