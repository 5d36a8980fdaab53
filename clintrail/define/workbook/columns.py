"""What a column and a sheet of a workbook are, and the words for facts that stand in no column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Layout = Literal["current", "legacy"]
Kind = Literal["id", "text", "number", "yes", "flag", "stated", "made"]



@dataclass(frozen=True)
class Column:
    """A column: its header, the field of the model that it holds, and how wide it is shown (in characters)."""

    header: str
    field: str
    kind: Kind = "id"
    width: int = 14
    required: bool = False
    added: bool = False


@dataclass(frozen=True)
class Sheet:
    """A sheet and its columns. `key` is the name of what its rows describe, the same in both layouts."""

    key: str
    title: str
    columns: tuple[Column, ...]
    required: bool = False

    def column(self, field: str) -> Column | None:
        """The column that holds a field, if there is one."""
        return next((column for column in self.columns if column.field == field), None)


# Attributes of the sheet Define (Study), with the field of DefineDocument. The first six are Pinnacle 21's and always written.
ATTRIBUTES = {
    "StudyName": "study_name",
    "StudyDescription": "study_description",
    "ProtocolName": "protocol_name",
    "StandardName": "standard_name",
    "StandardVersion": "standard_version",
    "Language": "language",
    "StudyOID": "study_oid",
    "CreationDateTime": "creation_datetime",
    "AsOfDateTime": "as_of_datetime",
    "MetaDataVersionName": "metadata_version_name",
    "MetaDataVersionDescription": "metadata_version_description",
    "Comment": "comment",
    "Originator": "originator",
    "SourceSystem": "source_system",
    "SourceSystemVersion": "source_system_version",
    "Context": "context",
    "DefineVersion": "define_version",
}
USUAL_ATTRIBUTES = 6

# Facts that are composed of others, or are rows of a sheet of their own: they are no text of a cell themselves.
COMPOSED = frozenset({
    "variables", "origins", "values", "where", "terms", "expressions", "documents", "datasets", "results", "standards", "codelists",
    "methods", "comments", "displays", "unused_where_clauses", "parameter", "standard", "keys", "documentation", "code", "name",
})  # fmt: skip
# Facts that have no column in any layout, in words: rows give them so that their loss is told.
NO_COLUMN = {
    "where_ids": "IDs of where clauses (they are written inline)",
    "more_expressions": "formal expressions that cannot be told apart in one cell",
    "document_titles": "titles of references to documents",
    "inexact": "pages that mix kinds",
    "where_comments": "comments on where clauses of analyses",
    "stated_oids": "OIDs of the define.xml that was read",
    "own_standard": "standards of datasets other than that of the study",
    "term_blank": "terms without a value",
    "term": "terms of an external dictionary",
    "repeated": "parts of an analysis that name a dataset again",
    "id": "where clauses that nothing uses",
    "checks": "where clauses with no or with several values for one comparison",
}
