"""What a rule is asked of: the datasets of one domain together, with what their names and first records say of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from clintrail.compile.plan import quoted
from clintrail.conformance.core.rule import Scope
from clintrail.conformance.data.guide import guide_dataset
from clintrail.conformance.data.model import CheckedDataset, Data, table_of
from clintrail.standards import DatasetInfo

ALL = "ALL"
_TOPICS = (("TERM", "EVENTS"), ("TRT", "INTERVENTIONS"), ("TESTCD", "FINDINGS"))


@dataclass(frozen=True)
class Subject:
    """The datasets of a domain.

    `domain` is the value of DOMAIN (empty where the records have none: SUPPAE, RELREC), `parent` that of RDOMAIN for supplemental
    qualifiers; `prefix` is what `--` stands for, `class_name` the submission value of CDISC's GNRLOBSC, empty where it is not known.
    """

    parts: tuple[CheckedDataset, ...]
    domain: str
    parent: str
    prefix: str
    class_name: str

    @property
    def name(self) -> str:
        """The name of the table with the records of all parts."""
        return self.parts[0].domain

    @property
    def is_split(self) -> bool:
        """Whether a dataset has another name than its domain."""
        return any(part.name != part.domain for part in self.parts)

    @property
    def is_supplemental(self) -> bool:
        """Whether the records are supplemental qualifiers."""
        return is_supplemental(self.name)

    @property
    def is_associated(self) -> bool:
        """Whether the records are of associated persons, or qualify such records."""
        if self.is_supplemental:
            return len(self.parent) == 4 and self.parent.startswith("AP")
        return self.name.startswith("AP") or self.parts[0].variable("APID") is not None

    @property
    def guide(self) -> DatasetInfo | None:
        """What the implementation guide says of the domain; of associated persons what it says of the domain behind AP."""
        own = self.name[2:] if self.name.startswith("AP") and len(self.name) == 4 else self.name
        return guide_dataset("sdtm", own, own, self.class_name, "")


@dataclass(frozen=True)
class Study:
    """The data that are checked, by SDTM domain in the order of the first dataset."""

    data: Data
    subjects: tuple[Subject, ...]


def study_of(data: Data) -> Study:
    """The SDTM domains of data."""
    return Study(data, tuple(_subjects(data)))


def _subjects(data: Data) -> Iterator[Subject]:
    for parts in data.domains():
        if parts[0].kind == "sdtm":
            domain = _first(data, parts[0], "DOMAIN")
            parent = _first(data, parts[0], "RDOMAIN") if is_supplemental(parts[0].domain) else ""
            prefix = domain[2:] if domain.startswith("AP") and len(domain) == 4 else domain or parts[0].prefix
            yield Subject(parts, domain, parent, prefix, _class(parts[0], prefix))


def is_supplemental(name: str) -> bool:
    """Whether a dataset's name is that of supplemental qualifiers (SUPPAE; SQAPFAMH for long names)."""
    return name.startswith(("SUPP", "SQ")) and len(name) > 2


def in_scope(scope: Scope, subject: Subject) -> bool:
    """Whether a rule with this scope is for the datasets."""
    return _in_domains(scope, subject) and _in_classes(scope, subject)


def _in_domains(scope: Scope, subject: Subject) -> bool:
    names = {subject.domain, subject.name, *(part.name for part in subject.parts)}
    if subject.is_supplemental:
        names.add("SUPP--" if subject.name.startswith("SUPP") else "SQ--")
        names.add("SUPP--")
    if subject.is_associated:
        names |= {"AP--", "APFA--"}
    if names & {*scope.not_domains} or ALL in scope.not_domains:
        return False
    if scope.split_datasets is False and subject.is_split:
        return False
    if scope.split_datasets and subject.is_split:
        return True
    if not scope.domains:
        return scope.split_datasets is not True
    return ALL in scope.domains or bool(names & {*scope.domains})


def _in_classes(scope: Scope, subject: Subject) -> bool:
    classes = {subject.class_name} | ({"FINDINGS"} if subject.class_name == "FINDINGS ABOUT" else set())
    if scope.not_classes and classes & {*scope.not_classes}:
        return False
    return not scope.classes or ALL in scope.classes or bool(classes & {*scope.classes})


def _first(data: Data, dataset: CheckedDataset, column: str) -> str:
    if dataset.variable(column) is None:
        return ""
    found = data.con.execute(f"SELECT {quoted(column)} FROM {table_of(dataset.name)} ORDER BY _row LIMIT 1").fetchall()
    return str(found[0][0] or "") if found else ""


def _class(dataset: CheckedDataset, prefix: str) -> str:
    """As define.xml, the guide or the variables say; of associated persons that of the domain behind AP."""
    if is_supplemental(dataset.domain):
        return "RELATIONSHIP"
    if dataset.class_name:
        return dataset.class_name
    if dataset.name.startswith("AP") and (found := guide_dataset("sdtm", prefix, prefix, "", "")):
        return found.class_name
    for suffix, class_name in _TOPICS:
        if dataset.variable(f"{prefix}{suffix}"):
            about = suffix == "TESTCD" and dataset.variable(f"{prefix}OBJ")
            return "FINDINGS ABOUT" if about else class_name
    return ""
