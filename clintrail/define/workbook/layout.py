"""The two layouts of a specification workbook, as data: sheets, columns, and what of the model each column holds.

`current` is what Pinnacle 21 writes since it knows Define-XML 2.1; `legacy` is older: sheet Study for Define, where clauses on a
sheet of their own, no sources of origins. Columns that are `added` are no part of the layout: they hold what it has no place for, and
are written, after the others, only where a row has something to say in them. The legacy layout gets none: what it cannot hold is told.

Kinds of columns: an `id` (names, references, words of a list) is read without blanks around it; a `text` is as it is; a `number` is
whole; a `yes` is Yes or No (a `flag` Yes or nothing, a `stated` may be neither). What a `made` column holds is composed of several
facts by `rows`, and read by a function of its own.
"""

from __future__ import annotations

from clintrail.define.workbook.columns import Column, Kind, Layout, Sheet


def _added(header: str, field: str, kind: Kind = "id", width: int = 16) -> Column:
    return Column(header, field, kind, width, added=True)


_ATTRIBUTE_COLUMNS = (Column("Attribute", "attribute", width=26, required=True), Column("Value", "value", "text", 80, required=True))

_NAMED = (Column("Dataset", "dataset", width=11, required=True), Column("Variable", "variable", width=14, required=True))
_TYPE = (
    Column("Data Type", "data_type", width=12, required=True),
    Column("Length", "length", "number", 8),
    Column("Significant Digits", "significant_digits", "number", 10),
    Column("Format", "display_format", width=10),
    Column("Mandatory", "mandatory", "yes", 11),
)
_ASSIGNED = Column("Assigned Value", "assigned_value", "text", 16)
_CODELIST = Column("Codelist", "codelist", width=16)
_ORIGIN = Column("Origin", "origin", "made", 13)
_FROM = (
    Column("Pages", "pages", "made", 14),
    Column("Method", "method", width=20),
    Column("Predecessor", "predecessor", "made", 18),
)
_NOTES = Column("Developer Notes", "developer_notes", "text", 30)
_LABEL = Column("Label", "label", "text", 34)
_COMMENT = Column("Comment", "comment", width=18)
_NO_DATA = Column("Has No Data", "has_no_data", "flag", 10)
_ORDER = Column("Order", "order", "number", 7)
_DOCUMENT = (Column("Document", "document", "made", 18), Column("Pages", "pages", "made", 14))
_ORIGIN_TEXT = _added("Origin Description", "origin_description", "made", 30)

