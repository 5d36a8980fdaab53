"""What agencies ask of XPT files: the rules as a table (`rules.yaml`), a function for each, and the check that runs them."""

from clintrail.conformance.agency.check import SUBJECTS, Checked, check_files, finder
from clintrail.conformance.agency.rule import AGENCIES, Agency, Demand, Rule, rules

__all__ = ["AGENCIES", "SUBJECTS", "Agency", "Checked", "Demand", "Rule", "check_files", "finder", "rules"]
