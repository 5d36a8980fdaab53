"""Files of data with the place of every record: raw exports as text, existing datasets with their types."""

from clintrail.transport.raw.csv import read_raw_csv, read_raw_csv_batches
from clintrail.transport.raw.file import RawFile
from clintrail.transport.raw.read import RawOptions, read_raw, read_raw_forms
from clintrail.transport.raw.table import read_table

__all__ = ["RawFile", "RawOptions", "read_raw", "read_raw_csv", "read_raw_csv_batches", "read_raw_forms", "read_table"]
