"""Writing XPT v5 and v8: the records are checked while they are written, once; a file that is refused leaves nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from clintrail.errors import Place, Problem, Problems, Severity
from clintrail.transport.aside import written_aside
from clintrail.transport.dataset import Dataset, Variable
from clintrail.transport.xpt.blocks import pieces_of
from clintrail.transport.xpt.faults import Faults
from clintrail.transport.xpt.growing import Growing
from clintrail.transport.xpt.headers import Stated, headers, observations
from clintrail.transport.xpt.in_order import in_order, sparing, thread_count
from clintrail.transport.xpt.incoming import Data, Incoming, incoming
from clintrail.transport.xpt.layout import EPOCH, RECORD, V5, V8, VERSIONS
from clintrail.transport.xpt.plan import Plan, plan_dataset

_SMALL = 1 << 16


def write(
    data: Data,
    path: Path,
    *,
    name: str | None = None,
    label: str = "",
    variables: Iterable[Variable] | None = None,
    created: datetime | None = None,
    modified: datetime | None = None,
    encoding: str = "ascii",
    version: Literal[5, 8] = 5,
    rows: int | None = None,
    sas_version: str = "9.4",
    system: str = "",
    threads: int | None = None,
) -> Dataset:
    """Writes a dataset as an XPT file and returns it as written: every length filled in, in version 5 names in upper case.

    `data` are a Dataset, a pandas frame, an Arrow table, or record batches, of which some at a time are held; then each Char
    variable's length is stated, and the result's table is empty. The name is the dataset's, or the file's, unless given. `variables`
    name the columns to write; without them all are. Lengths of text (bytes) are as stated, or the longest of the data. `rows` is the
    number of records that there must be, where it is known. The header's times are `created` and `modified`, or the dataset's own, or
    1 January 1960: never the clock, so the same input gives the same bytes, whatever the number of threads.

    Null text is blanks, a null number `.`; tagged NaNs are special missing values (see `clintrail.transport.missing`), any other NaN
    is missing in pandas and refused in Arrow. Raises `Problems` with everything that the version cannot hold (names, labels, lengths,
    characters, numbers out of range); a refused file leaves nothing behind, and an older one as it was. Numbers too small for the
    format become 0; the result's `notes` say so, and where text is not ASCII. Source: SAS TS-140.
    """
    path = Path(path)
    own_name = data.name if isinstance(data, Dataset) else path.stem
    came = incoming(data, name or own_name, label, None if variables is None else tuple(variables), created)
    moment = came.dataset.created or EPOCH
    stated = Stated(VERSIONS[version], encoding, moment, modified or moment, sas_version, system)
    plan = plan_dataset(came, stated, thread_count(threads, came.size // _SMALL))
    with written_aside(path) as file:
        return _write_file(Growing(file), came, plan, stated, rows, thread_count(threads, came.size // plan.records.most))


def _write_file(file: Growing, came: Incoming, plan: Plan, stated: Stated, rows: int | None, threads: int) -> Dataset:
    """The headers, the records while they are checked, and the padding; raises `Problems` at the end, with all of them."""
    dataset, records = plan.dataset, plan.records
    if plan.is_sound:
        head = headers(dataset, stated) + observations(stated.version, 0)
        if came.whole is not None:
            file.reserve(len(head) + came.whole.num_rows * records.size + RECORD)
        file.write(head)
    start, written = file.size, 0
    faults, is_last_blank = Faults(), False
    blocks = in_order(records.block, pieces_of(came.pieces, records.most), threads)
    for block in sparing(blocks) if records.is_stream else blocks:
        for number, found in enumerate(block.faults):
            faults.add(number, found, written)
        if plan.is_sound and not faults.stop:
            file.write(block.bytes)
        written += block.records
        is_last_blank = block.is_last_blank
        records.give_back(block)
    problems = [*plan.problems, *faults.problems(Place(dataset.name), [c.variable for c in records.columns], written, plan.limits)]
    problems += _check_count(dataset, written, rows)
    if is_last_blank and stated.version is V5 and plan.is_sound and not faults.stop:
        problems += _check_last_record(dataset, written, records.size)
    if any(p.severity == Severity.ERROR for p in problems):
        raise Problems(p for p in problems if p.severity == Severity.ERROR)
    file.write(b" " * (-written * records.size % RECORD))
    if stated.version is V8:
        file.write_over(start - RECORD, observations(V8, written))
    file.end()
    return replace(dataset, notes=tuple(problems), facts={"records": str(written)})


def _check_count(dataset: Dataset, written: int, rows: int | None) -> Iterator[Problem]:
    if rows is not None and written != rows:
        yield Problem(Place(dataset.name), "", f"{written} records came, {rows} were to come", "see that all of the data are read")


def _check_last_record(dataset: Dataset, count: int, size: int) -> Iterator[Problem]:
    """A blank last record of fewer than 80 bytes cannot be told from the padding where at least one more record would fit in it."""
    padded = -(-count * size // RECORD) * RECORD
    told_by_size = (padded - RECORD) // size + 1
    if size < RECORD and count > told_by_size:
        yield Problem(Place(dataset.name), "", f"the last of {count} records is blank; readers take it for the padding of the file",
                      "leave blank records out, or add a variable that is never blank")  # fmt: skip