_DATASETS = (
    Column("Dataset", "name", width=11, required=True),
    Column("Label", "label", "text", 34),
    Column("Class", "class_name", width=26),
    Column("SubClass", "subclass", width=18),
    Column("Structure", "structure", "text", 46),
    Column("Key Variables", "keys", "made", 40),
    Column("Standard", "standard", "made", 14),
    _NO_DATA,
    Column("Repeating", "repeating", "yes", 10),
    Column("Reference Data", "is_reference_data", "yes", 10),
    _COMMENT,
    _NOTES,
    _added("Purpose", "purpose"),
    _added("Domain", "domain"),
    _added("Domain Description", "domain_description", "text", 24),
    _added("File", "archive_location", "text"),
    _added("File Title", "archive_title", "text", 24),
    _added("SAS Name", "sas_name"),
)
_VARIABLES = (
    _ORDER, *_NAMED, _LABEL, *_TYPE, _ASSIGNED, _CODELIST,
    Column("Common", "common", width=9),
    _ORIGIN,
    Column("Source", "source", "made", 13),
    *_FROM,
    Column("Role", "role", width=20),
    _NO_DATA, _COMMENT, _NOTES,
    _added("Role Codelist", "role_codelist"),
    _added("Values Description", "values_description", "text", 24),
    _added("SAS Name", "sas_name"),
    _added("Non Standard", "is_non_standard", "flag"),
    _ORIGIN_TEXT,
)  # fmt: skip
_VALUES = (
    _ORDER, *_NAMED,
    Column("Where Clause", "where", "made", 40, required=True),
    _LABEL, *_TYPE, _ASSIGNED, _CODELIST, _ORIGIN,
    Column("Source", "source", "made", 13),
    *_FROM, _NO_DATA, _COMMENT, _NOTES,
    _added("Join Comment", "join", "made"),
    _added("Name", "name"),
    _added("Role", "role"),
    _added("Role Codelist", "role_codelist"),
    _added("SAS Name", "sas_name"),
    _added("Non Standard", "is_non_standard", "flag"),
    _added("Common", "common"),
    _ORIGIN_TEXT,
)  # fmt: skip
_CODELISTS = (
    Column("ID", "id", width=18, required=True),
    Column("Name", "name", "text", 34),
    Column("NCI Codelist Code", "nci_code", width=12),
    Column("Data Type", "data_type", width=11),
    Column("Terminology", "standard", "made", 18),
    _COMMENT,
    _ORDER,
    Column("Term", "term", "text", 34, required=True),
    Column("NCI Term Code", "term_code", width=12),
    Column("Decoded Value", "decode", "text", 40),
    _added("Extended Value", "is_extension"),
    _added("Rank", "rank"),
    _added("Term Description", "term_description", "text", 34),
    _added("Description", "description", "text", 34),
    _added("SAS Format", "sas_format"),
    _added("Non Standard", "stated_non_standard", "stated"),
)
_DICTIONARIES = (
    Column("ID", "id", width=18, required=True),
    Column("Name", "name", "text", 34),
    Column("Data Type", "data_type", width=11),
    Column("Dictionary", "dictionary", "text", 18),
    Column("Version", "dictionary_version", "text", 14),
    _added("Href", "dictionary_href", "text", 34),
    _added("Ref", "dictionary_ref", "text", 24),
    _added("Terminology", "standard", "made"),
    _added("Comment", "comment"),
    _added("Description", "description", "text", 34),
    _added("NCI Codelist Code", "nci_code"),
    _added("SAS Format", "sas_format"),
    _added("Non Standard", "stated_non_standard", "stated"),
)
_METHODS = (
    Column("ID", "id", width=24, required=True),
    Column("Name", "name", "text", 34),
    Column("Type", "type", width=13),
    Column("Description", "description", "text", 80),
    Column("Expression Context", "context", "made", 14),
    Column("Expression Code", "code", "made", 60),
    *_DOCUMENT,
)
_COMMENTS = (Column("ID", "id", width=24, required=True), Column("Description", "description", "text", 80), *_DOCUMENT)
_DOCUMENTS = (
    Column("ID", "id", width=20, required=True),
    Column("Title", "title", "text", 50),
    Column("Href", "href", "text", 50),
    _added("Annotated CRF", "is_annotated_crf"),
    _added("Listed", "is_listed"),
)
_DISPLAYS = (Column("ID", "id", width=18, required=True), Column("Title", "title", "text", 60), *_DOCUMENT, _added("Name", "name", "text"))
_RESULTS = (
    Column("Display", "display", width=18, required=True),
    Column("ID", "id", width=18, required=True),
    Column("Description", "description", "text", 50),
    Column("Variables", "variables", "made", 30),
    Column("Reason", "reason", width=24),
    Column("Purpose", "purpose", width=24),
    Column("Selection Criteria", "selection", "made", 46),
    Column("Join Comment", "join", width=18),
    Column("Documentation", "documentation", "text", 50),
    Column("Documentation Refs", "documentation_refs", "made", 18),
    Column("Programming Context", "context", "text", 14),
    Column("Programming Code", "code", "text", 60),
    Column("Programming Document", "document", "made", 18),
    Column("Pages", "pages", "made", 14),
    _added("Parameter", "parameter", "made"),
)
_STANDARDS = (
    Column("Name", "name", width=14, required=True),
    Column("Type", "type", width=7, required=True),
    Column("Version", "version", width=14, required=True),
    Column("Status", "status", width=12),
    Column("Publishing Set", "publishing_set", width=16),
    Column("Comment", "comment", width=18),
)

