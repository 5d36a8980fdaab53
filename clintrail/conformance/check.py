"""Checks the datasets of a folder by all rules: load, compile, run, and tell what was found, where it comes from and what explains it."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType

from clintrail.compile.functions import Function
from clintrail.compile.library import library
from clintrail.conformance.causes import Cause, with_causes
from clintrail.conformance.core import CoreRule, compile_core, facts_of_core, read_core_rules
from clintrail.conformance.data.files import load_folder, terminology_of
from clintrail.conformance.data.model import Data
from clintrail.conformance.dispositions import (
    MATCHES,
    Disposition,
    Explained,
    apply_dispositions,
    check_rule_names,
    explained_findings,
    read_dispositions,
)
from clintrail.conformance.facts import RuleFacts, facts_of
from clintrail.conformance.lines import Lines, about
from clintrail.conformance.notes import cut_notes, terminology_notes
from clintrail.conformance.other_checks import other_findings
from clintrail.conformance.rules import Rule, Skipped, compile_rules, read_rules, shipped_rules
from clintrail.conformance.run import FINDINGS, Cut, run_queries
from clintrail.errors import Place, Problem, Problems, collected, did_you_mean
from clintrail.trail.place import changed_specs, read_trail, study_of

# files of more bytes than this are checked in a database file, so that memory stays within bounds
_LARGE = 200_000_000


@dataclass(frozen=True)
class Checked:
    """What was checked and what was found. Use it in a `with` block, or close it: it may hold a database file.

    The findings are the table `meta.findings` of `data.con`: rule, dataset (NULL: the study), record (its number in the file; NULL: the
    dataset), variables and vals (lists of text), message, keys (text such as `USUBJID 01-001, AESEQ 3`; NULL without a record), cause
    (the `id` of one of `causes`) and disposition (the `number` of one of `dispositions`; NULL: not explained). `rules` has all that
    were run, by their identifiers; `skipped` what could not be checked (`expected`: not for such data). `problems` are warnings and
    notes about the check itself: a spec that was changed since the package was built, other terminology than define.xml names.
    """

    data: Data
    rules: Mapping[str, RuleFacts]
    skipped: tuple[Skipped, ...]
    causes: tuple[Cause, ...]
    dispositions: tuple[Disposition, ...]
    problems: tuple[Problem, ...] = ()
    folder: Path = Path()
    study: Path | None = None
    agency: str | None = None
    _lines: Lines | None = field(default=None, repr=False, compare=False)
    _scratch: tempfile.TemporaryDirectory[str] | None = field(default=None, repr=False, compare=False)

    def __enter__(self) -> Checked:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the database and remove its file."""
        self.data.con.close()
        if self._scratch is not None:
            self._scratch.cleanup()

    def raw_of(self, dataset: str, record: int, variables: Sequence[str] = ()) -> str:
        """The raw record behind a finding on a record, as `ae.csv, record 7`; empty without a trail, or where there is none."""
        lines = self._lines
        if lines is None or not lines.knows(dataset):
            return ""
        checked = self.data.dataset(dataset)
        found = about(checked, variables, lines) if checked else ()
        return lines.raw(dataset, found[0] if found else "", record)

    def explained(self) -> tuple[Explained, ...]:
        """What the dispositions explain, for the reviewer's guide: each rule and dataset with the number of findings and the reason."""
        return explained_findings(self.data, self.rules, self.dispositions)


@dataclass(frozen=True)
class _Rules:
    """The rules of a check: ours, the study's and CDISC's, and the functions that each may use."""

    shipped: tuple[Rule, ...]
    study: tuple[Rule, ...]
    core: tuple[CoreRule, ...]
    functions: Mapping[str, Function]
    study_functions: Mapping[str, Function]
    dispositions: tuple[Disposition, ...]

    def facts(self) -> dict[str, RuleFacts]:
        """What is told of each, by its identifier."""
        told = [*map(facts_of, (*self.shipped, *self.study)), *map(facts_of_core, self.core)]
        return {facts.id: facts for facts in told}

    def only(self, names: Collection[str]) -> _Rules:
        """Those of the names."""
        ours, studys = (tuple(r for r in rules if r.name in names) for rules in (self.shipped, self.study))
        return replace(self, shipped=ours, study=studys, core=tuple(r for r in self.core if facts_of_core(r).id in names))


