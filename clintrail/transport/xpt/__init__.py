"""SAS transport files: the format in which regulators take datasets (SAS technical note TS-140)."""

from clintrail.transport.xpt.members import XptMember
from clintrail.transport.xpt.reader import XptFile, open, read, read_all
from clintrail.transport.xpt.writer import write

__all__ = ["XptFile", "XptMember", "open", "read", "read_all", "write"]
