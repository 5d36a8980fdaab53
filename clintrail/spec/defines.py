"""Readers of what stands in a define.xml beside its datasets: code lists, and what the define says of itself."""

from __future__ import annotations

from pathlib import Path

from clintrail.spec.documents import comments, documents, methods
from clintrail.spec.model import CodelistSpec, DefineSpec
from clintrail.spec.parts import Reader
from clintrail.spec.tables import tables
from clintrail.spec.yaml_text import Mapping, Node, Scalar, Sequence

KINDS = ("sdtm", "adam")
# What a define.xml says of a code list beside its name and terms, as typed.
CODELIST_FACTS = ("code", "data_type", "standard", "comment", "description", "href", "ref", "sas_format", "non_standard")
# The columns of a table of terms beside the term and its decode.
TERM_FACTS = ("code", "order", "rank", "extended", "description")
_CODELIST = ("name", "extends", "terms", "dictionary", "version", *CODELIST_FACTS)
# What a define.xml says of itself, where it is not what follows from the study.
DEFINE_FACTS = (
    "study", "title", "protocol", "oid", "name", "description", "created", "as_of", "comment", "originator", "source_system",
    "source_system_version", "context", "define_version", "language",
)  # fmt: skip
STANDARD_FACTS = ("name", "type", "version", "status", "publishing_set", "comment")


def define_specs(reader: Reader, node: Node | None, folder: Path, shown: str) -> dict[str, DefineSpec]:
    """`define:` of a study: by kind of dataset, what its define.xml says and what is declared for it alone."""
    found: dict[str, DefineSpec] = {}
    for key, value in reader.mapping(node, "define"):
        if key.text not in KINDS or not isinstance(value, Mapping):
            reader.problem(key.place, "define", f"'{key.text}' is no kind of datasets", "write define: {sdtm: {...}, adam: {...}}")
            continue
        reader.known_keys(value, (*DEFINE_FACTS, "standards", "datasets", "codelists", "methods", "comments", "documents"), key.text)
        found[key.text] = DefineSpec(
            key.place,
            {k: reader.said(value.get(k), k, "") for k in DEFINE_FACTS if value.get(k) is not None},
            _listed(reader, value.get("standards"), "standards", STANDARD_FACTS),
            reader.listed(value.get("datasets"), "datasets"),
            codelists(reader, value.get("codelists"), folder, shown),
            methods(reader, value.get("methods")),
            comments(reader, value.get("comments")),
            documents(reader, value.get("documents")),
        )
    return found


def codelists(reader: Reader, node: Node | None, folder: Path, shown: str) -> dict[str, CodelistSpec]:
    """`codelists:` of a study. Terms are drawn as a table, in a CSV file, or in a list of `{term: ..., decode: ...}`."""
    found: dict[str, CodelistSpec] = {}
    for key, value in reader.mapping(node, "codelists"):
        fields = value if isinstance(value, Mapping) else Mapping(((key, value),), value.place)
        terms_node = fields.get("terms") if isinstance(value, Mapping) else value
        if isinstance(value, Mapping):
            reader.known_keys(value, _CODELIST, key.text)
        rows = _terms(reader, key.text, terms_node, folder, shown)
        further = tuple({k: v for k, v in row.items() if k not in ("term", "decode")} for row in rows)
        terms = tuple((row["term"], row.get("decode")) for row in rows)
        facts = {k: v for k in CODELIST_FACTS if isinstance(value, Mapping) and (v := reader.text(fields.get(k), k))}
        title = reader.said(fields.get("name") if isinstance(value, Mapping) else None, key.text, key.text)
        extends, dictionary, version = (
            reader.text(fields.get(k), k) if isinstance(value, Mapping) else None for k in ("extends", "dictionary", "version")
        )
        if not terms and not dictionary:
            reader.drafted(value.place, key.text, "the code list has no terms", "draw a table: term => decode")
        found[key.text] = CodelistSpec(key.text, title, extends, terms, key.place, dictionary, version, facts, further)
    return found


def _terms(reader: Reader, name: str, node: Node | None, folder: Path, shown: str) -> list[dict[str, str]]:
    """The terms as mappings: `term`, `decode` and what else is said of them."""
    if node is None:
        return []
    if isinstance(node, Sequence):
        known = ("term", "decode", *TERM_FACTS)
        return [{"term": "", **{k: v for k, v in row.items() if v}} for row in _listed(reader, node, name, known)]
    table = tables(reader, Mapping(((Scalar(name, node.place), node),), node.place), folder, shown).get(name)
    if table is None:
        return []
    # The first column is the term. The next is its decode, however it is called, unless it is one of the facts.
    heads = ["term", *(c if i > 1 or c in TERM_FACTS else "decode" for i, c in enumerate(table.columns[1:], 1))]
    if "decode" in table.columns:
        heads = ["term", *table.columns[1:]]
    return [{"term": row[0] or "", **{h: cell for h, cell in zip(heads[1:], row[1:], strict=True) if cell}} for row in table.rows]


def _listed(reader: Reader, node: Node | None, subject: str, known: tuple[str, ...]) -> tuple[dict[str, str], ...]:
    """A list of mappings, as typed."""
    if node is None:
        return ()
    if not isinstance(node, Sequence):
        reader.problem(node.place, subject, "must be a list", f"begin each entry with '- {known[0]}:'")
        return ()
    found = []
    for item in node.items:
        if isinstance(item, Mapping):
            reader.known_keys(item, known, subject)
            found.append({key.text: reader.text(value, key.text) or "" for key, value in item.entries})
        else:
            reader.problem(item.place, subject, "an entry is a mapping", f"write - {known[0]}: ...")
    return tuple(found)