def check_folder(
    folder: Path,
    *,
    study: Path | None = None,
    core_rules: Path | None = None,
    agency: str | None = None,
    terminology_version: str | None = None,
    rules: Sequence[str] = (),
    own: bool = True,
) -> Checked:
    """Check the datasets of a folder: a package of ours, or anybody's XPT or Dataset-JSON files.

    `study` is the folder of the specs, with its own rules and dispositions; that of a package of ours is found by itself. `core_rules`
    is a folder of CDISC's open rules (`*/rule.yml`), `agency` one whose technical rules are asked for, too. `rules` are the
    identifiers of the only rules to run, their own or published ones (CG0019); without `own` only CDISC's are run. Files of more than
    200 MB are kept in a database file in the system's folder for temporary files.

    Raises `Problems`: no datasets, files that cannot be read, faults of the study's rules or dispositions, rules that there are not.
    """
    study = study or study_of(folder)
    found = _read_rules(study, core_rules, own)
    scratch = tempfile.TemporaryDirectory(prefix="clintrail-") if _size(folder) > _LARGE else None
    database = Path(scratch.name) / "check.duckdb" if scratch else None
    terminology = terminology_of((), study, terminology_version) if terminology_version else None
    data = load_folder(folder, terminology=terminology, study=study, database=database)
    trail = read_trail(folder)
    facts, skipped, cut = _run(data, folder, found, agency, rules, own=own)
    if own and not rules:
        check_rule_names(found.dispositions, _identifiers([*found.facts().values(), *facts.values()]), all_known=core_rules is not None)
    dispositions = apply_dispositions(data, found.dispositions, facts, found.study_functions)
    if dispositions:
        facts[MATCHES.id] = MATCHES
    by_value = [rule.name for rule in (*found.shipped, *found.study) if rule.each == "value"]
    lines = Lines(trail, data) if trail else None
    causes = with_causes(data, facts, by_value, lines)
    problems = [*(changed_specs(folder, study) if trail and study else []), *terminology_notes(data), *cut_notes(data, cut)]
    return Checked(data, facts, skipped, causes, dispositions, tuple(problems), folder, study, agency, lines, scratch)


def _size(folder: Path) -> int:
    """The bytes of the files of a folder that may hold datasets."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.suffix.lower() in (".xpt", ".json", ".ndjson", ".dsjc"))


def _read_rules(study: Path | None, core_rules: Path | None, own: bool) -> _Rules:
    """All rules and dispositions; raises `Problems` with those of all files."""
    problems: list[Problem] = []
    shipped = shipped_rules() if own else ()
    functions = studys_functions = library()
    core: tuple[CoreRule, ...] = ()
    studys: tuple[Rule, ...] = ()
    dispositions: tuple[Disposition, ...] = ()
    with collected(problems):
        core = read_core_rules(core_rules) if core_rules else ()
    if study is not None:
        shown = study.as_posix()
        with collected(problems):
            studys_functions = library(study / "functions", f"{shown}/functions")
        with collected(problems):
            studys = read_rules(study / "rules", "study", f"{shown}/rules") if own else ()
            problems += _taken_names(studys, shipped)
        with collected(problems):
            dispositions = read_dispositions(study)
    if problems:
        raise Problems(problems)
    return _Rules(shipped, studys, core, functions, studys_functions, dispositions)


def _taken_names(studys: Iterable[Rule], shipped: Iterable[Rule]) -> list[Problem]:
    """A problem for each rule of a study that has the name of a shipped one."""
    names = {rule.name for rule in shipped}
    fix = "give its folder another name: each rule is told by its own"
    return [Problem(rule.place, rule.name, "clintrail has a rule of this name", fix) for rule in studys if rule.name in names]


def _identifiers(facts: Iterable[RuleFacts]) -> set[str]:
    """The identifiers of rules, their own and the published ones that they stand for."""
    return {name for rule in facts for name in (rule.id, *rule.stands_for)}


def _run(
    data: Data, folder: Path, found: _Rules, agency: str | None, names: Sequence[str], *, own: bool
) -> tuple[dict[str, RuleFacts], tuple[Skipped, ...], tuple[Cut, ...]]:
    """Run all rules, or those named, into `meta.findings`: what is told of each that ran, what could not be checked, what was cut."""
    facts = found.facts()
    wanted = {rule.id for rule in facts.values() if not names or {rule.id, *rule.stands_for} & set(names)}
    chosen = found.only(wanted)
    all_ran = (
        run_queries(data, compile_rules(chosen.shipped, data, found.functions)),
        run_queries(data, compile_rules(chosen.study, data, found.study_functions)),
        run_queries(data, compile_core(chosen.core, data)),
    )
    skipped, cut = [one for ran in all_ran for one in ran.skipped], [one for ran in all_ran for one in ran.cut]
    not_run = set(facts).difference(*(ran.rules for ran in all_ran))
    unknown = set(names) - _identifiers(facts.values())
    if own and (not names or unknown):
        facts |= {rule.id: rule for rule in other_findings(data, folder, agency)}
        unknown -= _identifiers(facts.values())
        wanted |= {rule.id for rule in facts.values() if {rule.id, *rule.stands_for} & set(names)} if names else set(facts)
        data.con.execute(f"DELETE FROM {FINDINGS} WHERE rule NOT IN (SELECT unnest(?))", [sorted(wanted)])
    if unknown:
        known = _identifiers(facts.values())
        fix = "'clintrail rules' lists all"
        raise Problems(Problem(Place(), "--rules", f"no rule named {name}", did_you_mean(name, known, fix)) for name in sorted(unknown))
    return {name: rule for name, rule in facts.items() if name in wanted - not_run}, tuple(skipped), tuple(cut)
