"""Datasets that follow from others, written in the spec language itself: SUPP-- from `supplemental`, RELREC from `relations`.

Because they are specs, their data, lineage and metadata come the same way as everyone else's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from clintrail.compile.rules import rule_names
from clintrail.errors import Place, Problem, Problems
from clintrail.spec.model import Branches, Constant, Copy, DatasetSpec, Expression, Record, Relation, Rule, StudySpec, Table, Variable
from clintrail.standards import sdtm_dataset


def with_derived_datasets(study: StudySpec, longest: Mapping[tuple[str, str], int]) -> StudySpec:
    """The study with SUPP-- datasets, RELREC's records, and the continuation of texts over 200 bytes (SDTMIG 3.4, section 4.5.3)."""
    datasets: dict[str, DatasetSpec] = {}
    problems: list[Problem] = []
    for name, dataset in study.datasets.items():
        if dataset.relations:
            dataset = _relrec(study, dataset, problems)
        elif dataset.kind == "sdtm":
            dataset = _with_continuations(study, dataset, longest)
        datasets[name] = dataset
        for qualifier in dataset.supplemental.values():
            if not 0 < len(qualifier.attributes.get("label", "")) <= 40:
                what, fix = "a supplemental qualifier needs a label of at most 40 characters", "write {label: ..., value: ...}"
                problems.append(Problem(qualifier.place, qualifier.name, what, fix))
        if dataset.supplemental:
            supp = _supplemental(dataset)
            if supp.name in study.datasets:
                problems.append(
                    Problem(dataset.place, supp.name, "made from supplemental: and also given as a spec", f"delete the spec of {supp.name}")
                )
            datasets[supp.name] = supp
    if problems:
        raise Problems(problems)
    return replace(study, datasets=datasets)


def _variables(place: Place, rules: Mapping[str, Rule]) -> dict[str, Variable]:
    return {name: Variable(name, rule, place) for name, rule in rules.items()}


def _sequence(dataset: DatasetSpec) -> str | None:
    info = sdtm_dataset(dataset.name, class_name=dataset.class_name)
    name = f"{dataset.name[:2]}SEQ"
    return name if info and any(v.name == name for v in info.variables) else None


# -- SUPP-- ------------------------------------------------------------------------------------------------------------------


def _supplemental(dataset: DatasetSpec) -> DatasetSpec:
    """SUPP--: one record for each supplemental qualifier that has a value (SDTMIG 3.4, section 8.4)."""
    place, name = dataset.place, dataset.name
    rows = tuple(
        (n, n, v.attributes.get("label", n), _origin(dataset, v), v.attributes.get("evaluator")) for n, v in dataset.supplemental.items()
    )
    lines = tuple(v.place.line for v in dataset.supplemental.values())
    table = Table("qualifiers", ("column",), ("column", "QNAM", "QLABEL", "QORIG", "QEVAL"), rows, lines, place)
    sequence = _sequence(dataset)
    rules: dict[str, Rule] = {
        "RDOMAIN": Constant(name, place),
        "IDVAR": Constant(sequence, place) if sequence else Expression("null", place),
        "IDVARVAL": Expression(f"number_text({name}.{sequence})", place) if sequence else Expression("null", place),
        **{column: Copy("qualifiers", place) for column in ("QNAM", "QLABEL", "QORIG", "QEVAL")},
        "QVAL": Expression("cell", place),
    }
    record = Record(name, place, Expression("cell is not null", place), "qualifiers")
    order = tuple(Expression(text, place) for text in ([f"{name}.{sequence}"] if sequence else []) + ["QNAM"])
    return DatasetSpec(
        f"SUPP{name}", "sdtm", dataset.path, place, label=f"Supplemental Qualifiers for {name}", records=(record,), order=order,
        tables={"qualifiers": table}, variables=_variables(place, rules),
    )  # fmt: skip


def _origin(dataset: DatasetSpec, variable: Variable) -> str:
    """QORIG: as the spec says, or CRF for what a form alone gives, ASSIGNED for constants, DERIVED for the rest."""
    if "origin" in variable.attributes:
        known = {"Collected": "CRF", "Derived": "DERIVED", "Assigned": "ASSIGNED", "Protocol": "PROTOCOL"}
        return known.get(variable.attributes["origin"], variable.attributes["origin"].upper())
    names = rule_names(variable.rule)
    if isinstance(variable.rule, Constant) or not names:
        return "ASSIGNED"
    if isinstance(variable.rule, Branches):
        return "DERIVED"
    sources = {record.source for record in dataset.records}
    continued = {n for a, n in names if a is None and n in dataset.variables}
    from_form = all(alias in sources and alias == alias.lower() for alias, _ in names if alias)
    return "CRF" if from_form and (not any(a is None for a, _ in names) or continued) else "DERIVED"


