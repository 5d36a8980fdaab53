"""Raw data in workbooks (.xlsx, .xlsm): every cell as text, and everything that makes a sheet doubtful told by cell."""

from clintrail.transport.raw.xlsx.workbook import Workbook, open_workbook, read_raw_xlsx

__all__ = ["Workbook", "open_workbook", "read_raw_xlsx"]
