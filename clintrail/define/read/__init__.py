"""Reads define.xml 1.0, 2.0 and 2.1 of anybody's making into a `DefineDocument`."""
