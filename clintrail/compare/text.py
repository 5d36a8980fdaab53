"""A comparison as text, in the order of PROC COMPARE's report: the datasets, their records and variables, attributes, then the values."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence

from clintrail.compare.model import (
    SIDES,
    Comparison,
    DatasetComparison,
    Duplicates,
    Example,
    Records,
    Side,
    VariableComparison,
)
from clintrail.compare.shown import text_shown
from clintrail.errors import Severity, counted

_WIDEST = 40  # characters of a value
_BEFORE = 12  # characters of a cut value that are shown before the first difference
Row = Sequence[str]


def as_text(comparison: Comparison) -> str:
    """The report: what differs in full, datasets that are equal in a line each, and a last line with all counts."""
    lines = [f"A  {comparison.a}", f"B  {comparison.b}", ""]
    for side, names in zip(SIDES, (comparison.only_a, comparison.only_b), strict=True):
        if names:
            lines += [f"datasets only in {side}: {', '.join(names)}", ""]
    equal = [dataset for dataset in comparison.datasets if not any(dataset.findings())]
    for dataset in comparison.datasets:
        if dataset not in equal:
            lines += _dataset(dataset)
    if equal:
        rows = [(d.name, f"{d.a.records:,}", f"{d.a.variables:,}", pairing(d)) for d in equal]
        lines += [*_table(("equal", "records", "variables", ""), rows, indent=0, right=(1, 2)), ""]
    lines += [f"note: {note}" for note in comparison.notes]
    return "\n".join(map(text_shown, [*lines, summary(comparison)]))


def summary(comparison: Comparison) -> str:
    """One line: how many datasets are equal, and how many findings there are."""
    equal = sum(not any(dataset.findings()) for dataset in comparison.datasets)
    counts = ", ".join(counted(count, severity.name.lower()) for severity, count in comparison.counts().items())
    return f"{counted(len(comparison.datasets), 'dataset')} compared, {equal:,} equal{criterion(comparison)}: {counts}"


def criterion(comparison: Comparison) -> str:
    """In words, which differences of numbers count as none."""
    options = comparison.options
    told = [f"{value:g} {what}" for value, what in ((options.absolute, "absolute"), (options.relative, "relative")) if value]
    return f" (numbers within {' or '.join(told)} are equal)" if told else ""


def verdict(dataset: DatasetComparison) -> str:
    """`equal`, or how many findings there are."""
    found = [finding.severity for finding in dataset.findings()]
    counts = [counted(found.count(one), one.name.lower()) for one in sorted(Severity, reverse=True) if one in found]
    return ", ".join(counts) or "equal"


def pairing(dataset: DatasetComparison) -> str:
    """By what records were paired, and why by that."""
    by = ", ".join(dataset.keys) or "their number in the file"
    return f"paired by {by} ({dataset.why_keys})"


def size(side: Side) -> str:
    """How large a dataset is, and when it was created, where it says so."""
    created = f", created {side.created}" if side.created else ""
    return f"{counted(side.records, 'record')}, {counted(side.variables, 'variable')}{created}"


def _dataset(dataset: DatasetComparison) -> list[str]:
    lines = [f"{dataset.name}: {verdict(dataset)}", *_overview(dataset)]
    for side, records in zip(SIDES, (dataset.only_a, dataset.only_b), strict=True):
        lines += _records(f"records only in {side}", records, dataset.shown_keys)
    for side, repeated in zip(SIDES, (dataset.duplicates_a, dataset.duplicates_b), strict=True):
        lines += _repeated(side, repeated, dataset.shown_keys)
    if dataset.attributes:
        rows = [(one.variable or "(dataset)", one.attribute, _quoted(one.a), _quoted(one.b)) for one in dataset.attributes]
        lines += ["", *_table(("variable", "attribute", "A", "B"), rows)]
    if dataset.different:
        lines += ["", *_table(_HEADER, map(_counts, dataset.different), right=(2, 3, 4, 5, 6))]
    for variable in dataset.different:
        lines += _examples(variable, dataset.shown_keys)
    return [*lines, ""]


def _overview(dataset: DatasetComparison) -> Iterator[str]:
    for letter, side in zip(SIDES, (dataset.a, dataset.b), strict=True):
        yield f"  {letter:10}{size(side)}" + (f"   {side.path}" if side.path else "")
    yield f"  records   {dataset.paired:,} {pairing(dataset)}; {dataset.only_a.count:,} only in A, {dataset.only_b.count:,} only in B"
    lonely = [
        f"{len(names):,} only in {side}" + (f" ({', '.join(names)})" if names else "")
        for side, names in zip(SIDES, (dataset.variables_only_a, dataset.variables_only_b), strict=True)
    ]
    yield f"  variables {len(dataset.variables):,} compared; {', '.join(lonely)}"
    if dataset.different:
        where = f"{dataset.differing_records:,} of {counted(dataset.paired, 'record')}"
        yield f"  values    {counted(len(dataset.different), 'variable')} with differences, in {where}"
    for note in dataset.notes:
        yield f"  note      {note}"


_HEADER = ("variable", "kind", "differ", "of", "largest", "relative", "RMS", "the differing values")


def _counts(variable: VariableComparison) -> Row:
    found = variable.sizes
    numbers = ("", "", "") if found is None else tuple(f"{n:.4g}" for n in (found.largest, found.relative, found.root_mean_square))
    return variable.name, variable.kind, f"{variable.differing:,}", f"{variable.compared:,}", *numbers, "; ".join(variable.hints)


def _examples(variable: VariableComparison, keys: tuple[str, ...]) -> list[str]:
    if not variable.examples:
        return []
    rows = [(_numbers(example), *example.key, *_both(variable, example)) for example in variable.examples]
    return ["", f"  {variable.name}", *_table(("record", *keys, "A", "B"), rows, indent=4), *_more(variable.differing, len(rows))]


def _numbers(example: Example) -> str:
    """The record's number, both numbers where they are not the same."""
    return str(example.record_a) if example.record_a == example.record_b else f"{example.record_a}, {example.record_b}"


