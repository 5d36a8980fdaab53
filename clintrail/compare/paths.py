"""Two files or two folders compared: datasets are paired by name, whatever their formats, and read one pair after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from clintrail.compare.datasets import compare_datasets
from clintrail.compare.keys import Keys, define_keys
from clintrail.compare.load import Source, load, sources_of
from clintrail.compare.model import SIDES, Comparison, DatasetComparison, Options
from clintrail.errors import Place, Problem, Problems, collected, did_you_mean
from clintrail.transport.raw.table import INPUT_SUFFIXES

Found = dict[str, list[Source]]
ReadDefine = Callable[[Path], dict[str, tuple[str, ...]] | None]


def compare_paths(a: Path, b: Path, options: Options | None = None) -> Comparison:
    """Two files or two folders compared; a file that holds several datasets counts as a folder of them.

    Two files of one dataset each are compared whatever their names; beside one of them, a folder gives its dataset of that name.
    Raises `Problems` for what cannot be read, folders in which a dataset cannot be told, and names in `options` that no dataset has.
    """
    options = options or Options()
    found_a, found_b = _found(a, b)
    notes: list[str] = []
    problems: list[Problem] = []
    read_define = cache(define_keys)
    compared: list[_Compared] = []
    for sources in _pairs((a, b), found_a, found_b, notes):
        keys = list(_of_defines(sources, read_define, notes))
        with collected(problems):
            compared.append(_compare(sources, options, keys, by_file=a.is_dir()))
    problems += _unknown(options, [one.names for one in compared], len(compared) == 1) if not problems else []
    if problems:
        raise Problems(problems)
    only_a, only_b = (tuple(sorted(set(one) - set(other))) for one, other in ((found_a, found_b), (found_b, found_a)))
    noticed = tuple(problem for one in compared for problem in one.noticed)
    return Comparison(str(a), str(b), tuple(c.found for c in compared), options, only_a, only_b, tuple(dict.fromkeys(notes)), noticed)


@dataclass(frozen=True)
class _Compared:
    """A pair compared, the names of its variables in upper case, and what was noticed in reading."""

    found: DatasetComparison
    names: tuple[set[str], set[str]]
    noticed: tuple[Problem, ...]


def _compare(sources: tuple[Source, Source], options: Options, keys: list[Keys], *, by_file: bool) -> _Compared:
    """Reads and compares a pair, whose data are let go of before the next is read. In a folder its file gives it its name."""
    one, other = load(sources[0]), load(sources[1])
    found = compare_datasets(one, other, options, keys)
    names_a, names_b = ({variable.name.upper() for variable in side.dataset.variables} for side in (one, other))
    noticed = (*one.dataset.notes, *other.dataset.notes)
    return _Compared(replace(found, name=sources[0].name.upper()) if by_file else found, (names_a, names_b), noticed)


def _found(a: Path, b: Path) -> tuple[Found, Found]:
    """The datasets of both, one of each being paired whatever its name."""
    problems: list[Problem] = []
    found: list[Found] = []
    for path in (a, b):
        with collected(problems):
            found.append(sources_of(path))
    if problems:
        raise Problems(problems)
    one, other = found
    if len(one) == len(other) == 1 and not (a.is_dir() and b.is_dir()):
        return one, {next(iter(one)): next(iter(other.values()))}
    if a.is_dir() == b.is_dir():
        return one, other
    names = set(one if b.is_dir() else other)  # a file beside a folder
    return {n: one[n] for n in one if n in names}, {n: other[n] for n in other if n in names}


def _pairs(paths: tuple[Path, Path], found_a: Found, found_b: Found, notes: list[str]) -> Iterator[tuple[Source, Source]]:
    """The datasets that both have, each in the format that is best for both. Raises `Problems` where a folder has several of a name."""
    problems: list[Problem] = []
    pairs = []
    for name in sorted(set(found_a) & set(found_b)):
        suffixes = [{source.path.suffix.lower() for source in found[name]} for found in (found_a, found_b)]
        with collected(problems):
            pairs.append((_one(paths[0], found_a[name], suffixes, notes), _one(paths[1], found_b[name], suffixes, notes)))
    if problems:
        raise Problems(problems)
    if not pairs:
        what = "there is no dataset here that A has too"
        raise Problems([Problem(Place(str(paths[1])), "", what, "give two files, or folders with the same datasets")])
    yield from pairs


def _one(path: Path, sources: list[Source], suffixes: list[set[str]], notes: list[str]) -> Source:
    """The one source of a dataset: of several formats the one that both sides have, else the first of `INPUT_SUFFIXES`."""
    shared = suffixes[0] & suffixes[1] or {source.path.suffix.lower() for source in sources}
    best = next(suffix for suffix in INPUT_SUFFIXES if suffix in shared and any(s.path.suffix.lower() == suffix for s in sources))
    chosen = [source for source in sources if source.path.suffix.lower() == best]
    if len(chosen) > 1:
        what = f"{len(chosen)} files hold this dataset: " + ", ".join(str(source.path.relative_to(path)) for source in chosen)
        raise Problems([Problem(Place(str(path)), chosen[0].name.upper(), what, "give the folder that holds the one meant")])
    if len(sources) > 1:
        notes.append(f"{path}: {chosen[0].name.upper()} is there in several formats, {best} was compared")
    return chosen[0]


def _of_defines(sources: tuple[Source, Source], read: ReadDefine, notes: list[str]) -> Iterator[Keys]:
    """The keys that the define.xml beside each file states."""
    for side, source in zip(SIDES, sources, strict=True):
        path = source.path.parent / "define.xml"
        found = read(path)
        if found is None:
            notes.append(f"{path} cannot be read, so that its keys were not used")
        elif keys := found.get(source.name.upper()):
            yield Keys(tuple(name.upper() for name in keys), f"as the define.xml of {side} states")


def _unknown(options: Options, known: list[tuple[set[str], set[str]]], is_one_pair: bool) -> Iterator[Problem]:
    """Names of options that no dataset has; keys must be in both sides of a dataset."""
    either = {name for sides in known for side in sides for name in side}
    both = {name for one, other in known for name in one & other}
    for option, names, there in (("--by", options.by, both), ("--only", options.only, either), ("--ignore", options.ignore, either)):
        for name in names:
            if name.upper() not in there:
                where = "not in both datasets" if is_one_pair and name.upper() in either else "in none of the datasets"
                yield Problem(Place(), f"{option} {name}", f"the variable is {where}", did_you_mean(name, there, "check its name"))
