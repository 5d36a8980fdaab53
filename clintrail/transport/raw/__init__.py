"""Files of data with the place of every record: raw exports as text, existing datasets with their types."""

from clintrail.transport.raw.csv import read_raw_csv
from clintrail.transport.raw.file import RawFile
from clintrail.transport.raw.table import read_table

__all__ = ["RawFile", "read_raw_csv", "read_table"]
