"""Why a cell is what it is: a tree from the cell, by rules and the cells they used, down to raw cells."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from clintrail.compile.bind import connect
from clintrail.compile.plan import DECIDED, MADE, Input
from clintrail.compile.roles import NotAnExpression, parse
from clintrail.errors import Place, Problem, Problems, closest
from clintrail.trail.read import Trail

_MOST_CHILDREN = 400


@dataclass
class Node:
    """One cell of the tree. `made` and `decided` are the cells that it was made from and that decided it."""

    dataset: str
    column: str
    row: int
    value: Any
    key: str = ""
    rule: str = ""
    words: str = ""
    sql: str = ""
    place: str = ""
    file: str = ""
    record: int = 0
    seen_before: bool = False
    made: list[Node] = field(default_factory=list)
    decided: list[Node] = field(default_factory=list)
    left_out: int = 0

    def as_data(self) -> dict[str, Any]:
        """The tree as plain data (for `--json`)."""
        shown = {"dataset": self.dataset, "variable": self.column, "value": _plain(self.value)}
        optional = {
            "rule": self.rule, "words": self.words, "sql": self.sql, "place": self.place, "file": self.file, "record": self.record,
            "seen_before": self.seen_before, "left_out": self.left_out,
        }  # fmt: skip
        shown |= {key: value for key, value in optional.items() if value}
        for key, nodes in (("made_from", self.made), ("decided_by", self.decided)):
            if nodes:
                shown[key] = [node.as_data() for node in nodes]
        return shown


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)


def find_row(trail: Trail, dataset: str, where: str) -> int:
    """The one record of a dataset for which `where` is true, as its row in the dataset's frame; raises `Problems`."""
    if dataset not in trail.datasets:
        near = closest(dataset, trail.datasets)
        fix = f"did you mean {near}?" if near else "the package has " + ", ".join(trail.datasets)
        raise Problems([Problem(Place(), dataset, f"no dataset named {dataset} in this package", fix)])
    frame, variables = trail.datasets[dataset]["frame"], trail.datasets[dataset]["variables"]
    rows = _matching(trail, frame, variables, where) if where else list(range(trail.size(frame)))
    if len(rows) != 1:
        fix = "name the record by its key: --where \"USUBJID = '...' AND ...\""
        raise Problems([Problem(Place(), dataset, f"{len(rows)} records of {dataset} fit, and one is wanted", fix)])
    return rows[0]


def _matching(trail: Trail, frame: str, variables: list[str], where: str) -> list[int]:
    try:
        parse(where)
    except NotAnExpression as error:
        raise Problems([Problem(Place(), "--where", error.what, error.fix)]) from None
    con = connect(1)
    con.register("records", trail.table(frame).select(["_row", *variables]))
    import duckdb

    try:
        found = con.sql(f"SELECT _row FROM records WHERE ({where}) ORDER BY _row").fetchall()
    except duckdb.Error:
        fix = "compare the dataset's variables with constants; text stands in single quotes"
        raise Problems([Problem(Place(), "--where", "the condition does not fit the dataset's variables", fix)]) from None
    return [int(row[0]) for row in found]


def walk(trail: Trail, dataset: str, variable: str, row: int, depth: int = 30) -> Node:
    """The tree of one cell; raises `Problems` for an unknown variable."""
    frame = trail.datasets[dataset]["frame"]
    known = trail.datasets[dataset]["variables"]
    if variable not in known and (frame, variable) not in trail.columns:
        near = closest(variable, known)
        fix = f"did you mean {near}?" if near else f"{dataset} has " + ", ".join(known)
        raise Problems([Problem(Place(), f"{dataset}.{variable}", f"no variable named {variable} in {dataset}", fix)])
    return _Walker(trail).node(frame, variable, row, depth)


class _Walker:
    def __init__(self, trail: Trail) -> None:
        self.trail = trail
        self._seen: set[tuple[str, str, int]] = set()

    def node(self, frame: str, column: str, row: int, depth: int) -> Node:
        """The node of one cell, its copies from stage to stage passed over."""
        frame, column, row = self._original(frame, column, row)
        described = self.trail.frame(frame)
        found = self.trail.columns.get((frame, column))
        node = Node(described["dataset"] or frame, column, row, self.trail.value(frame, row, column), self._test(frame, row, column))
        place = self.trail.raw_place(frame, row)
        if found is None or found.kind == "raw":
            if place:
                node.file, node.record = place
            node.place = found.place if found and not place else node.place
            return node
        node.rule, node.words, node.sql, node.place = found.rule, found.words, found.sql, found.place
        if (frame, column, row) in self._seen:
            node.seen_before = bool(found.inputs)
            return node
        self._seen.add((frame, column, row))
        if depth:
            for needed in found.inputs:
                self._add(node, frame, row, needed, depth)
        return node

    def _test(self, frame: str, row: int, column: str) -> str:
        """The test or parameter of the record, which tells the records of a findings or BDS dataset apart."""
        name = next((n for n in ("PARAMCD", f"{frame[:2]}TESTCD") if n in self.trail.table(frame).column_names), None)
        return "" if name is None or name == column else str(self.trail.value(frame, row, name) or "")

    def _original(self, frame: str, column: str, row: int) -> tuple[str, str, int]:
        """Follow plain copies between the stages of one dataset."""
        while True:
            found = self.trail.columns.get((frame, column))
            steps = [i for i in found.inputs if i.via in ("_prev", "_added") and i.column == column and i.role == MADE] if found else []
            if not steps or found is None or len(steps) != len(found.inputs):
                return frame, column, row
            rows = [(i.frame, int(r)) for i in steps for r in self.trail.related(frame, row, i)]
            if len(rows) != 1:
                return frame, column, row
            frame, row = rows[0]

    def _add(self, node: Node, frame: str, row: int, needed: Input, depth: int) -> None:
        if needed.column in ("_exists", "_row") or self.trail.frame(needed.frame)["kind"] == "codelist":
            return
        column = self.trail.columns.get((needed.frame, needed.column))
        rows = self.trail.related(frame, row, needed)
        into = node.decided if needed.role == DECIDED else node.made
        for other in rows[:_MOST_CHILDREN]:
            if (
                column is not None
                and column.kind in ("hidden", "link", "working", "copy")
                and needed.column.startswith(("_", "cell"))
                or (column is not None and column.kind == "hidden")
            ):
                self._pass_through(into, needed, int(other), depth)
            else:
                into.append(self.node(needed.frame, needed.column, int(other), depth - 1))
        node.left_out += max(len(rows) - _MOST_CHILDREN, 0)

    def _pass_through(self, into: list[Node], needed: Input, row: int, depth: int) -> None:
        """A hidden column is not shown: what it came from is."""
        frame, column, row = self._original(needed.frame, needed.column, row)
        found = self.trail.columns.get((frame, column))
        if found is None or (frame, column, row) in self._seen or depth <= 0:
            return
        self._seen.add((frame, column, row))
        inner = Node("", column, row, None)
        for deeper in found.inputs:
            self._add(inner, frame, row, deeper, depth - 1)
        into += inner.made + inner.decided
