"""What the command line prints: problems, a package's summary, SQL, trees, functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from clintrail.errors import Place, Problem, Problems, Severity, closest, counted

if TYPE_CHECKING:
    from clintrail.compile.functions import Function
    from clintrail.compile.study import CompiledStudy
    from clintrail.package.build import BuiltStudy
    from clintrail.package.datasets import Format
    from clintrail.package.export import Exported
    from clintrail.package.imports import Imported
    from clintrail.trail.walk import Node

Progress = Callable[[int, int, str], None]
_KINDS = {"sdtm": "SDTM", "adam": "ADaM"}


def problems(found: Iterable[Problem], least: Severity = Severity.NOTE) -> None:
    """Print problems on standard error, the worst first, and how many were less severe than `least`."""
    found = list(found)
    shown = sorted((p for p in found if p.severity >= least), key=lambda p: -p.severity)
    for problem in shown:
        head = "" if problem.severity == Severity.ERROR else f"{problem.severity.name.lower()}: "
        typer.echo(f"{head}{problem}\n", err=True)
    if len(found) > len(shown):
        typer.echo(f"and {counted(len(found) - len(shown), 'note')} (--fail-on note to be stopped by them)\n", err=True)


def findings(found: Iterable[Problem], least: Severity, *, every: bool = False, most: int = 5) -> None:
    """Print problems as `problems` does, of each kind only the first and how many more there are, unless `every` is asked for."""
    by_kind: dict[tuple[str, Severity], list[Problem]] = {}
    for problem in found:
        by_kind.setdefault((problem.kind or problem.problem, problem.severity), []).append(problem)
    cut = {} if every else {kind: len(group) - most for kind, group in by_kind.items() if len(group) > most and kind[1] >= least}
    problems((p for kind, group in by_kind.items() for p in (group[:most] if kind in cut else group)), least)
    for (kind, severity), count in sorted(cut.items(), key=lambda item: -item[0][1]):
        typer.echo(f"and {counted(count, f'more {severity.name.lower()}')} of {kind} (--all shows all)\n", err=True)


def checked(what: str, found: Sequence[Problem]) -> None:
    """Print one line about what was checked and what was found."""
    counts = [counted(sum(p.severity == one for p in found), one.name.lower()) for one in sorted(Severity, reverse=True)]
    typer.echo(f"{what}: {', '.join(counts)}")


def checked_as_data(given: Path | Sequence[Path], what: str, found: Iterable[Problem]) -> dict[str, Any]:
    """What was checked and every finding, for `--json`. Several files that were given are listed as `files`."""
    listed = [
        {
            "rule": problem.kind.partition(" ")[0],
            "of": problem.kind.partition(" ")[2],
            "severity": problem.severity.name.lower(),
            "file": problem.place.path,
            "line": problem.place.line,
            "subject": problem.subject,
            "problem": problem.problem,
            "fix": problem.fix,
        }
        for problem in found
    ]
    files = {"file": given.as_posix()} if isinstance(given, Path) else {"files": [path.as_posix() for path in given]}
    return {**files, "checked": what, "findings": listed}


def package(built: BuiltStudy, out: Path, formats: Sequence[Format]) -> None:
    """Print what a build wrote."""
    from clintrail.package.build import FOLDERS, package_name
    from clintrail.package.datasets import SUFFIXES, main_suffix
    from clintrail.run.datasets import of_kind

    study = built.compiled.study
    suffix, others = main_suffix(formats), [SUFFIXES[name] for name in formats if SUFFIXES[name] != main_suffix(formats)]
    typer.echo(f"{study.name}: {study.title}")
    for kind, below in FOLDERS.items():
        datasets = list(of_kind(built.datasets, kind))
        if datasets:
            typer.echo(f"\n{out.as_posix()}/m5/datasets/{package_name(study)}/{below}")
            for dataset in datasets:
                line = f"  {dataset.name.lower() + suffix:13}{dataset.table.num_rows:8,} records {len(dataset.variables):4} variables"
                typer.echo(f"{line}   {dataset.plan.label}")
                for part in built.splits[dataset.name].parts if dataset.name in built.splits and suffix == ".xpt" else ():
                    typer.echo(f"  {'split/' + part.name.lower() + '.xpt':19}{part.records:4,} records                  {part.label}")
            if others:
                typer.echo(f"  the same as {' and '.join(dict.fromkeys(others))}")
            typer.echo("  define.xml, define.html")
    typer.echo(f"\n{out.as_posix()}/trail, {out.as_posix()}/manifest.json")


def exported(found: Exported) -> None:
    """Print which files an export wrote."""
    if len(found.files) > 1:
        typer.echo(f"{counted(len(found.files), 'file')}:")
    for path in found.files:
        typer.echo(f"{path.as_posix()}")


def imported(found: Imported, to: Path, *, applied: bool) -> None:
    """Print what an import made, or what is different."""
    for difference in found.differences:
        typer.echo(str(difference))
    for what, why in found.refused:
        typer.echo(f"not put in: {what}: {why}")
    if found.is_new and found.study:
        drafts = found.study.drafts.values()
        kinds = " and ".join(name for kind, name in _KINDS.items() if any(draft.kind == kind for draft in drafts))
        variables = sum(len(draft.variables) for draft in drafts)
        typer.echo(f"{to.as_posix()}: {counted(len(drafts), 'draft')} ({kinds}), {counted(variables, 'variable')}")
    elif not found.differences:
        typer.echo(f"{to.as_posix()} says what the file says: nothing to do")
    elif not applied:
        typer.echo(f"\n{counted(len(found.differences), 'difference')}; nothing was changed (--apply puts them in)")
    else:
        typer.echo(f"\n{counted(len(found.differences), 'difference')}, {len(found.refused):,} not put in")
        typer.echo("changed: " + (", ".join(found.written) or "nothing"))


def sql(compiled: CompiledStudy, dataset: str, *, expanded: bool = False) -> str:
    """The queries of one dataset in the order in which they run; raises `Problems` for an unknown one.

    Library functions stand as calls, or as what is put in for them (`expanded`).
    """
    plan = compiled.plan
    if dataset not in plan.datasets:
        near = closest(dataset, plan.datasets)
        fix = f"did you mean {near}?" if near else "the study has " + ", ".join(plan.datasets)
        raise Problems([Problem(Place(), dataset, f"no dataset named {dataset} in this study", fix)])
    frames = {name for name, frame in plan.frames.items() if frame.dataset == dataset and frame.kind == "stage"}
    parts = [f"-- {dataset}: {plan.datasets[dataset].label}"]
    for step in plan.steps:
        if step.frame in frames:
            what = {"rows": "records", "link": "lookup " + ", ".join(step.columns)}.get(step.kind, ", ".join(step.columns))
            text = step.sql if expanded else _with_calls(step.sql, compiled.builder.calls_made)
            parts.append(f"\n-- {step.frame}: {what.replace('_lookup ', '')}\n{text};")
    return "\n".join(parts)


def _with_calls(text: str, calls_made: Mapping[str, str]) -> str:
    """The SQL with library functions as calls: outer ones are put back first."""
    for put_in in sorted(calls_made, key=len, reverse=True):
        text = text.replace(put_in, calls_made[put_in])
    return text


def tree(node: Node, *, with_sql: bool = False, decided: bool = False) -> str:
    """The tree of a cell, drawn with lines; what decided a value is one line, or (`decided`) trees of its own."""
    lines: list[str] = []
    _draw(node, "", "", lines, with_sql, decided)
    return "\n".join(lines)


def _draw(node: Node, first: str, rest: str, lines: list[str], with_sql: bool, decided: bool) -> None:
    lines.append(f"{first}{_cell(node)}{_source(node)}")
    if node.rule and not node.seen_before:
        details = [node.words or node.rule] if node.words and node.words.rstrip(".") != node.rule else []
        details.append(f"rule: {' '.join(node.rule.split())}" + (f"  ({node.place})" if node.place else ""))
        if with_sql and node.sql:
            details.append(f"SQL: {' '.join(node.sql.split())}")
        lines.extend(f"{rest}    {line}" for line in details)
    shown = node.decided if decided or not node.made else []  # where nothing else made the value, its conditions did
    if node.decided and not shown:
        lines.append(f"{rest}    decided by: " + ", ".join(dict.fromkeys(_cell(child) for child in node.decided)))
    branches = [("", child) for child in node.made] + [("decided by ", child) for child in shown]
    for index, (label, child) in enumerate(branches):
        last = index + 1 == len(branches)
        _draw(child, f"{rest}{'└─ ' if last else '├─ '}{label}", f"{rest}{'   ' if last else '│  '}", lines, with_sql, decided)
    if node.left_out:
        lines.append(f"{rest}   ... and {node.left_out} more cells (--json --depth 1 lists the first)")


def _cell(node: Node) -> str:
    key = f"[{node.key}]" if node.key else ""
    return f"{node.dataset}.{node.column}{key} = {_value(node.value)}"


def _value(value: Any) -> str:
    if value is None:
        return "(missing)"
    return f"'{value}'" if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else str(value)


def _source(node: Node) -> str:
    if node.file:
        return f"   <- {node.file}, record {node.record}, column {node.column}"
    return "   (shown above)" if node.seen_before else ""


def functions(found: Mapping[str, Function]) -> str:
    """All functions with their words, and the forms of the engine."""
    from clintrail.compile.expressions import ENGINE_FORMS

    width = max(len(f.signature) for f in found.values())
    lines = [f"{f.signature:{min(width, 60)}}  {f.words}" for _, f in sorted(found.items())]
    return "\n".join(["Functions:", *lines, "", "Forms of the engine:", *ENGINE_FORMS.values()])


def function(found: Mapping[str, Function], name: str) -> str:
    """One function: signature, words, documentation, examples, definition; raises `Problems` for an unknown one."""
    if name not in found:
        near = closest(name, found)
        fix = f"did you mean {near}?" if near else "'clintrail functions' lists all"
        raise Problems([Problem(Place(), name, f"no function named {name}", fix)])
    one = found[name]
    parts = [one.signature, "", one.words, "", one.documentation, ""]
    for table in one.tables:
        rows = [table.header, *table.rows]
        widths = [max(len(row[i]) for row in rows) for i in range(len(table.header))]
        parts += [table.example or ""] if table.example else []
        parts += ["| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |" for row in rows]
        parts.append("")
    return "\n".join([*parts, f"Defined in {one.path}:", one.body])


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A bar on standard error that shows which dataset is being built."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description:28}"), BarColumn(), TextColumn("{task.completed}/{task.total}"), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=None)

        def report(done: int, total: int, what: str) -> None:
            bar.update(task, completed=done, total=total, description=what)

        yield report
