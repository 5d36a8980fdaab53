"""Rules in words: a line for each, or all of one with its examples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from clintrail.conformance.data.example import read_csv
from clintrail.conformance.rules.examples import example_folders
from clintrail.conformance.rules.rule import RECORD, Rule, Scope
from clintrail.content import content_dir
from clintrail.errors import Place, Problem, Problems, counted, did_you_mean

TITLES = {"sdtm": "SDTM", "adam": "ADaM", "define_xml": "define.xml and data", "study": "The study's own"}
_WIDEST = 60  # characters of a name before what must hold


def rules_in_words(rules: Sequence[Rule]) -> str:
    """All rules: name, severity and what must hold, by what they are for."""
    width = min(_WIDEST, max((len(rule.name) for rule in rules), default=0))
    lines = []
    for kind, title in TITLES.items():
        found = sorted((rule for rule in rules if rule.kind == kind), key=lambda rule: rule.name)
        if found:
            lines += [f"{title} ({counted(len(found), 'rule')}):"]
            lines += [f"{rule.name:{width}}  {rule.severity.name.lower():7}  {one_line(rule.holds)}" for rule in found]
            lines += [""]
    return "\n".join(lines[:-1])


def rule_in_words(rules: Sequence[Rule], name: str, study: Path | None = None) -> str:
    """One rule, or all that stand for a published number: what it says, and what it finds in its examples.

    Raises `Problems` for an unknown one.
    """
    found = [rule for rule in rules if name == rule.name or name in rule.stands_for]
    if not found:
        fix = did_you_mean(name, [rule.name for rule in rules], "'clintrail rules' lists all")
        raise Problems([Problem(Place(), name, f"no rule named {name}", fix)])
    return "\n\n\n".join("\n".join(_rule(rule, study)) for rule in found)


def _rule(rule: Rule, study: Path | None) -> Iterator[str]:
    yield f"{rule.name}  ({rule.severity.name.lower()})"
    yield ""
    yield one_line(rule.holds)
    yield ""
    facts = {
        "for": scope_in_words(rule), "where": one_line(rule.where.text) if rule.where else "", "condition": one_line(rule.condition.text),
        "message": one_line(rule.message.text), "fix": one_line(rule.fix), "variables": ", ".join(rule.variables),
        "optional": ", ".join(rule.optional), "stands for": ", ".join(rule.stands_for), "source": one_line(rule.source),
    }  # fmt: skip
    for name, lookup in rule.lookups.items():
        conditions = [one_line(e.text) for e in (lookup.match, lookup.where) if e]
        facts[f"lookup {name}"] = f"{lookup.source}" + (f", where {' and '.join(conditions)}" if conditions else "")
    facts |= {f"group {name}": ", ".join(keys) for name, keys in rule.groups.items()}
    width = max(map(len, facts))
    yield from (f"{name:{width}}  {text}" for name, text in facts.items() if text)
    for name, table in rule.tables.items():
        yield from ["", f"table {name}:", *drawn(table.columns, [[cell or "" for cell in row] for row in table.rows])]
    yield from _examples(folder_of(rule, study))
    yield ""
    yield f"Defined in {rule.place.path}"


def folder_of(rule: Rule, study: Path | None = None) -> Path:
    """The folder of a rule that is shipped, or of a study's."""
    return (study or Path() if rule.kind == "study" else content_dir(rule.kind)) / "rules" / rule.name


def scope_in_words(rule: Rule) -> str:
    """`each record of EVENTS, FINDINGS without DM`."""
    scope = rule.scope
    of = [*(TITLES.get(kind, kind) for kind in scope.kinds), *scope.classes, *scope.domains, *scope.structures]
    parts = [f"each {rule.each.replace('_', ' ')}" if rule.each != RECORD or scope != Scope() else "each record of every dataset"]
    parts += [f"of {', '.join(of)}"] if of else []
    parts += [f"without {', '.join(scope.exclude)}"] if scope.exclude else []
    parts += [f"for each variable like {rule.template}"] if rule.template else []
    parts += [f"(each combination of {', '.join(rule.distinct)} once)"] if rule.distinct else []
    return " ".join(parts)


def one_line(text: str) -> str:
    """Text without its line ends."""
    return " ".join(text.split())


def drawn(header: Iterable[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A small table with its columns aligned."""
    cells = [list(header), *rows]
    widths = [max(len(row[at]) for row in cells) for at in range(len(cells[0]))]
    return ("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in cells)


def _examples(folder: Path) -> Iterator[str]:
    for good, found in zip((True, False), example_folders(folder), strict=True):
        for path in found:
            yield from ["", f"{'passes' if good else 'fails'} ({path.name}):"]
            for table in sorted(path.glob("*.csv"), key=lambda file: (file.name == "findings.csv", file.name)):
                header, rows = read_csv(table)
                if not table.name.startswith("_"):
                    yield f"{'found' if table.name == 'findings.csv' else table.stem}:"
                    yield from drawn(header, [[row[column] or "" for column in header] for row in rows])
