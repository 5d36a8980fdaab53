"""SAS transport files: the format in which regulators take datasets (SAS technical note TS-140)."""

from clintrail.transport.xpt.reader import read
from clintrail.transport.xpt.writer import write

__all__ = ["read", "write"]
