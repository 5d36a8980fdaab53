"""Origins from lineage: where the values of a variable come from, as Define-XML 2.1 names it, and whether a stated origin agrees.

Source: CDISC Define-XML Specification 2.1, def:Origin; its types and sources are code lists C170449 and C170450.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast, get_args

from clintrail.compile.plan import MADE, Input, lookup_alias
from clintrail.compile.study import CompiledStudy
from clintrail.compile.text import NotTokens, arguments, calls, tokens
from clintrail.define.built.sites import CARRIED, Part, Sites
from clintrail.define.model import Origin, OriginSource, OriginType
from clintrail.errors import Place, Problem, closest
from clintrail.run.datasets import BuiltDataset
from clintrail.spec.model import Lookup

# Functions after which a value still says what was collected, only written otherwise.
REPRESENTING = frozenset({
    "cell", "coalesce", "ct", "iso8601", "iso_clock", "iso_date", "iso_time", "left", "lower", "ltrim", "number", "number_text", "replace",
    "right", "rtrim", "substr", "substring", "text_piece", "text_rest", "title_case", "trim", "upper",
})  # fmt: skip
_SELECTS = frozenset({"case", "when", "and", "or", "not", "is", "in", "like", "ilike", "between", "over", "filter", "null"})
_MARKS = frozenset(".,()[]:")
_SAME = re.compile(r"'[^']*'|\b(?:and)\b|=", re.I)

SOURCE_OF: Mapping[str, OriginSource] = {"Collected": "Investigator", "Derived": "Sponsor", "Assigned": "Sponsor", "Protocol": "Sponsor"}
# What a spec may state where lineage says otherwise than the key without contradicting it: a judgement, not a fact.
AGREES = {
    "Collected": {"Collected"},
    "Predecessor": {"Predecessor"},
    "Assigned": {"Assigned", "Protocol"},
    "Protocol": {"Assigned", "Protocol"},
    "Derived": {"Derived", "Assigned"},
    "Not Available": {"Not Available"},
}


@dataclass(frozen=True)
class Trace:
    """What lineage says of some values: the kinds of origin, the raw columns (form, column) and predecessors (`DM.AGE`) behind them."""

    kinds: frozenset[str] = frozenset()
    raw: frozenset[tuple[str, str]] = field(default=frozenset())
    predecessors: tuple[str, ...] = ()

    def __or__(self, other: Trace) -> Trace:
        return Trace(self.kinds | other.kinds, self.raw | other.raw, tuple(dict.fromkeys((*self.predecessors, *other.predecessors))))

    @property
    def is_derived(self) -> bool:
        """Whether some of the values are derived, which then holds for the variable."""
        return "Derived" in self.kinds


NOTHING, DERIVED, ASSIGNED = Trace(), Trace(frozenset({"Derived"})), Trace(frozenset({"Assigned"}))


class Origins:
    """Traces of the columns of a compiled study."""

    def __init__(self, compiled: CompiledStudy, sites: Sites) -> None:
        self.compiled, self.sites, self.frames = compiled, sites, compiled.plan.frames
        self._found: dict[tuple[str, str], Trace] = {}

    def of_column(self, frame: str, column: str) -> Trace:
        """The trace of a column, over all its rules."""
        key = frame, column
        if key not in self._found:
            self._found[key] = NOTHING  # a cycle (lag of itself) adds nothing
            self._found[key] = self.of_parts(self.sites.parts(frame, column))
        return self._found[key]

    def of_parts(self, parts: Iterable[Part], line: int | None = None) -> Trace:
        """The trace of some rules; `line` narrows wide forms to one line of their table of columns."""
        found = NOTHING
        for part in parts:
            found |= self._of_part(part, line)
        return found

    def origins(self, trace: Trace) -> tuple[Origin, ...]:
        """The origins of a define. Where any value is derived, that is said alone, since the method tells the rest."""
        if not trace.kinds:
            return (Origin("Not Available"),)
        kinds = {"Derived"} if trace.is_derived else trace.kinds
        order = [kind for kind in get_args(OriginType) if kind in kinds]
        return tuple(origin for kind in order for origin in self._of_kind(kind, trace))

    def _of_kind(self, kind: OriginType, trace: Trace) -> Iterator[Origin]:
        """One origin of a kind; of Collected one for each source of the forms."""
        if kind != "Collected":
            yield Origin(kind, SOURCE_OF.get(kind, ""), ", ".join(trace.predecessors) if kind == "Predecessor" else "")
            return
        for source in sorted({self.source_of(form) for form, _ in trace.raw}):
            forms: dict[str, list[str]] = {}
            for form, column in sorted(trace.raw):
                if self.source_of(form) == source:
                    forms.setdefault(self.compiled.study.forms[form].file, []).append(column)
            yield Origin(kind, source, "; ".join(f"{file}: {', '.join(columns)}" for file, columns in forms.items()))

    def source_of(self, form: str) -> OriginSource:
        """Who gave the data of a form."""
        return cast(OriginSource, self.compiled.study.forms[form].options.get("source", SOURCE_OF["Collected"]))

    # -- one rule ------------------------------------------------------------------------------------------------------------

    def _of_part(self, part: Part, line: int | None) -> Trace:
        if part.is_null:
            return NOTHING
        made = [i for i in part.inputs if i.role == MADE and i.column != "_exists" and self.frames[i.frame].kind != "codelist"]
        if line is not None:
            made = [i for i in made if dict(i.when).get("_columns", line) == line]
        if not made:
            return DERIVED if part.inputs else ASSIGNED
        plain = is_plain(part.text) or part.text == "the column's value"
        if not plain and not only_represents(part.text):
            return DERIVED
        found = NOTHING
        for needed in made:
            found |= self._of_input(part, needed, line)
        if "Predecessor" in found.kinds and not plain:
            return DERIVED
        trial_design = self._class_of(part.frame) == "TRIAL DESIGN"
        return Trace(frozenset({"Protocol"})) if trial_design and found.kinds & {"Assigned", "Predecessor", "Protocol"} else found

    def _of_input(self, part: Part, needed: Input, line: int | None) -> Trace:
        frame = self.frames[needed.frame]
        own = self.frames[part.frame].dataset
        if frame.kind == "stage" and frame.dataset == own:
            if needed.via not in ("", *CARRIED):
                return DERIVED  # a value of another record
            if line is None:
                return self.of_column(needed.frame, needed.column)
            return self.of_parts(self.sites.parts(needed.frame, needed.column), line)  # down to the column of the wide form
        if not self._is_same_record(part, needed):
            return DERIVED
        if frame.kind == "form":
            return self._of_raw(needed)
        if frame.kind == "table":
            return ASSIGNED
        return self._of_dataset(needed, own)

    def _of_raw(self, needed: Input) -> Trace:
        form = self.frames[needed.frame].dataset
        if needed.column != "_subject":
            return Trace(frozenset({"Collected"}), frozenset({(form, needed.column)}))
        return self.of_column(needed.frame, needed.column)

    def _of_dataset(self, needed: Input, own: str) -> Trace:
        """A column of another dataset; a working column, and a qualifier in its own SUPP--, are only names for what they are made of."""
        name = self.frames[needed.frame].dataset
        if self.frames[needed.frame].columns[needed.column].kind == "hook":
            return DERIVED
        dataset = self.compiled.study.datasets.get(name)
        if dataset is not None and needed.column in dataset.supplemental and own != f"SUPP{name}":
            return Trace(frozenset({"Predecessor"}), predecessors=(f"SUPP{name}.QVAL where SUPP{name}.QNAM = '{needed.column}'",))
        plan = self.compiled.plan.datasets.get(name)
        if plan is not None and needed.column not in plan.variables:
            return self.of_column(needed.frame, needed.column)
        return Trace(frozenset({"Predecessor"}), predecessors=(f"{name}.{needed.column}",))

    def _is_same_record(self, part: Part, needed: Input) -> bool:
        """Whether the other record is the one that this one came from or is keyed to, and not picked by conditions."""
        if needed.via.startswith(("_from", "_with", "_columns", "_each")) or needed.via in CARRIED:
            return True
        if needed.via == "" and needed.frame == part.frame:  # the subject of a form, from the form's own columns
            return True
        alias = lookup_alias(needed.via)
        if alias is None:
            return False
        lookup = self.lookup(part.frame, alias)
        if lookup is None or lookup.pick is None and lookup.where is None and lookup.match is None:
            return True
        is_table = self.frames[needed.frame].kind == "table"
        return is_table and lookup.pick is None and lookup.where is None and lookup.match is not None and is_equality(lookup.match.text)

    def lookup(self, frame: str, alias: str) -> Lookup | None:
        """The lookup that a name means in a stage, declared or by its own name."""
        stage = self.compiled.builder.stages.get(frame)
        return self.compiled.builder.lookup_or_none(alias, stage) if stage is not None else None

    def _class_of(self, frame: str) -> str:
        plan = self.compiled.plan.datasets.get(self.frames[frame].dataset)
        return plan.class_name if plan is not None else ""


def is_plain(text: str) -> bool:
    """Whether a rule is nothing but a column's name."""
    return re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", text.strip()) is not None


