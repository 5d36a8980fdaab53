"""Rules for the file: whether it can be read, its version, name, size and header."""

from __future__ import annotations

from collections.abc import Iterator

from clintrail.conformance.agency.facts import FileFacts
from clintrail.conformance.agency.rule import Found
from clintrail.errors import counted

_PARTS = "split"  # the folder of a dataset's parts, beside the whole file


def file_is_xpt(file: FileFacts, _: int) -> Iterator[Found]:
    """What the reader refuses."""
    if file.unread:
        yield Found({"what": file.unread.problem, "fix": file.unread.fix}, file.unread.subject)


def file_is_not_of_cport(file: FileFacts, _: int) -> Iterator[Found]:
    """A file of PROC CPORT."""
    if file.is_cport:
        yield Found()


def file_is_not_compressed(file: FileFacts, _: int) -> Iterator[Found]:
    """A file that begins as archives and compressed files do."""
    if file.packed:
        yield Found({"what": file.packed})


def file_is_version_5(file: FileFacts, limit: int) -> Iterator[Found]:
    """Another version."""
    if file.version and file.version != limit:
        yield Found({"version": file.version})


def file_has_one_dataset(file: FileFacts, _: int) -> Iterator[Found]:
    """More datasets, or none."""
    if file.version and len(file.datasets) != 1:
        yield Found({"count": counted(len(file.datasets), "dataset")})


def file_is_named_as_its_dataset(file: FileFacts, _: int) -> Iterator[Found]:
    """Another name, whatever the case; a file of several datasets has no name to have."""
    for dataset in file.datasets if len(file.datasets) == 1 else ():
        if file.path.stem.lower() != dataset.name.lower():
            yield Found({"dataset": dataset.name, "wanted": f"{dataset.name.lower()}.xpt"})


def file_name_is_lower_case(file: FileFacts, _: int) -> Iterator[Found]:
    """Capital letters in the name."""
    if file.path.name != file.path.name.lower():
        yield Found({"wanted": file.path.name.lower()})


def file_name_ends_in_xpt(file: FileFacts, _: int) -> Iterator[Found]:
    """Another suffix."""
    if file.path.suffix.lower() != ".xpt":
        yield Found({"wanted": f"{file.path.stem.lower()}.xpt"})


def large_file_has_parts(file: FileFacts, limit: int) -> Iterator[Found]:
    """A large whole file without parts: files in `split/` whose names begin as its own."""
    if file.size > limit and file.path.parent.name.lower() != _PARTS:
        parts = file.path.parent / _PARTS
        if not any(parts.glob(f"{file.path.stem[:2]}*.[xX][pP][tT]")):
            yield Found({"size": f"{file.size:,}"})


def part_is_within_limit(file: FileFacts, limit: int) -> Iterator[Found]:
    """A large part."""
    if file.size > limit and file.path.parent.name.lower() == _PARTS:
        yield Found({"size": f"{file.size:,}"})


def header_states_times(file: FileFacts, _: int) -> Iterator[Found]:
    """A time that is blank, or no time."""
    for what, moment in (("created", file.created), ("modified", file.modified)) if file.version else ():
        if moment is None:
            yield Found({"what": what})


def header_times_are_in_order(file: FileFacts, _: int) -> Iterator[Found]:
    """Modified before created."""
    if file.created and file.modified and file.modified < file.created:
        yield Found()
