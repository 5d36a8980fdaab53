"""Dataset-JSON 1.1, CDISC's format for datasets: JSON, NDJSON (a line a record) and DSJC (NDJSON compressed by zlib).

Sources: CDISC Dataset-JSON Specification 1.1 (2024), CDISC Compressed Dataset-JSON Specification 1.1 (2025).
"""

from clintrail.transport.dataset_json.reader import DatasetJson, open, read
from clintrail.transport.dataset_json.writer import write

__all__ = ["DatasetJson", "open", "read", "write"]
