"""define.xml 2.1: its model, the writer, the page for readers and the checks."""
