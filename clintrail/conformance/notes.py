"""What is told of a check itself: terminology that was not at hand, rules that found more than is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from clintrail.conformance.data.model import Data
from clintrail.conformance.run import MOST_KEPT, Cut
from clintrail.errors import Place, Problem, Severity


def terminology_notes(data: Data) -> Iterator[Problem]:
    """A warning for each version of terminology that define.xml names and that was not used, a note where only a part is at hand."""
    used = {package.standard: package for package in data.terminology.packages}
    named = {(s.publishing_set, s.version, kind) for kind, d in data.define.items() for s in d.standards if s.type == "CT"}
    for standard, version, kind in sorted(named):
        package = used.get(standard)
        if package is not None and package.version != version:
            what = f"values were checked by {standard} terminology {package.version}, and define.xml names {version}"
            fix = f"download it from NCI and run: clintrail terminology import '{standard} Terminology {version}.txt'"
            yield Problem(Place(str(data.define_paths[kind])), "", what, fix, Severity.WARNING, "other-terminology")
    for standard, package in used.items():
        if not package.complete:
            what = f"only the shipped part of {standard} terminology {package.version} is here: values of other code lists were not checked"
            fix = f"download it from NCI and run: clintrail terminology import '{standard} Terminology {package.version}.txt'"
            yield Problem(Place(str(data.place)), "", what, fix, Severity.NOTE, "part-of-terminology")


def cut_notes(data: Data, cut: Iterable[Cut]) -> Iterator[Problem]:
    """A warning for each rule that found more on a domain than is kept."""
    for one in cut:
        what = f"{one.rule} found {one.found:,} on {one.domain or 'the study'}: the first {MOST_KEPT:,} are kept and counted"
        fix = "mend what is behind the first of them, then check again"
        yield Problem(Place(str(data.place)), one.domain, what, fix, Severity.WARNING, "findings-cut")
