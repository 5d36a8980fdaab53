"""SAS transport files, version 5: the format in which regulators take datasets (SAS technical note TS-140)."""

from clintrail.transport.xpt_format import XptDataset, XptVariable
from clintrail.transport.xpt_read import read_xpt
from clintrail.transport.xpt_write import write_xpt

__all__ = ["XptDataset", "XptVariable", "read_xpt", "write_xpt"]