def only_represents(text: str) -> bool:
    """Whether an expression only writes a value otherwise: names, texts and functions of `REPRESENTING`, no arithmetic, no choice."""
    try:
        toks = tokens(text)
    except NotTokens:
        return False
    if any(c.name.lower() not in REPRESENTING and not (c.name.lower() == "concat" and len(arguments(toks, c)) == 1) for c in calls(toks)):
        return False
    return all(
        t.is_word and t.text.lower() not in _SELECTS or t.text in _MARKS or t.text[:1] in "'\"" or t.text[:1].isdigit() for t in toks
    )


def is_equality(text: str) -> bool:
    """Whether a condition is only `a = b and c = d`, with values written otherwise at most."""
    return "=" in text and only_represents(_SAME.sub(",", text))


# -- what the spec states ---------------------------------------------------------------------------------------------------------


def check_origins(compiled: CompiledStudy, datasets: Mapping[str, BuiltDataset]) -> list[Problem]:
    """Stated origins (`origin:` of variables and supplemental qualifiers) that contradict the lineage, or are no origin at all."""
    found: list[Problem] = []
    origins = Origins(compiled, Sites(compiled))
    for dataset in datasets.values():
        for variable in dataset.variables:
            found += _checked(origins, dataset.plan.frame, variable.name, variable.attributes, variable.place)
        for name, spec in dataset.spec.supplemental.items():
            found += _checked(origins, dataset.plan.frame, name, spec.attributes, spec.place)
    return found


