"""What must hold for the definitions of a define.xml beyond its schema and its references, by subject.

Source: CDISC Define-XML Specification 2.1 and 2.0, the rules given with each element and attribute; CDISC Define-XML conformance
rules 2.1; Analysis Results Metadata 1.0.
"""

from clintrail.define.check import references
from clintrail.define.check.rule import rules_of
from clintrail.define.check.rules import analyses, codelists, datasets, documents, origins, study, values, variables

# The modules of rules that need the define.xml alone; those that need data are in `data`.
DOCUMENT_SUBJECTS = (references, study, datasets, variables, codelists, origins, values, documents, analyses)
RULES = rules_of(*DOCUMENT_SUBJECTS)
