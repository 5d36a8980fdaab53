"""Finding terminology by version: what clintrail ships, and the stores that `import_terminology` fills."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from clintrail.content import content_dir
from clintrail.errors import Place, Problem, Problems
from clintrail.terminology.codelists import Codelist, Package, Term, Terminology
from clintrail.terminology.rows import STANDARDS, TermRow, read_rows

_FILE = re.compile(r"(?P<standard>[a-z][a-z-]*)ct-(?P<version>\d{4}-\d{2}-\d{2})\.csv")
_RANK = ["SDTM", "ADaM", "Define-XML"]


def available_packages(store_dirs: Iterable[Path | str] = ()) -> tuple[Package, ...]:
    """All packages at hand, by standard and version; an imported one hides the shipped part of the same version."""
    found: dict[tuple[str, str], Package] = {}
    shipped = [content_dir(name) / "terminology" for name in ("sdtm", "adam")]
    for folder in (*map(Path, store_dirs), *shipped):
        for path in sorted(folder.glob("*.csv")):
            name = _FILE.fullmatch(path.name)
            if name:
                standard = STANDARDS.get(name["standard"], name["standard"].upper())
                # only the small lists are shipped of SDTM; of ADaM and Define-XML, everything
                complete = folder not in shipped or standard != "SDTM"
                found.setdefault((standard, name["version"]), Package(standard, name["version"], path, complete))
    return tuple(sorted(found.values(), key=lambda p: (_rank(p.standard), p.standard, p.version)))


def _rank(standard: str) -> int:
    return _RANK.index(standard) if standard in _RANK else len(_RANK)


def load_codelists(
    version: str | Mapping[str, str] | None = None, *, store_dirs: Sequence[Path | str] = (), place: Place | None = None
) -> Terminology:
    """Code lists of terminology `version`.

    `version` is the date of an SDTM package ("2025-03-28"), for which the ADaM and Define-XML packages nearest in time
    are taken, since CDISC publishes those on other dates; or a version by standard ({"SDTM": ..., "ADaM": ...}); or None
    for the newest at hand. Raises `Problems`, at `place`, if a version that was asked for is not there.
    """
    packages = available_packages(store_dirs)
    asked = {"SDTM": version} if isinstance(version, str) else dict(version or {})
    problems = [_missing(s, v, packages, place or Place()) for s, v in asked.items() if _exact(packages, s, v) is None]
    if problems:
        raise Problems(problems)
    chosen = [_choose(packages, standard, asked) for standard in _RANK]
    used = tuple(p for p in chosen if p)
    return Terminology(used, (codelist for p in used for codelist in _read(p, p.path.stat().st_mtime_ns)))


def _exact(packages: Iterable[Package], standard: str, version: str) -> Package | None:
    return next((p for p in packages if (p.standard, p.version) == (standard, str(version))), None)


def _choose(packages: Sequence[Package], standard: str, asked: Mapping[str, str]) -> Package | None:
    if standard in asked:
        return _exact(packages, standard, asked[standard])
    versions = [p for p in packages if p.standard == standard]
    if not versions:
        return None
    date = asked.get("SDTM")
    not_later = [p for p in versions if date is None or p.version <= date]
    return not_later[-1] if not_later else versions[0]


def _missing(standard: str, version: str, packages: Iterable[Package], place: Place) -> Problem:
    at_hand = ", ".join(p.version for p in packages if p.standard == standard) or "none"
    return Problem(
        place,
        "terminology",
        f"{standard} terminology {version} is not here (at hand: {at_hand})",
        f"download it from NCI and run: clintrail terminology import '{standard} Terminology {version}.txt'",
        kind="terminology-missing",
    )


@lru_cache(maxsize=16)
def _read(package: Package, changed: int) -> tuple[Codelist, ...]:
    """All code lists of a package; `changed`, the file's time, is there to read a newly imported file again."""
    rows = read_rows(package.path)
    terms: dict[str, list[TermRow]] = {}
    for row in rows:
        if row.codelist:
            terms.setdefault(row.codelist, []).append(row)
    heads = [row for row in rows if not row.codelist]
    decodes = _decodes(heads, terms)
    return tuple(
        Codelist(
            h.code,
            h.name,
            h.value,
            h.extensible == "Yes",
            _terms(terms.get(h.code, []), decodes.get(h.code, {})),
            package.standard,
            package.version,
        )
        for h in heads
    )


def _terms(rows: Iterable[TermRow], decodes: Mapping[str, str]) -> tuple[Term, ...]:
    return tuple(Term(r.code, r.value, _split(r.synonyms), r.preferred, decodes.get(r.code, "")) for r in rows)


def _split(synonyms: str) -> tuple[str, ...]:
    return tuple(word for part in synonyms.split(";") if (word := part.strip()))


def _decodes(heads: Iterable[TermRow], terms: Mapping[str, list[TermRow]]) -> dict[str, dict[str, str]]:
    """For each list of codes (VSTESTCD), the values of its list of names (VSTEST) by NCI code.

    Paired lists are the two that hold the same NCI codes with other values, one of them named "... Code" or "... Short
    Name". In SDTM terminology 2025-03-28 this finds the pair of every list named so: 404 of them.
    """
    alike: dict[frozenset[str], list[TermRow]] = {}
    for head in heads:
        alike.setdefault(frozenset(row.code for row in terms.get(head.code, ())), []).append(head)
    found = {}
    for pair in alike.values():
        codes = [head for head in pair if re.search(r"\b(Code|Short Name)$", head.name)]
        if len(pair) == 2 and len(codes) == 1:
            other = pair[1] if pair[0] is codes[0] else pair[0]
            found[codes[0].code] = {row.code: row.value for row in terms[other.code]}
    return found


def default_store() -> Path:
    """The user's store of imported terminology: `$CLINTRAIL_TERMINOLOGY`, or a folder in the user's data directory."""
    stated = os.environ.get("CLINTRAIL_TERMINOLOGY")
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(stated) if stated else Path(data) / "clintrail" / "terminology"
