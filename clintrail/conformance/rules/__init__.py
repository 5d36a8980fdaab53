"""Rules as folders: what a rule is, how it is read, compiled to SQL over the data, run, and shown by its examples."""

from clintrail.conformance.rules.compile import compile_rules
from clintrail.conformance.rules.read import read_rules, shipped_rules
from clintrail.conformance.rules.rule import Query, Rule, Scope, Skipped

__all__ = ["Query", "Rule", "Scope", "Skipped", "compile_rules", "read_rules", "shipped_rules"]
