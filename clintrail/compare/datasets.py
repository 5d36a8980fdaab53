"""Two datasets compared: attributes, records, and the values of every variable that both have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clintrail.compare.align import Alignment, Repeats
from clintrail.compare.attributes import attribute_differences, other_order
from clintrail.compare.columns import Column, Pair, as_doubles, column_of, kind_of, paired
from clintrail.compare.hints import hints
from clintrail.compare.keys import Keys, choose, file_keys, usual_keys
from clintrail.compare.load import Loaded
from clintrail.compare.model import DatasetComparison, Duplicates, Example, Key, Kind, Options, Records, Side, VariableComparison
from clintrail.compare.shown import values_shown
from clintrail.compare.values import Rows, differing_rows, is_missing, sizes
from clintrail.transport.dataset import Dataset, Variable

_NOWHERE: Rows = np.empty(0, dtype=np.int64)


def compare_datasets(
    a: Dataset | Loaded, b: Dataset | Loaded, options: Options | None = None, define_keys: Sequence[Keys] = ()
) -> DatasetComparison:
    """Two datasets compared, A being the one that is relied upon and B the other.

    Records are paired by `options.by`, else by `define_keys`, by the keys that the datasets state, by usual keys if they are
    unique in both, else by their number. The whole tables are in memory; variables are compared one after the other.
    """
    both = _both(*(side if isinstance(side, Loaded) else Loaded(side) for side in (a, b)))
    options = options or Options()
    keys, rows = choose(
        [*_stated_keys(both, options), *define_keys, *_file_keys(both)], usual_keys(both.a.dataset.name.upper()),
        both.names, both.pair, (both.a.dataset.table.num_rows, both.b.dataset.table.num_rows), options.examples,
    )  # fmt: skip
    shown_keys = _telling(both, keys.names)
    differs = np.zeros(rows.paired, dtype=np.bool_)
    variables = []
    chosen = set(_chosen(both.names, options))
    for name in both.names:
        if name in chosen and name not in keys.names:
            compared, where = _compare_variable(both, name, rows, shown_keys, options)
            variables.append(compared)
            differs[where] = True
    told = {name: own for name, own in both.names.items() if name in chosen or name in keys.names}
    return DatasetComparison(
        name=both.a.dataset.name, a=_side(both.a), b=_side(both.b),
        keys=keys.names, why_keys=keys.why, shown_keys=shown_keys, paired=rows.paired, differing_records=int(differs.sum()),
        only_a=_records(both, 0, rows.only_a, shown_keys, options), only_b=_records(both, 1, rows.only_b, shown_keys, options),
        duplicates_a=_duplicates(both, 0, rows.repeats_a, shown_keys), duplicates_b=_duplicates(both, 1, rows.repeats_b, shown_keys),
        variables_only_a=_lonely(both.a, both.b, options), variables_only_b=_lonely(both.b, both.a, options),
        attributes=tuple(attribute_differences(both.a, both.b, told)),
        variables=tuple(variables), notes=tuple(_notes(both, rows)),
    )  # fmt: skip


@dataclass(frozen=True)
class _Both:
    """Both datasets, and the variables that both have: their names in upper case, in the order of A, with their names in A and B."""

    a: Loaded
    b: Loaded
    names: dict[str, tuple[str, str]]

    def column(self, side: int, name: str, rows: Rows | None = None) -> Column:
        """A variable of A (0) or B (1), or some of its rows."""
        data, variable = self._variable(side, name)
        return column_of(_taken(data, rows), variable)

    def _variable(self, side: int, name: str) -> tuple[pa.ChunkedArray, Variable]:
        dataset = (self.a, self.b)[side].dataset
        own = self.names[name][side]
        return dataset.table[own], next(variable for variable in dataset.variables if variable.name == own)

    def same_column(self, name: str) -> Kind | None:
        """The kind of a variable's values where both sides hold the same, so that nothing needs to be made of them first."""
        (a, variable_a), (b, variable_b) = (self._variable(side, name) for side in (0, 1))
        kinds = kind_of(a.type, variable_a), kind_of(b.type, variable_b)
        return kinds[0] if kinds[0] == kinds[1] and a.type == b.type and a.equals(b) else None

    def pair(self, name: str) -> Pair:
        """A variable of both sides, ready to be compared."""
        return paired(self.column(0, name), self.column(1, name))


def _both(a: Loaded, b: Loaded) -> _Both:
    of_b = {variable.name.upper(): variable.name for variable in b.dataset.variables}
    common = ((v.name.upper(), v.name) for v in a.dataset.variables if v.name.upper() in of_b)
    return _Both(a, b, {name: (own, of_b[name]) for name, own in common})


def _stated_keys(both: _Both, options: Options) -> Iterator[Keys]:
    if options.by:
        yield Keys(tuple(name.upper() for name in options.by), "as asked")