CURRENT = (
    Sheet("define", "Define", _ATTRIBUTE_COLUMNS, required=True),
    Sheet("standards", "Standards", _STANDARDS),  # ours: written only where the other sheets do not tell all standards
    Sheet("datasets", "Datasets", _DATASETS, required=True),
    Sheet("variables", "Variables", _VARIABLES, required=True),
    Sheet("values", "ValueLevel", _VALUES),
    Sheet("codelists", "Codelists", _CODELISTS),
    Sheet("dictionaries", "Dictionaries", _DICTIONARIES),
    Sheet("methods", "Methods", _METHODS),
    Sheet("comments", "Comments", _COMMENTS),
    Sheet("documents", "Documents", _DOCUMENTS),
    Sheet("displays", "Analysis Displays", _DISPLAYS),
    Sheet("results", "Analysis Results", _RESULTS),
)


_NOT_IN_LEGACY = ("assigned_value", "has_no_data", "developer_notes")


def _kept(columns: tuple[Column, ...], *left_out: str) -> tuple[Column, ...]:
    """The columns that the legacy layout shares with the current one."""
    return tuple(column for column in columns if not column.added and column.field not in left_out)


LEGACY = (
    Sheet("define", "Study", _ATTRIBUTE_COLUMNS, required=True),
    Sheet(
        "datasets",
        "Datasets",
        (
            Column("Dataset", "name", width=11, required=True),
            Column("Description", "label", "text", 34),
            Column("Class", "class_name", width=26),
            Column("Structure", "structure", "text", 46),
            Column("Purpose", "purpose", width=11),
            Column("Key Variables", "keys", "made", 40),
            Column("Repeating", "repeating", "yes", 10),
            Column("Reference Data", "is_reference_data", "yes", 10),
            _COMMENT,
        ),
        required=True,
    ),
    Sheet("variables", "Variables", _kept(_VARIABLES, "source", "common", *_NOT_IN_LEGACY), required=True),
    Sheet(
        "values",
        "ValueLevel",
        (
            *_kept(_VALUES, "label", "source", "comment", *_NOT_IN_LEGACY),
            Column("Value Level Comment", "comment", width=18),
            Column("Join Comment", "join", "made", 18),
        ),
    ),
    Sheet(
        "where",
        "WhereClauses",
        (
            Column("ID", "id", width=34, required=True),
            *_NAMED,
            Column("Comparator", "comparator", width=12, required=True),
            Column("Value", "value", "text", 40, required=True),
        ),
    ),
    Sheet("codelists", "Codelists", _kept(_CODELISTS, "standard", "comment")),
    Sheet("dictionaries", "Dictionaries", _kept(_DICTIONARIES)),
    Sheet("methods", "Methods", _METHODS),
    Sheet("comments", "Comments", _COMMENTS),
    Sheet("documents", "Documents", _kept(_DOCUMENTS)),
    Sheet("displays", "Analysis Displays", _kept(_DISPLAYS)),
    Sheet("results", "Analysis Results", _kept(_RESULTS, "selection")),
    Sheet(
        "criteria",
        "Analysis Criteria",
        (
            Column("Display", "display", width=18, required=True),
            Column("Result", "result", width=18, required=True),
            Column("Dataset", "dataset", width=11, required=True),
            Column("Where Clause", "where", "made", 34),
        ),
    ),
)
LAYOUTS: dict[Layout, tuple[Sheet, ...]] = {"current": CURRENT, "legacy": LEGACY}
# Sheets of either layout that are written even if they have no rows.
ALWAYS = ("define", "datasets", "variables", "values", "where", "codelists", "dictionaries", "methods", "comments", "documents")