def _checked(origins: Origins, frame: str, name: str, attributes: Mapping[str, str], place: Place) -> Iterator[Problem]:
    if "origin" not in attributes:
        return
    stated = stated_origin(attributes)
    if stated is None:
        near = closest(attributes["origin"], get_args(OriginType))
        fix = f"did you mean {near}?" if near else "write one of " + ", ".join(get_args(OriginType))
        yield Problem(place, name, f"no origin type is named {attributes['origin']}", fix)
        return
    trace = origins.of_column(frame, name)
    kinds = {origin.type for origin in origins.origins(trace)}
    if stated == "Other" or any(stated in AGREES.get(kind, {kind}) for kind in kinds):
        return
    if stated == "Derived" and "Collected" in kinds and not all(is_plain(part.text) for part in origins.sites.parts(frame, name)):
        return  # a result in standard units or as a number may be called derived
    behind = _behind(origins, trace)
    what = f"the stated origin {stated} contradicts the lineage, which says {' and '.join(sorted(kinds))}{behind}"
    yield Problem(place, name, what, f"delete origin: {attributes['origin']}, or correct the rule")


def _behind(origins: Origins, trace: Trace) -> str:
    named = [origin.description for origin in origins.origins(trace) if origin.description]
    return f" ({'; '.join(named)})" if named else ""


def stated_origin(attributes: Mapping[str, str]) -> OriginType | None:
    """The origin that the spec states, in Define-XML's spelling; None if it states none or an unknown one."""
    wanted = attributes.get("origin", "").strip().lower()
    return cast("OriginType | None", next((kind for kind in get_args(OriginType) if kind.lower() == wanted), None))


__all__ = ["Origins", "Trace", "check_origins", "only_represents", "stated_origin"]
