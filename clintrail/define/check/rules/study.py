"""Rules for the file, the study and the standards that it follows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clintrail.define.check.rule import Finding, rule
from clintrail.define.check.tree import Define, children, get, local_name
from clintrail.errors import Severity

ODM_VERSION = "1.3.2"
STATUSES = ("Draft", "Final", "Provisional")
# The short names of standards in Define-XML 2.0; Pinnacle 21 writes the others.
NAMES_2_0 = ("SDTM-IG", "SEND-IG", "ADaM-IG", "CDISC SDTM", "CDISC SEND", "CDISC ADaM", "SDTMIG", "SENDIG", "ADaMIG")
_CT_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}")
_IG_VERSION = re.compile(r"\d+(\.\d+)*.*")


@rule(Severity.ERROR, "Define-XML 2.1, ODM; CDISC conformance rules 7, 8")
def file_is_a_snapshot(define: Define) -> Iterator[Finding]:
    """The file says that it is a Snapshot in ODM 1.3.2."""
    for attribute, wanted in (("FileType", "Snapshot"), ("ODMVersion", ODM_VERSION)):
        if (stated := get(define.root, attribute)) != wanted:
            what = f"{attribute} is {stated}" if stated else f"no {attribute}"
            yield Finding(define.root, what, f'write {attribute}="{wanted}"', get(define.root, "FileOID"))


@rule(Severity.ERROR, "Define-XML 2.1, 5.3.5: MetaDataVersion; CDISC conformance rules 10, 24, 25")
def study_is_one(define: Define) -> Iterator[Finding]:
    """The file is of one study and has one MetaDataVersion."""
    for name in ("Study", "MetaDataVersion"):
        if (count := len(list(define.all(name)))) != 1:
            yield Finding(define.root, f"{count} elements {name}", "write one file a study", get(define.root, "FileOID"))


@rule(Severity.ERROR, "Define-XML 2.1, GlobalVariables; CDISC conformance rules 18, 20, 22")
def study_is_told(define: Define) -> Iterator[Finding]:
    """Name and description of the study and the name of its protocol are not blank."""
    for element in define.all("GlobalVariables"):
        for child in children(element, "StudyName", "StudyDescription", "ProtocolName"):
            if not (child.text or "").strip():
                yield Finding(child, f"{local_name(child)} is blank", "say it")


@rule(Severity.ERROR, "Define-XML 2.1, 5.3.6: def:Standards; CDISC conformance rules 31, 258", ("2.1",))
def guide_is_named(define: Define) -> Iterator[Finding]:
    """A define.xml for a submission names the implementation guide that its datasets follow."""
    if get(define.root, "def:Context") == "Submission":
        for version in define.all("MetaDataVersion"):
            if not any(get(standard, "Type") == "IG" for standard in define.all("def:Standard")):
                yield Finding(version, "no standard of type IG", "name the implementation guide, such as SDTMIG or ADaMIG")


@rule(Severity.ERROR, "Define-XML 2.1, 5.3.6.1: PublishingSet; CDISC conformance rule 35", ("2.1",))
def terminology_has_publishing_set(define: Define) -> Iterator[Finding]:
    """A standard of type CT, and no other, names its publishing set."""
    for standard in define.all("def:Standard"):
        if (get(standard, "Type") == "CT") != bool(get(standard, "PublishingSet")):
            fix = "state it for type CT (SDTM, ADaM), leave it out for IG"
            yield Finding(standard, "terminology, and nothing else, has a PublishingSet", fix)


@rule(Severity.ERROR, "Define-XML 2.1, 5.3.6.1: def:Standard", ("2.1",))
def terminology_is_of_cdisc(define: Define) -> Iterator[Finding]:
    """A standard of type CT, and no other, is called CDISC/NCI."""
    for standard in define.all("def:Standard"):
        if (get(standard, "Type") == "CT") != (get(standard, "Name") == "CDISC/NCI"):
            yield Finding(standard, f"type {get(standard, 'Type')} is called {get(standard, 'Name')}", "CDISC/NCI is the name for type CT")


@rule(Severity.WARNING, "Define-XML 2.1, 5.3.6.1: Version", ("2.1",))
def standard_version_is_one(define: Define) -> Iterator[Finding]:
    """Terminology has the date of its package as version, a guide a number."""
    for standard in define.all("def:Standard"):
        is_ct = get(standard, "Type") == "CT"
        if not (_CT_VERSION if is_ct else _IG_VERSION).fullmatch(get(standard, "Version")):
            fix = "write the date of the package, such as 2025-03-28" if is_ct else "write a number, such as 3.4"
            yield Finding(standard, f"version {get(standard, 'Version')}", fix)


@rule(Severity.ERROR, "Define-XML 2.1, 5.3.6.1: Status; CDISC conformance rule 264", ("2.1",))
def standard_status_is_a_term(define: Define) -> Iterator[Finding]:
    """The status of a standard is Draft, Final or Provisional."""
    for standard in define.all("def:Standard"):
        if (status := get(standard, "Status")) and status not in STATUSES:
            yield Finding(standard, f"status {status}", f"write one of {', '.join(STATUSES)}")


@rule(Severity.WARNING, "Define-XML 2.1, 5.3.6.1: def:Standard", ("2.1",))
def standards_are_different(define: Define) -> Iterator[Finding]:
    """No standard is named twice in the same version."""
    seen: set[tuple[str, ...]] = set()
    for standard in define.all("def:Standard"):
        facts = tuple(get(standard, name) for name in ("Name", "Type", "PublishingSet", "Version"))
        if facts in seen:
            yield Finding(standard, "this standard is named twice", "keep one, and refer to that")
        seen.add(facts)


@rule(Severity.WARNING, "Define-XML 2.0, MetaDataVersion: def:StandardName", ("2.0",))
def standard_name_is_known(define: Define) -> Iterator[Finding]:
    """The file names the standard that it follows in the words of Define-XML 2.0."""
    for version in define.all("MetaDataVersion"):
        if (name := get(version, "def:StandardName")) not in NAMES_2_0:
            yield Finding(version, f"def:StandardName is {name}", "write SDTM-IG, SEND-IG or ADaM-IG")
