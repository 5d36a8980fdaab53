"""What is told of variables and datasets beside their values, and how severe it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pyarrow as pa
from two_datasets import compare, dataset

from clintrail.compare import DatasetComparison, Loaded, compare_datasets
from clintrail.transport.dataset import Dataset, Variable

BASE = Dataset(
    "ADXX", "A Dataset",
    (Variable("USUBJID", "Subject", "Char", 20), Variable("ADT", "Date", "Num", 8, "DATE9.", "DATE9.")),
    pa.table({"USUBJID": ["S1"], "ADT": [23435.0]}), datetime(2024, 3, 1),
)  # fmt: skip


def told(found: DatasetComparison) -> list[tuple[str, str, str, str, str]]:
    return [(one.variable, one.attribute, one.a, one.b, one.severity.name) for one in found.attributes]


def with_variable(at: int, **changed: Any) -> Dataset:
    variables = [*BASE.variables]
    variables[at] = replace(variables[at], **changed)
    return replace(BASE, variables=tuple(variables))


def test_label_length_format_and_informat_are_warnings() -> None:
    other = with_variable(1, label="Analysis Date", length=4, format="E8601DA10.", informat="")
    assert told(compare_datasets(BASE, other)) == [
        ("ADT", "length", "8", "4", "WARNING"),
        ("ADT", "label", "Date", "Analysis Date", "WARNING"),
        ("ADT", "format", "DATE9.", "E8601DA10.", "WARNING"),
        ("ADT", "informat", "DATE9.", "", "WARNING"),
    ]


def test_the_label_of_the_dataset_is_a_warning_its_name_a_note_and_its_time_nothing() -> None:
    other = replace(BASE, name="ADYY", label="Another", created=datetime(2025, 1, 1))
    assert told(compare_datasets(BASE, other)) == [("", "name", "ADXX", "ADYY", "NOTE"), ("", "label", "A Dataset", "Another", "WARNING")]


def test_formats_are_the_same_with_and_without_their_dot_and_in_any_case() -> None:
    assert told(compare_datasets(BASE, with_variable(1, format="date9"))) == []


def test_char_against_num_is_an_error_and_values_are_compared_as_numbers() -> None:
    found = compare("X#\n1\n2", "X\n1.0\n3")
    assert told(found) == [("X", "type", "Num", "Char", "ERROR")]
    assert [(e.a, e.b) for e in found.variables[0].examples] == [("2", "3")]


def test_names_that_differ_in_case_are_the_same_variable_with_a_note() -> None:
    found = compare("AGE#\n1", "Age#\n1")
    assert (told(found), found.variables_only_a) == ([("AGE", "spelling", "AGE", "Age", "NOTE")], ())


def test_another_order_of_variables_is_a_note() -> None:
    found = compare("A|B|C|D\n1|2|3|4", "A|X|C|B|D\n1|2|3|2|4")
    assert found.notes == ("variables stand in another order, from B on",)
    assert found.variables_only_b == ("X",)


def test_attributes_that_a_format_does_not_hold_are_not_compared() -> None:
    plain = Loaded(replace(BASE, variables=(Variable("USUBJID"), Variable("ADT")), label=""), stated=frozenset())
    assert told(compare_datasets(Loaded(BASE), plain)) == [("ADT", "kind", "date", "number", "WARNING")]


def test_a_date_beside_the_same_date_as_number_of_days_differs_in_kind_only() -> None:
    dates = Loaded(replace(BASE, table=BASE.table.set_column(1, "ADT", pa.array([23435 - 3653], pa.date32()))), stated=frozenset({"type"}))
    assert told(compare_datasets(BASE, dates)) == []
    found = compare_datasets(Loaded(with_variable(1, format="")), dates)
    assert (told(found), found.different) == ([("ADT", "kind", "number", "date", "WARNING")], ())


def test_where_formats_tell_a_date_from_a_number_nothing_else_does() -> None:
    assert told(compare_datasets(BASE, with_variable(1, format=""))) == [("ADT", "format", "DATE9.", "", "WARNING")]


def test_only_what_is_compared_has_attributes_told() -> None:
    other = with_variable(1, label="Other")
    assert told(compare("A|B#\n1|1", "A|B\n1|1", ignore=("B",))) == []
    assert told(compare_datasets(BASE, other)) != []
    assert told(compare_datasets(dataset("A\n1"), dataset("A\n1"))) == []
