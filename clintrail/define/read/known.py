"""What the standard defines, element by element, as far as a document holds it: all else in a file cannot be kept, and is told.

Source: CDISC Define-XML Specification 1.0 (Case Report Tabulation Data Definition), 2.0 and 2.1; Analysis Results Metadata 1.0.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from lxml import etree

from clintrail.define.check.tree import NAMESPACES, Define, nearest_oid
from clintrail.errors import Problem, Severity

# Element -> attributes and children. Attributes of schemas and languages are read elsewhere or are no metadata.
_TEXT = ("", "")
_REFERS = ("", "def:DocumentRef")
KNOWN = {
    "ODM": (
        "ODMVersion FileType FileOID CreationDateTime AsOfDateTime Originator SourceSystem SourceSystemVersion def:Context",
        "Study",
    ),
    "Study": ("OID", "GlobalVariables MetaDataVersion"),
    "GlobalVariables": ("", "StudyName StudyDescription ProtocolName"),
    "StudyName": _TEXT,
    "StudyDescription": _TEXT,
    "ProtocolName": _TEXT,
    "MetaDataVersion": (
        "OID Name Description def:DefineVersion def:StandardName def:StandardVersion def:CommentOID",
        "def:Standards def:AnnotatedCRF def:SupplementalDoc def:ValueListDef def:WhereClauseDef ItemGroupDef ItemDef CodeList MethodDef "
        "def:CommentDef def:leaf arm:AnalysisResultDisplays",
    ),
    "def:Standards": ("", "def:Standard"),
    "def:Standard": ("OID Name Type PublishingSet Version Status def:CommentOID", ""),
    "def:AnnotatedCRF": _REFERS,
    "def:SupplementalDoc": _REFERS,
    "def:DocumentRef": ("leafID", "def:PDFPageRef"),
    "def:PDFPageRef": ("Type PageRefs FirstPage LastPage Title", ""),
    "def:ValueListDef": ("OID", "Description ItemRef"),
    "def:WhereClauseDef": ("OID def:CommentOID", "RangeCheck"),
    "def:WhereClauseRef": ("WhereClauseOID", ""),
    "RangeCheck": ("Comparator SoftHard def:ItemOID", "CheckValue"),
    "CheckValue": _TEXT,
    "ItemGroupDef": (
        "OID Name Repeating IsReferenceData SASDatasetName Domain Purpose def:Structure def:Class def:ArchiveLocationID def:StandardOID "
        "def:IsNonStandard def:HasNoData def:CommentOID",
        "Description ItemRef Alias def:Class def:leaf",
    ),
    "def:Class": ("Name", "def:SubClass"),
    "def:SubClass": ("Name ParentClass", ""),
    "ItemRef": (
        "ItemOID OrderNumber Mandatory KeySequence MethodOID Role RoleCodeListOID def:IsNonStandard def:HasNoData",
        "def:WhereClauseRef",
    ),
    "ItemDef": (
        "OID Name DataType Length SignificantDigits SASFieldName def:DisplayFormat def:CommentOID",
        "Description CodeListRef def:Origin def:ValueListRef",
    ),
    "CodeListRef": ("CodeListOID", ""),
    "def:ValueListRef": ("ValueListOID", ""),
    "def:Origin": ("Type Source", "Description def:DocumentRef"),
    "Description": ("", "TranslatedText"),
    "Decode": ("", "TranslatedText"),
    "TranslatedText": _TEXT,
    "CodeList": (
        "OID Name DataType SASFormatName def:StandardOID def:IsNonStandard def:CommentOID",
        "Description CodeListItem EnumeratedItem ExternalCodeList Alias",
    ),
    "CodeListItem": ("CodedValue OrderNumber Rank def:ExtendedValue", "Decode Alias Description"),
    "EnumeratedItem": ("CodedValue OrderNumber Rank def:ExtendedValue", "Alias Description"),
    "ExternalCodeList": ("Dictionary Version href ref", ""),
    "Alias": ("Name Context", ""),
    "MethodDef": ("OID Name Type", "Description FormalExpression def:DocumentRef"),
    "FormalExpression": ("Context", ""),
    "def:CommentDef": ("OID", "Description def:DocumentRef"),
    "def:leaf": ("ID xlink:href", "def:title"),
    "def:title": _TEXT,
    "arm:AnalysisResultDisplays": ("", "arm:ResultDisplay"),
    "arm:ResultDisplay": ("OID Name", "Description def:DocumentRef arm:AnalysisResult"),
    "arm:AnalysisResult": (
        "OID ParameterOID AnalysisReason AnalysisPurpose",
        "Description arm:AnalysisDatasets arm:Documentation arm:ProgrammingCode",
    ),
    "arm:AnalysisDatasets": ("def:CommentOID", "arm:AnalysisDataset"),
    "arm:AnalysisDataset": ("ItemGroupOID", "def:WhereClauseRef arm:AnalysisVariable"),
    "arm:AnalysisVariable": ("ItemOID", ""),
    "arm:Documentation": ("", "Description def:DocumentRef"),
    "arm:ProgrammingCode": ("Context", "arm:Code def:DocumentRef"),
    "arm:Code": _TEXT,
}

# What 1.0 has otherwise, and the draft of results metadata that was used with it.
KNOWN_1_0 = {
    **{name: KNOWN[name] for name in ("ODM", "Study", "GlobalVariables", "StudyName", "StudyDescription", "ProtocolName")},
    **{name: KNOWN[name] for name in ("def:AnnotatedCRF", "def:SupplementalDoc", "CodeListRef", "def:ValueListRef", "Decode")},
    **{name: KNOWN[name] for name in ("TranslatedText", "def:leaf", "def:title")},
    "MetaDataVersion": (
        "OID Name Description def:DefineVersion def:StandardName def:StandardVersion",
        "def:AnnotatedCRF def:SupplementalDoc def:leaf def:ComputationMethod def:ValueListDef ItemGroupDef ItemDef CodeList "
        "adamref:AnalysisResultDisplays",
    ),
    "def:DocumentRef": ("leafID", ""),
    "def:ComputationMethod": ("OID Name", ""),
    "def:ValueListDef": ("OID", "ItemRef"),
    "ItemGroupDef": (
        "OID Name Repeating IsReferenceData SASDatasetName Domain Purpose Comment def:Label def:Structure def:DomainKeys def:Class "
        "def:ArchiveLocationID",
        "ItemRef def:leaf",
    ),
    "ItemRef": ("ItemOID OrderNumber Mandatory KeySequence Role RoleCodeListOID", ""),
    "ItemDef": (
        "OID Name DataType Length SignificantDigits SASFieldName Origin Comment def:Label def:DisplayFormat def:ComputationMethodOID",
        "CodeListRef def:ValueListRef",
    ),
    "CodeList": ("OID Name DataType SASFormatName", "CodeListItem ExternalCodeList"),
    "CodeListItem": ("CodedValue def:Rank", "Decode"),
    "ExternalCodeList": ("Dictionary Version", ""),
    "adamref:AnalysisResultDisplays": ("", "adamref:ResultDisplay"),
    "adamref:ResultDisplay": ("OID DisplayIdentifier DisplayLabel leafID", "adamref:AnalysisResults"),
    "adamref:AnalysisResults": (
        "OID ResultIdentifier Reason",
        "adamref:ParameterList adamref:AnalysisVariable adamref:AnalysisDataset adamref:Documentation adamref:ProgrammingCode",
    ),
    "adamref:ParameterList": ("", "adamref:Parameter"),
    "adamref:Parameter": ("ParamCD Param", ""),
    "adamref:AnalysisVariable": ("ItemOID", ""),
    "adamref:AnalysisDataset": ("", "ItemGroupRef adamref:SelectionCriteria"),
    "ItemGroupRef": ("ItemGroupOID Mandatory", ""),
    "adamref:SelectionCriteria": ("", "def:ComputationMethod"),
    "adamref:Documentation": ("leafID", "TranslatedText"),
    "adamref:ProgrammingCode": ("leafID", "def:ComputationMethod"),
}

# What stands at most once in its parent; of more, the first is read.
_ONCE = {
    "Study", "GlobalVariables", "StudyName", "StudyDescription", "ProtocolName", "def:Class", "CodeListRef", "def:ValueListRef",
    "def:title", "ExternalCodeList", "arm:Documentation", "arm:ProgrammingCode", "arm:Code", "adamref:Documentation",
    "adamref:ProgrammingCode",
}  # fmt: skip

_PREFIXES = {namespace: prefix for prefix, namespaces in NAMESPACES.items() for namespace in namespaces}
_IGNORED = ("http://www.w3.org/2001/XMLSchema-instance", "http://www.w3.org/XML/1998/namespace")


def unknown_parts(define: Define) -> Iterator[Problem]:
    """A note for each kind of element or attribute that cannot be kept, at the first place where it stands."""
    known = {name: tuple(set(part.split()) for part in parts) for name, parts in (KNOWN_1_0 if define.version == "1.0" else KNOWN).items()}
    found: dict[str, list[etree._Element]] = {}

    def look(element: etree._Element, name: str) -> None:
        attributes, inside = known[name]
        seen: set[str] = set()
        for attribute in map(str, element.attrib):
            if not attribute.startswith(tuple(f"{{{namespace}}}" for namespace in _IGNORED)) and prefixed(attribute) not in attributes:
                found.setdefault(f"attribute {prefixed(attribute)} of {name}", []).append(element)
        for child in element.iterchildren(etree.Element):
            tag = str(child.tag)
            of_child = prefixed(tag) if tag.startswith("{") else f"{tag} without a namespace"
            if of_child in seen and (of_child in _ONCE or (name, of_child) == ("ItemGroupDef", "def:leaf")):
                found.setdefault(f"a second {of_child} in {name}", []).append(child)
            elif of_child in inside:
                look(child, of_child)
                seen.add(of_child)
            else:
                found.setdefault(f"{of_child} in {name}", []).append(child)

    look(define.root, "ODM")
    for what, places in found.items():
        more = f" ({len(places)} of them)" if len(places) > 1 else ""
        fix = "nothing to do, unless it is needed: it is not what Define-XML defines here"
        yield Problem(define.place(places[0]), nearest_oid(places[0]), f"{what} is not kept{more}", fix, Severity.NOTE)


@lru_cache
def prefixed(tag: str) -> str:
    """`{http://www.cdisc.org/ns/def/v2.1}Origin` -> `def:Origin`; elements of ODM have no prefix, strange namespaces stay."""
    namespace, _, local = tag.removeprefix("{").rpartition("}")
    prefix = _PREFIXES.get(namespace, "odm" if not namespace else None)
    return tag if prefix is None else local if prefix == "odm" else f"{prefix}:{local}"
