"""CDISC's own open rules, as published, compiled to SQL over the data at hand."""

from clintrail.conformance.core.compile import compile_core
from clintrail.conformance.core.facts import facts_of_core
from clintrail.conformance.core.read import read_core_rules
from clintrail.conformance.core.rule import CoreRule

__all__ = ["CoreRule", "compile_core", "facts_of_core", "read_core_rules"]
