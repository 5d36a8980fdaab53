"""Where clauses of a define.xml 2.0 or 2.1: conditions on variables of datasets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from clintrail.define import oids
from clintrail.define.check.tree import children, get
from clintrail.define.model import Comparator, RangeCheck, WhereClause
from clintrail.define.read.source import Element, Source, text_of

COMPARATORS = get_args(Comparator)


@dataclass(frozen=True)
class WhereClauses:
    """Reads the where clauses of a source. `variables` are dataset and name of each variable that an ItemDef, by OID, defines."""

    source: Source
    variables: Mapping[str, Sequence[tuple[str, str]]]

    def clause(self, ref: Element, home: str) -> WhereClause:
        """The where clause that is referred to, from a list of a dataset; conditions are on its variables, if they can be."""
        source, oid = self.source, get(ref, "WhereClauseOID")
        source.check_ref(ref, "WhereClauseOID")
        element = source.define.find("def:WhereClauseDef", oid)
        return self._clause(element, home) if element is not None else WhereClause((), id=source.id(where_by_id, oid))

    def _clause(self, element: Element, home: str) -> WhereClause:
        checks = tuple(self._check(check, home) for check in children(element, "RangeCheck"))
        comment, oid = self.source.ref(element, "def:CommentOID", oids.comment), get(element, "OID")
        if not checks:
            self.source.error(element, "a where clause without conditions is not kept", "add a RangeCheck")
        where = WhereClause(checks, comment)
        if checks and oids.where_clause(where) == oid:
            return where
        return WhereClause(checks, comment, self.source.id(where_by_id, oid))

    def _check(self, element: Element, home: str) -> RangeCheck:
        source, oid = self.source, get(element, "def:ItemOID")
        owners = self.variables.get(oid, [])
        if source.check_ref(element, "def:ItemOID") and not owners:
            source.error(element, f"the condition is on {oid}, which is no variable of a dataset", "name the ItemDef of a variable")
        dataset, variable = next((pair for pair in owners if pair[0] == home), owners[0] if owners else named_by(oid))
        source.state(oids.variable(dataset, variable), oid)
        if get(element, "SoftHard") == "Hard":
            source.note(element, "SoftHard is read as Soft, which it is in all where clauses")
        comparator: Any = source.one_of(element, "Comparator", COMPARATORS)
        return RangeCheck(dataset, variable, comparator, tuple(text_of(value) for value in children(element, "CheckValue")))

    def unused(self) -> tuple[WhereClause, ...]:
        """The where clauses that nothing refers to."""
        used = {get(ref, "WhereClauseOID") for ref in self.source.define.all("def:WhereClauseRef")}
        return tuple(
            self._clause(element, "") for element in self.source.define.all("def:WhereClauseDef") if get(element, "OID") not in used
        )


def where_by_id(id: str) -> str:
    """The OID of a where clause that has an id."""
    return oids.where_clause(WhereClause((), id=id))


def named_by(oid: str) -> tuple[str, str]:
    """Dataset and variable, as an OID like ours says; else no dataset and the OID."""
    parts = oid.split(".")
    return (parts[1], parts[2]) if len(parts) == 3 and oids.variable(parts[1], parts[2]) == oid else ("", oid)
