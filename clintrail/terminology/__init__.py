"""CDISC controlled terminology: code lists with their NCI codes, by version, shipped or imported."""

from clintrail.terminology.codelists import Codelist, Package, Term, Terminology
from clintrail.terminology.imports import Imported, import_terminology
from clintrail.terminology.store import available_packages, default_store, load_codelists

__all__ = [
    "Codelist",
    "Imported",
    "Package",
    "Term",
    "Terminology",
    "available_packages",
    "default_store",
    "import_terminology",
    "load_codelists",
]
