"""What the implementation guides say: datasets, variables, order, labels, types, roles, core and code lists.

The facts stand in `sdtm/tables/*.csv` and `adam/tables/*.csv`; this package reads them once and answers questions.
"""

from clintrail.standards.adam import adam_dataset, adam_variable
from clintrail.standards.info import Core, DatasetInfo, VariableInfo, VarType, variable_order
from clintrail.standards.sdtm import sdtm_dataset, sdtm_dataset_names, sdtm_not_allowed

__all__ = [
    "Core",
    "DatasetInfo",
    "VarType",
    "VariableInfo",
    "adam_dataset",
    "adam_variable",
    "sdtm_dataset",
    "sdtm_dataset_names",
    "sdtm_not_allowed",
    "variable_order",
]