def _both(variable: VariableComparison, example: Example) -> tuple[str, str]:
    """Both values, cut around the first character that differs where they are long."""
    start = max(0, len(os.path.commonprefix([example.a, example.b])) - _BEFORE)
    is_text = variable.kind == "text"
    a, b = (_cut(value, start if max(len(example.a), len(example.b)) > _WIDEST else 0) for value in (example.a, example.b))
    return (_quoted(a), _quoted(b)) if is_text else (a, b)


def _cut(text: str, start: int = 0) -> str:
    begin = "…" if start else ""
    rest = text[start:]
    return begin + (rest if len(rest) <= _WIDEST else rest[: _WIDEST - 1] + "…")


def _quoted(text: str) -> str:
    return f"'{text}'"


def _records(title: str, records: Records, keys: tuple[str, ...]) -> list[str]:
    if not records.examples:
        return []
    rows = [(f"{number}", *map(_cut, key)) for number, key in records.examples]
    return ["", f"  {title}", *_table(("record", *keys), rows, indent=4), *_more(records.count, len(rows))]


def _repeated(side: str, repeated: Duplicates, keys: tuple[str, ...]) -> list[str]:
    if not repeated.keys:
        return []
    title = f"  repeated keys in {side}: {counted(repeated.keys, 'key')} in {repeated.records:,} records, compared in their order"
    rows: list[tuple[str, ...]] = [(*map(_cut, key), f"{count:,}") for count, key in repeated.examples]
    return ["", title, *_table((*keys, "records"), rows, indent=4), *_more(repeated.keys, len(rows))]


def _more(count: int, shown: int) -> list[str]:
    return [f"    and {count - shown:,} more"] if count > shown else []


def _table(header: Row, rows: Iterable[Row], *, indent: int = 2, right: tuple[int, ...] = ()) -> Iterator[str]:
    """Rows under a header, in columns as wide as they must be."""
    cells = [header, *rows]
    widths = [max(len(row[at]) for row in cells) for at in range(len(header))]
    for row in cells:
        padded = (cell.rjust(width) if at in right else cell.ljust(width) for at, (cell, width) in enumerate(zip(row, widths, strict=True)))
        yield (" " * indent + "  ".join(padded)).rstrip()
