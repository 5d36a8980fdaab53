"""Two datasets or two packages compared: the tool of double programming, as PROC COMPARE is in SAS."""

from clintrail.compare.datasets import compare_datasets
from clintrail.compare.load import Loaded
from clintrail.compare.model import Comparison, DatasetComparison, Options
from clintrail.compare.paths import compare_paths

__all__ = ["Comparison", "DatasetComparison", "Loaded", "Options", "compare_datasets", "compare_paths"]
