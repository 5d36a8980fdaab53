"""What is checked, as tables in DuckDB: the datasets themselves, and what files, guides, terminology, define and trail say of them."""

from clintrail.conformance.data.example import read_example
from clintrail.conformance.data.files import load_folder
from clintrail.conformance.data.model import CheckedDataset, Data, Kind

__all__ = ["CheckedDataset", "Data", "Kind", "load_folder", "read_example"]
