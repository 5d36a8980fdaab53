"""Checks of a define.xml: anybody's, not only ours."""
