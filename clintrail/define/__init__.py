"""define.xml: its model, its writers and readers, the page for readers, the workbook, the checks."""
