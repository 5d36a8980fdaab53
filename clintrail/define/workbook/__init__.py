"""Specification workbooks in the layouts of Pinnacle 21: written from define documents, and read into them."""
