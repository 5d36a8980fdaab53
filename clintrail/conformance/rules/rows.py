"""What a rule checks each of, as SQL; and that a rule is not for the data at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clintrail.conformance.data.model import CheckedDataset

SUBJECT = ("USUBJID",)
PARENT = "parent"
# what a table about the data is called from the rows of another
NICKNAMES = {"guide": "guide_{}", "define": "define_{}"}


class NotForThis(Exception):
    """A rule is not for a dataset: it lacks a variable, or a dataset that the rule needs is not there."""


@dataclass(frozen=True)
class Rows:
    """What a rule checks each of: a table in SQL with its columns and types, its alias and what orders it (nothing: no order).

    `dataset` is the one whose records they are, or that they are about; `records` the table of the dataset's records, for aggregates.
    """

    source: str
    columns: Mapping[str, str]
    alias: str
    order: str
    dataset: CheckedDataset | None
    records: Rows | None = None
