"""What a check found, as text, as a page, as a workbook and as data."""

from clintrail.conformance.report.data import stream_json, write_json
from clintrail.conformance.report.page import write_page
from clintrail.conformance.report.text import as_text
from clintrail.conformance.report.workbook import write_workbook

__all__ = ["as_text", "stream_json", "write_json", "write_page", "write_workbook"]
