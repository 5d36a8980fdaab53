"""What a workbook leaves unsaid: facts that follow from others, and are written only where a document has them otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from clintrail.define.model import Document, Standard
from clintrail.define.usual import NO_DATE
from clintrail.define.workbook.cells import parse_standard, standard_text
from clintrail.define.workbook.columns import Layout

NOTHING = "-"  # in a cell whose fact would otherwise follow from others
_CRF_IDS = {"acrf", "blankcrf", "annotatedcrf"}


def attributes(study_name: str, layout: Layout) -> Mapping[str, str]:
    """The facts about a document that its sheet Define need not state."""
    return {
        "study_oid": f"ST.{study_name}",
        "creation_datetime": NO_DATE,
        "as_of_datetime": "",
        "metadata_version_name": f"Study {study_name} Data Definitions",
        "metadata_version_description": "",
        "comment": "",
        "originator": "",
        "source_system": "",
        "source_system_version": "",
        "context": "Submission",
        "define_version": "2.1.9" if layout == "current" else "2.0.0",
        "language": "en",
    }


def implied_standards(main: Standard | None, others: Iterable[Standard | None]) -> tuple[Standard, ...]:
    """The standards that the sheets name: the guide, then those of datasets and code lists, each as its text is read back."""
    read = (parse_standard(standard_text(standard), standard.type) for standard in others if standard)
    return tuple(dict.fromkeys(standard for standard in (main, *read) if standard))


def purpose(main: Standard | None) -> str:
    """Datasets of ADaM are for analysis."""
    return "Analysis" if main and "ADAM" in main.name.upper() else "Tabulation"


def is_extension(list_code: str, term_code: str) -> bool:
    """A term without an NCI code in a list that has one is the sponsor's, which extends that list."""
    return bool(list_code and not term_code)


def is_annotated_crf(id: str, title: str) -> bool:
    """Whether a document is the annotated CRF, by what such documents are called."""
    return id.lower() in _CRF_IDS or "annotated c" in title.lower()


def annotated_crf(documents: Iterable[Document]) -> str:
    """The id of the document that pages of an origin are in; empty if there is none."""
    return next((document.id for document in documents if document.is_annotated_crf), "")
