"""What a build says of drafts, datasets of a spec that have metadata but no rules yet."""

from __future__ import annotations

from collections.abc import Iterator

from clintrail.errors import Problem, Severity, counted
from clintrail.spec.model import StudySpec


def check_drafts(study: StudySpec) -> Iterator[Problem]:
    """An error where there are only drafts; else a note for each, and what is unusual about it."""
    fix = "write records: and a value: for each variable, and delete draft: yes"
    if study.drafts and not study.datasets:
        what = f"nothing to build: the study has {counted(len(study.drafts), 'draft')} and no dataset with rules"
        yield Problem(study.place, study.name, what, f"{fix}; 'clintrail spec export' needs no rules")
        return
    for draft in study.drafts.values():
        yield Problem(draft.place, draft.name, "is a draft and is not built", fix, Severity.NOTE)
    yield from study.warnings