# -- texts over 200 bytes ------------------------------------------------------------------------------------------------------


def _with_continuations(study: StudySpec, dataset: DatasetSpec, longest: Mapping[tuple[str, str], int]) -> DatasetSpec:
    variables, supplemental = dict(dataset.variables), dict(dataset.supplemental)
    for group in (variables, supplemental):
        for name, variable in list(group.items()):
            pieces = _pieces(study, dataset, variable, longest)
            if pieces > 1:
                for new in _split(variable, pieces, name in dataset.supplemental):
                    (variables if new.is_working or new.name == name and group is variables else supplemental)[new.name] = new
    return replace(dataset, variables=variables, supplemental=supplemental)


def _pieces(study: StudySpec, dataset: DatasetSpec, variable: Variable, longest: Mapping[tuple[str, str], int]) -> int:
    """How many pieces of 200 bytes a variable may need, from the raw columns that its rule names."""
    if variable.is_working or not isinstance(variable.rule, (Expression, Copy)):
        return 1
    found = [longest.get((a or "", variable.name if isinstance(variable.rule, Copy) else n), 0) for a, n in rule_names(variable.rule)]
    size = max(found, default=0)
    return 1 if size <= 200 else size // 100 + 2  # two pieces in a row hold more than 200 bytes, or they would be one


def _split(variable: Variable, pieces: int, supplemental: bool) -> Iterator[Variable]:
    """The first piece stays the variable; the rest become supplemental qualifiers named with a digit."""
    name, place = variable.name, variable.place
    whole = f"{name.lower()}_text"
    rule = Expression(f"{variable.rule.source}.{name}", place) if isinstance(variable.rule, Copy) else variable.rule
    yield Variable(whole, rule, place)
    rest = whole
    label = variable.attributes.get("label", name)
    for index in range(pieces):
        piece = name if index == 0 else f"{name[: 8 - len(str(index))]}{index}"
        attributes = dict(variable.attributes) if index == 0 else {"label": f"{label[:37]} {index}"}
        last = index + 1 == pieces  # the last piece is not cut: if it is too long after all, that is told
        yield Variable(piece, Expression(rest if last else f"text_piece({rest})", place), place, attributes)
        if not last:
            following = f"{whole}_{index + 1}"
            yield Variable(following, Expression(f"text_rest({rest})", place), place)
            rest = following


# -- RELREC --------------------------------------------------------------------------------------------------------------------


def _relrec(study: StudySpec, dataset: DatasetSpec, problems: list[Problem]) -> DatasetSpec:
    """RELREC's records: each related record of both sides (SDTMIG 3.4, section 8.2)."""
    records: list[Record] = []
    for relation in dataset.relations:
        missing = [side for side in (relation.left, relation.right) if side not in study.datasets]
        for side in missing:
            problems.append(Problem(relation.place, relation.name, f"no dataset named {side}", "name two datasets of the study"))
        if not missing:
            records += _related(study, relation)
    return replace(
        dataset, records=tuple(records), order=(Expression("RELID", dataset.place), Expression("RDOMAIN", dataset.place)), relations=()
    )


def _related(study: StudySpec, relation: Relation) -> Iterator[Record]:
    place, left, right = relation.place, relation.left, relation.right
    left_seq, right_seq = (_sequence(study.datasets[d]) or "" for d in (left, right))
    identifier = f"concat('{relation.name}', number_text({left}.{left_seq}))"

    def values(domain: str, sequence: str) -> dict[str, Variable]:
        rules: dict[str, Rule] = {
            "RDOMAIN": Constant(domain, place), "IDVAR": Constant(sequence, place),
            "IDVARVAL": Expression(f"number_text({domain}.{sequence})", place),
            "RELTYPE": Expression("null", place), "RELID": Expression(identifier, place),
        }  # fmt: skip
        return _variables(place, rules)

    match = relation.match
    yield Record(left, place, Expression(f"has({match.text})", match.place), set=values(left, left_seq))
    same = Expression(f"{left}.USUBJID = {right}.USUBJID and ({match.text})", match.place)
    yield Record(right, place, None, joined={left: same}, set=values(right, right_seq))
