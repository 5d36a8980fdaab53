"""What several things of a define.xml 2.0 or 2.1 share: documents, comments, methods, standards and code lists."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from clintrail.define import oids
from clintrail.define.check.tree import children, get, local_name
from clintrail.define.model import CodeList, Comment, Document, DocumentRef, FormalExpression, Method, Standard, Term
from clintrail.define.read.source import Element, Source, child_text, text_of
from clintrail.define.versions import standard_2_1

CODE_TYPES = ("text", "integer", "float")
METHOD_TYPES = ("Computation", "Imputation")
PAGE_TYPES = ("PhysicalRef", "NamedDestination")


def documents(source: Source) -> tuple[Document, ...]:
    """The leaves that are no datasets, and whether they are listed as annotated CRF or supplement."""
    listed = {
        kind: {get(ref, "leafID"): ref for part in source.define.all(kind) for ref in children(part, "def:DocumentRef")}
        for kind in ("def:AnnotatedCRF", "def:SupplementalDoc")
    }
    found = []
    for leaf in (leaf for version in source.define.all("MetaDataVersion") for leaf in children(version, "def:leaf")):
        oid = get(leaf, "ID")
        in_crf, in_supplement = (oid in refs for refs in listed.values())
        if in_crf and in_supplement:
            source.warning(leaf, "both annotated CRF and supplemental document; read as annotated CRF", "list it once")
        address = source.address(leaf, get(leaf, "xlink:href"))
        found.append(Document(source.new_id(oids.document, oid), child_text(leaf, "def:title"), address, in_crf, in_crf or in_supplement))
    for kind, refs in listed.items():
        for oid, ref in refs.items():
            if not source.check_ref(ref, "leafID"):
                found.append(Document(source.id(oids.document, oid), "", "", kind == "def:AnnotatedCRF"))
    return tuple(found)


def document_refs(source: Source, element: Element) -> tuple[DocumentRef, ...]:
    """The documents that an element refers to; each place in them is a reference of its own."""
    found: list[DocumentRef] = []
    for ref in children(element, "def:DocumentRef"):
        document = source.ref(ref, "leafID", oids.document)
        places = children(ref, "def:PDFPageRef")
        found += [_place(source, document, place) for place in places] or [DocumentRef(document)]
    return tuple(found)


def _place(source: Source, document: str, place: Element) -> DocumentRef:
    page_type: Any = source.one_of(place, "Type", PAGE_TYPES)
    pages = tuple(int(page) if _is_page(page) else page for page in get(place, "PageRefs").split())
    first, last = source.integer(place, "FirstPage"), source.integer(place, "LastPage")
    if page_type == "PhysicalRef" and any(isinstance(page, str) for page in pages):
        source.warning(place, f"pages that are no numbers: {get(place, 'PageRefs')}", 'write PageRefs="7 9", or FirstPage and LastPage')
    if (first is None) != (last is None):
        source.error(place, "a range of pages needs a first and a last page", "give FirstPage and LastPage")
    elif not pages and first is None:
        source.error(place, "a page reference without pages is not kept", "give PageRefs, or FirstPage and LastPage")
    return DocumentRef(document, pages, first, last, page_type or "PhysicalRef", get(place, "Title"))


def _is_page(text: str) -> bool:
    """Whether a page is a number and is written back as it is."""
    return len(text) < 10 and text.isascii() and text.isdecimal() and str(int(text)) == text


def comments(source: Source) -> tuple[Comment, ...]:
    """The comments, those that nothing has included."""
    return tuple(
        Comment(source.new_id(oids.comment, get(comment, "OID")), source.described(comment), document_refs(source, comment))
        for comment in source.define.all("def:CommentDef")
    )


def methods(source: Source) -> tuple[Method, ...]:
    """The methods, those that nothing refers to included."""
    found = []
    for method in source.define.all("MethodDef"):
        type_: Any = source.one_of(method, "Type", METHOD_TYPES)
        expressions = tuple(FormalExpression(get(code, "Context"), text_of(code)) for code in children(method, "FormalExpression"))
        found.append(
            Method(
                id=source.new_id(oids.method, get(method, "OID")),
                name=get(method, "Name"),
                description=source.described(method),
                type=type_ or "Computation",
                expressions=expressions,
                documents=document_refs(source, method),
            )
        )
    return tuple(found)


def standards(source: Source) -> dict[str, Standard]:
    """The standards by OID; of a document before 2.1 the one that it follows, under an empty OID."""
    if source.define.version != "2.1":
        version = next(source.define.all("MetaDataVersion"))
        name, number = get(version, "def:StandardName"), get(version, "def:StandardVersion")
        return {"": Standard(standard_2_1(name), "IG", number)} if name else {}
    found: dict[str, Standard] = {}
    for element in source.define.all("def:Standard"):
        type_: Any = source.one_of(element, "Type", ("IG", "CT"))
        standard = Standard(
            get(element, "Name"),
            type_,
            get(element, "Version"),
            get(element, "Status"),
            get(element, "PublishingSet"),
            source.ref(element, "def:CommentOID", oids.comment),
        )
        found.setdefault(get(element, "OID"), standard)
        if not source.state(oids.standard(standard), get(element, "OID")):
            source.warning(element, "another standard of this name and version; its OID is not kept", "define it once")
    return found


def standard_of(source: Source, element: Element, known: dict[str, Standard]) -> Standard | None:
    """The standard of a dataset or code list. Before 2.1, what is said of all holds for datasets, and of code lists nothing is said."""
    if source.define.version != "2.1":
        return known.get("") if local_name(element) == "ItemGroupDef" else None
    oid = get(element, "def:StandardOID")
    if oid and source.check_ref(element, "def:StandardOID") and source.yes(element, "def:IsNonStandard"):
        source.error(element, "of a standard, and not", "keep def:StandardOID or def:IsNonStandard")
    return known.get(oid)


def codelists(source: Source, known: dict[str, Standard]) -> tuple[CodeList, ...]:
    """The code lists and dictionaries, those that nothing refers to included."""
    return tuple(_codelist(source, element, known) for element in source.define.all("CodeList"))


def _codelist(source: Source, element: Element, known: dict[str, Standard]) -> CodeList:
    data_type: Any = source.one_of(element, "DataType", CODE_TYPES)
    terms = [_term(source, term) for term in children(element, "CodeListItem", "EnumeratedItem")]
    if children(element, "CodeListItem") and children(element, "EnumeratedItem"):
        source.error(element, "both decoded and enumerated items", "decode all of them or none")
    dictionary = next(iter(children(element, "ExternalCodeList")), None)
    codelist = CodeList(
        id=source.new_id(oids.codelist, get(element, "OID")),
        name=get(element, "Name"),
        data_type=data_type or "text",
        nci_code=nci_code(source, element),
        terms=tuple(terms),
        standard=standard_of(source, element, known),
        dictionary=get(dictionary, "Dictionary") if dictionary is not None else "",
        dictionary_version=get(dictionary, "Version") if dictionary is not None else "",
        dictionary_href=source.address(dictionary, get(dictionary, "href")) if dictionary is not None else "",
        dictionary_ref=get(dictionary, "ref") if dictionary is not None else "",
        description=source.described(element),
        comment=source.ref(element, "def:CommentOID", oids.comment),
        sas_format=get(element, "SASFormatName"),
    )
    said = source.yes(element, "def:IsNonStandard")
    return codelist if source.define.version != "2.1" or said == codelist.is_non_standard else replace(codelist, stated_non_standard=said)


def _term(source: Source, element: Element) -> Term:
    decode = source.described(element, "Decode")
    if local_name(element) == "CodeListItem" and not decode:
        source.warning(element, f"no decode of {get(element, 'CodedValue')}", "write a Decode, or use EnumeratedItem")
    return Term(
        value=get(element, "CodedValue"),
        decode=decode,
        nci_code=nci_code(source, element),
        order=source.integer(element, "OrderNumber"),
        is_extension=source.yes(element, "def:ExtendedValue"),
        description=source.described(element),
        rank=get(element, "Rank") or get(element, "def:Rank"),
    )


def nci_code(source: Source, element: Element) -> str:
    """The code that NCI gave to a code list or term; aliases of other contexts cannot be kept."""
    code = ""
    for alias in children(element, "Alias"):
        if get(alias, "Context") == "nci:ExtCodeID" and not code:
            code = get(alias, "Name")
        else:
            source.note(alias, f"an alias of context {get(alias, 'Context')} is not kept")
    return code
