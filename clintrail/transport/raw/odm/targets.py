"""What a study calls a form, found among the forms and item groups that the metadata define."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from clintrail.errors import Place, Problem, did_you_mean
from clintrail.transport.raw.odm.metadata import Definition, Version

_END_OF_OID = re.compile(r"[^._-]+$")


@dataclass(frozen=True)
class Target:
    """A form (`form` is its OID) with its item groups, or an item group on any form (`form` is None): their OIDs, in order.

    `repeating` is the one whose records are the rows.
    """

    form: str | None
    groups: tuple[str, ...]
    repeating: str | None = None

    def merged(self, earlier: Target) -> Target:
        """This with the item groups that an earlier version of the metadata has."""
        return Target(self.form, tuple(dict.fromkeys((*earlier.groups, *self.groups))), self.repeating or earlier.repeating)


def target_of(asked: str, version: Version, path: str, name: str) -> Target | Problem | None:
    """What `asked` names, in any case: an OID; a form's name or the end of its OID; an item group's name (SASDatasetName, Domain,
    Name) or the end of its OID. None where it names nothing, a problem where it names several things or an unreadable form.
    """
    found = next((matches for matches in _matches(asked.casefold(), version) if matches), [])
    if not found:
        return None
    if len(found) > 1:
        oids = ", ".join(oid for _, oid in found)
        return Problem(Place(path), name, f"{asked} names {len(found)} things in the file: {oids}", f"write form: {found[0][1]}")
    is_form, oid = found[0]
    if not is_form:
        return Target(None, (oid,), oid)
    groups = tuple(dict.fromkeys(part for part in version.forms[oid].parts if part in version.groups))
    repeating = [group for group in groups if version.groups[group].repeats]
    if len(repeating) > 1:
        what = f"the form {oid} has {len(repeating)} item groups that repeat: {', '.join(repeating)}"
        return Problem(Place(path), name, what, f"name one of them: form: {repeating[0]}")
    return Target(oid, groups, *repeating)


def no_such_form(asked: str, versions: Iterable[Version], path: str, name: str) -> Problem:
    """The problem of a name that nothing in the file has."""
    known = {text for v in versions for kind in (v.forms, v.groups) for d in kind.values() for text in (d.oid, d.name, *d.also)}
    fix = did_you_mean(asked, known, "write form: and the OID of one of the file's forms or item groups")
    return Problem(Place(path), name, f"the file has no form or item group {asked}", fix)


def _matches(asked: str, version: Version) -> Iterator[list[tuple[bool, str]]]:
    """What the name may mean, best first: for each way to name, forms (True) and item groups (False) with their OIDs."""
    kinds: tuple[tuple[bool, Mapping[str, Definition]], ...] = ((True, version.forms), (False, version.groups))
    yield [(is_form, oid) for is_form, kind in kinds for oid in kind if oid.casefold() == asked]
    for is_form, kind in kinds:
        yield [(is_form, d.oid) for d in kind.values() if asked in {name.casefold() for name in (d.name, *d.also)}]
        yield [(is_form, oid) for oid in kind if (end := _END_OF_OID.search(oid)) and end[0].casefold() == asked]
