"""Methods: how derived values are made, in words from the rules that ran and as they were typed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pyarrow as pa

from clintrail.compile.rules import rule_names
from clintrail.compile.text import NotTokens, calls, tokens
from clintrail.compile.words import words_of
from clintrail.define.built.documents import Documents
from clintrail.define.built.origins import Origins, is_plain
from clintrail.define.built.sites import Part, Sites
from clintrail.define.built.value_level import Slice
from clintrail.define.model import FormalExpression, Method
from clintrail.errors import Place
from clintrail.run.datasets import BuiltDataset
from clintrail.spec.model import Expression, Lookup, MethodSpec, Pick

# The language of the formal expression: the spec's own, which is what ran.
CONTEXT = "clintrail"
# What that became, for the database that ran it; columns stand as "frame"."column".
SQL_CONTEXT = "SQL (DuckDB)"
_IMPUTES = re.compile(r"impute|locf|wocf|bocf")
_OVER = re.compile(r"\bover\s*\(?\s*(\w+)", re.I)
# The engine's own forms in words.
_FORMS = (
    (re.compile(r"source_dataset\((\w+)\)"), r"The dataset that \1 comes from"),
    (re.compile(r"source_variable\((\w+)\)"), r"The variable that \1 comes from"),
    (re.compile(r"source_sequence\((\w+)\)"), r"The sequence number of the record that \1 comes from"),
    (re.compile(r"\bct\(([\w.]+)\)"), r"the term of the code list for \1"),
)
_PARAMETER = re.compile(r"\b(\w+)\['([^']*)'\]")


class Methods:
    """The methods of one define, each made once; `of` gives the id under which a variable finds its own."""

    def __init__(self, sites: Sites, origins: Origins, documents: Documents) -> None:
        self.sites, self.origins, self.documents = sites, origins, documents
        self.made: dict[str, Method] = {}
        self._ids: dict[str, list[str]] = {}

    def of(self, dataset: str, variable: str, parts: Sequence[Part], extra: str = "", declared: MethodSpec | None = None) -> str:
        """The id of the method for these rules; the same words of the same variable give the same method.

        A `declared` method with words is one method for all variables that name it; without, it adds its documents and code.
        """
        if declared is not None and declared.words:
            return self._declared(declared, parts)
        wording = " ".join(filter(None, (self.description(parts), extra)))
        own = f"{dataset}.{variable}"
        for id_ in self._ids.get(own, ()):
            if self.made[id_].description == wording:
                return id_
        steps = {part.step.name if part.step else "" for part in parts}
        step = steps.pop() if len(steps) == 1 else ""
        id_ = f"{own}.{step.replace(' ', '_')}" if step else own
        id_ += f".{len(self._ids[own]) + 1}" if id_ in self.made else ""
        imputes = any(_IMPUTES.search(name) for part in parts for name in _functions(part.text))
        self.made[id_] = Method(
            id=id_,
            name=f"{own}, {step}" if step else own,
            description=wording,
            type="Imputation" if imputes else "Computation",
            expressions=(*self._expressions(parts), *_codes(declared)),
            documents=self.documents.refs(declared.documents) if declared else (),
        )
        self._ids.setdefault(own, []).append(id_)
        return id_

    def _declared(self, declared: MethodSpec, parts: Sequence[Part]) -> str:
        known = self.made.get(declared.name)
        found = {e: None for e in (*(known.expressions if known else ()), *self._expressions(parts), *_codes(declared))}
        self.made[declared.name] = Method(
            id=declared.name,
            name=declared.title,
            description=" ".join(declared.words.split()),
            type="Imputation" if declared.type == "Imputation" else "Computation",
            expressions=tuple(found),
            documents=self.documents.refs(declared.documents),
        )
        return declared.name

    def _expressions(self, parts: Sequence[Part]) -> tuple[FormalExpression, ...]:
        """The rules as typed, and the SQL that ran where the parts are whole rules, with functions put in."""
        typed = (FormalExpression(CONTEXT, _typed(parts)),)
        sites = dict.fromkeys((part.frame, part.name) for part in parts)
        whole = all(part in parts for site in sites for part in self.sites.parts(*site))
        columns = [self.sites.frames[frame].columns[name] for frame, name in sites]
        sql = "\n;\n".join(column.sql for column in columns if column.sql)
        return (*typed, FormalExpression(SQL_CONTEXT, sql)) if whole and sql else typed

    def description(self, parts: Sequence[Part]) -> str:
        """The rules in words, told apart where they are several, and what the names in them mean."""
        return " ".join([self._rules(parts), *self._meanings(parts)])

    def _rules(self, parts: Sequence[Part]) -> str:
        said: dict[str, list[Part]] = {}
        for group in _grouped(parts):
            said.setdefault(self._branches(group) if group[0].branch is not None else _words(group[0]), []).append(group[0])
        if len(said) == 1:
            return next(iter(said))
        return " ".join(f"{prefix}: {_lowered(text)}" if (prefix := _prefix(behind, parts)) else text for text, behind in said.items())

    def _branches(self, parts: Sequence[Part]) -> str:
        if len(parts) == 1 and parts[0].condition is None:
            return _words(parts[0])
        lines = []
        for part in parts:
            value = _words(part, equal="").removesuffix(".")
            lines.append(f"if {self._said(part.condition)}: {value}" if part.condition else f"otherwise: {value}")
        text = "; ".join(lines) + "."
        return text[0].upper() + text[1:]

    def _said(self, text: str) -> str:
        return words_of(text, self.sites.compiled.functions)

    # -- what names mean -----------------------------------------------------------------------------------------------------

    def _meanings(self, parts: Sequence[Part]) -> Iterator[str]:
        """A sentence for each working column, group and declared lookup that the rules name, and those that these name."""
        seen: set[str] = set()
        waiting = [(part.frame, text) for part in parts for text in (part.condition, part.text) if text]
        while waiting:
            frame, text = waiting.pop(0)
            for name, is_alias in _names_in_order(text):
                if name in seen:
                    continue
                seen.add(name)
                if is_alias:
                    yield from self._meaning_of_lookup(frame, name)
                elif name == "cell":
                    yield "Here cell is the value in the column of the form."
                elif name != name.upper():
                    own = self._working(frame, name)
                    waiting += [(part.frame, part.text) for part in own]
                    if own:
                        yield f"Here {name} is: {_lowered(self._rules(own))}"
            yield from self._groups(frame, text, seen)

    def _working(self, frame: str, name: str) -> tuple[Part, ...]:
        """The rules of a working column, at this stage or the one before it that has it."""
        stage = self.sites.builder.stages.get(frame)
        while stage is not None and name not in stage.frame.columns:
            stage = stage.previous
        return self.sites.parts(stage.frame.name, name) if stage is not None else ()

    def _groups(self, frame: str, text: str, seen: set[str]) -> Iterator[str]:
        stage = self.sites.builder.stages.get(frame)
        for name in _OVER.findall(text):
            variables = stage.group(name) if stage is not None else None
            if variables and name not in seen:
                seen.add(name)
                yield f"Here {name} stands for the records with the same {', '.join(variables)}."

    def _meaning_of_lookup(self, frame: str, alias: str) -> Iterator[str]:
        lookup = self.origins.lookup(frame, alias)
        hook = self.sites.compiled.study.hooks.get(lookup.source if lookup else alias)
        if hook is not None:
            said = " ".join((hook.function.__doc__ or "").strip().split("\n\n")[0].split())
            yield f"Here {alias} is what the function {hook.name} of hooks.py makes of {', '.join(hook.reads)}" + (
                f": {said}" if said else "."
            )
        if lookup is not None and (lookup.pick or lookup.where or lookup.match):
            yield self._lookup(lookup)

    def _lookup(self, lookup: Lookup) -> str:
        study = self.sites.compiled.study
        form = study.forms.get(lookup.source)
        kind = "row of the table" if lookup.source in study.tables or self._is_table(lookup.source) else "record of"
        source = f"{kind} {form.file if form else lookup.source}"
        conditions = [self._said(e.text) for e in (lookup.match, lookup.where) if e is not None]
        picked = f"{lookup.pick.which} " if lookup.pick else ""
        by = f", by {_order(lookup.pick)}" if lookup.pick else ""
        where = f" with {' and '.join(conditions)}" if conditions else ""
        return f"Here {lookup.name} is the {picked}{source}{where}{by}."

    def _is_table(self, name: str) -> bool:
        return any(name in dataset.tables for dataset in self.sites.compiled.study.datasets.values())


def _codes(declared: MethodSpec | None) -> tuple[FormalExpression, ...]:
    return tuple(FormalExpression(code.context, code.text) for code in declared.codes) if declared else ()


def copied_records(dataset: BuiltDataset, variable: str, cut: Slice | None) -> str:
    """What to say of copied records: steps that mark theirs with a DTYPE and leave this variable as it was."""
    if "DTYPE" not in dataset.table.column_names or variable not in ("AVAL", "AVALC"):
        return ""
    types = dataset.table["DTYPE"]
    present = set((types.take(pa.array(cut.rows)) if cut else types).to_pylist())
    said = []
    for step in dataset.spec.added:
        mark = step.set.get("DTYPE")
        text = getattr(mark.rule, "text", "").strip("'") if mark is not None else ""
        if text in present and variable not in step.set:
            copied = f"Records added by the step {step.name} carry the value of the {step.copy.which} record by {_order(step.copy)}."
            said.append(f"{copied} They have DTYPE {text}.")
    return " ".join(said)


def _order(pick: Pick) -> str:
    return ", ".join(e.text for e in pick.by)


def _grouped(parts: Sequence[Part]) -> list[list[Part]]:
    """Branches of one rule together, every other part alone."""
    groups: list[list[Part]] = []
    for part in parts:
        last = groups[-1][-1] if groups else None
        same = last is not None and part.branch is not None and last.branch is not None
        if same and last is not None and (last.frame, last.source, last.place.path) == (part.frame, part.source, part.place.path):
            groups[-1].append(part)
        else:
            groups.append([part])
    return groups


def _words(part: Part, equal: str = "Equal to ") -> str:
    if part.is_null:
        return "Missing."
    text = _PARAMETER.sub(r"\1 of \2", " ".join(part.words.split()))
    if is_plain(part.text):
        return f"{equal}{part.text}." if part.words.lower() == f"{part.text}.".lower() else text
    for pattern, words in _FORMS:
        text = pattern.sub(words, text)
    return text


def _prefix(behind: Sequence[Part], parts: Sequence[Part]) -> str:
    """What tells the records of some rules from the others: the steps that add them, or their sources."""
    steps = list(dict.fromkeys(part.step.name for part in behind if part.step is not None))
    if steps:
        return f"Records added by the step {', '.join(steps)}"
    if any(other.step is not None for other in parts):
        return "Source records"
    sources = list(dict.fromkeys(part.source for part in behind))
    return f"Records from {', '.join(sources)}" if all(sources) else ""


def _typed(parts: Sequence[Part]) -> str:
    """The rules as typed, with a note of what each is for where they are several."""
    lines: dict[str, list[Part]] = {}
    for part in parts:
        head = f"{part.condition or 'else'}: " if part.branch is not None else ""
        lines.setdefault(f"{head}{part.text}", []).append(part)
    several = len(lines) > 1 and len({(part.source, part.step.name if part.step else "") for part in parts}) > 1
    notes = {line: _prefix(behind, parts) if several else "" for line, behind in lines.items()}
    return "\n".join(f"{line}  -- {note}" if note else line for line, note in notes.items())


def _lowered(text: str) -> str:
    return text[0].lower() + text[1:] if re.match(r"[A-Z][a-z]+[ .]", text) else text


def _names_in_order(text: str) -> list[tuple[str, bool]]:
    """Names in an expression, in the order they stand: (name, whether it is what stands before a dot)."""
    found = {(alias or name, alias is not None) for alias, name in rule_names(Expression(text, Place()))}
    return sorted(found, key=lambda n: (found_at.start() if (found_at := re.search(rf"\b{re.escape(n[0])}\b", text)) else 0, n[0]))


def _functions(text: str) -> list[str]:
    try:
        return [call.name.lower() for call in calls(tokens(text))]
    except NotTokens:
        return []