def _file_keys(both: _Both) -> Iterator[Keys]:
    for side, loaded in (("A", both.a), ("B", both.b)):
        if names := file_keys(loaded.dataset):
            yield Keys(tuple(name.upper() for name in names), f"as the file of {side} states")


def _chosen(names: Iterable[str], options: Options) -> Iterator[str]:
    """The names that are to be compared."""
    only, ignore = ({name.upper() for name in given} for given in (options.only, options.ignore))
    return (name for name in names if (not only or name.upper() in only) and name.upper() not in ignore)


def _lonely(one: Loaded, other: Loaded, options: Options) -> tuple[str, ...]:
    known = {variable.name.upper() for variable in other.dataset.variables}
    return tuple(_chosen((v.name for v in one.dataset.variables if v.name.upper() not in known), options))


def _side(loaded: Loaded) -> Side:
    data = loaded.dataset
    created = data.created.isoformat() if data.created else ""
    return Side(data.name, data.label, data.table.num_rows, len(data.variables), loaded.path, created)


def _notes(both: _Both, rows: Alignment) -> Iterator[str]:
    if not rows.in_order:
        yield "records stand in another order"
    if first := other_order(both.names, both.b):
        yield f"variables stand in another order, from {first} on"


def _telling(both: _Both, keys: tuple[str, ...]) -> tuple[str, ...]:
    """The keys that are worth showing: not those that are the same in all records, unless all are."""
    telling = []
    for name in keys:
        pair = both.pair(name)
        extremes = [value for side in (pair.a, pair.b) for value in pc.min_max(side).values()]
        if len({value.as_py() for value in extremes}) > 1:
            telling.append(name)
    return tuple(telling) or keys


def _key_values(both: _Both, side: int, rows: Rows, keys: tuple[str, ...]) -> list[Key]:
    shown = [values_shown(both.column(side, name, rows)) for name in keys]
    return [tuple(values[at] for values in shown) for at in range(len(rows))]


def _records(both: _Both, side: int, rows: Rows, keys: tuple[str, ...], options: Options) -> Records:
    first = rows[: options.examples]
    numbers = (int(row) + 1 for row in first)
    return Records(len(rows), tuple(zip(numbers, _key_values(both, side, first, keys), strict=True)))


def _duplicates(both: _Both, side: int, found: Repeats, keys: tuple[str, ...]) -> Duplicates:
    counts = (int(count) for count in found.counts)
    return Duplicates(found.keys, found.records, tuple(zip(counts, _key_values(both, side, found.first, keys), strict=True)))


def _compare_variable(both: _Both, name: str, rows: Alignment, keys: tuple[str, ...], options: Options) -> tuple[VariableComparison, Rows]:
    """A variable compared, and the places among the paired records at which it differs."""
    if rows.a is None and rows.b is None and (kind := both.same_column(name)):
        return VariableComparison(both.names[name][0], kind, rows.paired), _NOWHERE
    pair = both.pair(name)
    pair = Pair(pair.kind, _taken(pair.a, rows.a), _taken(pair.b, rows.b))
    where = differing_rows(pair, options.absolute, options.relative)
    own = both.names[name][0]
    if not len(where):
        return VariableComparison(own, pair.kind, rows.paired), where
    cut = Pair(pair.kind, _taken(pair.a, where), _taken(pair.b, where))
    missing_a, missing_b = is_missing(cut.a), is_missing(cut.b)
    found = None
    if pair.kind != "text":
        both_numbers = int((np.isfinite(as_doubles(pair.a)) & np.isfinite(as_doubles(pair.b))).sum())
        found = sizes(as_doubles(cut.a), as_doubles(cut.b), both_numbers)
    return VariableComparison(
        own, pair.kind, rows.paired, len(where), int((missing_a & ~missing_b).sum()), int((missing_b & ~missing_a).sum()),
        found, hints(cut), tuple(_examples(both, name, rows, where[: options.examples], keys)),
    ), where  # fmt: skip


def _taken(column: pa.ChunkedArray, rows: Rows | None) -> pa.ChunkedArray:
    return column if rows is None else column.take(pa.array(rows))


def _examples(both: _Both, name: str, rows: Alignment, where: Rows, keys: tuple[str, ...]) -> Iterator[Example]:
    rows_a, rows_b = (where if side is None else side[where] for side in (rows.a, rows.b))
    values = [values_shown(both.column(side, name, at)) for side, at in ((0, rows_a), (1, rows_b))]
    for row_a, row_b, key, a, b in zip(rows_a, rows_b, _key_values(both, 0, rows_a, keys), *values, strict=True):
        yield Example(int(row_a) + 1, int(row_b) + 1, key, a, b)
