"""Random pairs of datasets, one being the other with edits, give what a loop over their records gives."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from naive import naive_compare

from clintrail.compare import Options, compare_datasets
from clintrail.transport.dataset import Dataset, Variable

TEXTS = st.sampled_from(["", " ", "a", "A", "a ", " a", "é", "longer text", "longer tex"]) | st.none()
NUMBERS = st.sampled_from([0.0, -0.0, 1.0, 1.0000001, 1.5, -2.0, 1e10, 1e-10]) | st.none()
KINDS = {"K1": TEXTS, "K2": NUMBERS, "T1": TEXTS, "T2": TEXTS, "N1": NUMBERS, "N2": NUMBERS}
RECORDS = st.lists(st.fixed_dictionaries(KINDS), max_size=12)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[str], list[str]]:
    """Records, the same with cells changed, records dropped, repeated, added and moved, and the variables of each side."""
    records = draw(RECORDS)
    edited = [dict(record) for record in records]
    for record in edited:
        for name in draw(st.sets(st.sampled_from([*KINDS]), max_size=2)):
            record[name] = draw(KINDS[name])
    kept = [record for record in edited if draw(st.integers(0, 5))]
    others = draw(st.lists(st.sampled_from(kept), max_size=2)) if kept else []
    others = [dict(record) for record in [*kept, *others, *draw(st.lists(st.fixed_dictionaries(KINDS), max_size=2))]]
    moved = draw(st.permutations(others)) if draw(st.booleans()) else others
    names_a = [name for name in KINDS if name.startswith("K") or draw(st.integers(0, 4))]
    names_b = draw(st.permutations([name for name in KINDS if name.startswith("K") or draw(st.integers(0, 4))]))
    return records, moved, names_a, list(names_b)


def chunked(values: list[Any], kind: pa.DataType, at: int) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values[:at], kind), pa.array(values[at:], kind)])


def dataset(records: list[dict[str, Any]], names: list[str], at: int) -> Dataset:
    """The records in two chunks."""
    kinds = {name: pa.string() if name in ("K1", "T1", "T2") else pa.float64() for name in names}
    columns = {name: chunked([record[name] for record in records], kind, at) for name, kind in kinds.items()}
    return Dataset("XX", "", tuple(Variable(n, type="Char" if kinds[n] == pa.string() else "Num") for n in names), pa.table(columns))


def frame(records: list[dict[str, Any]], names: list[str]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series([record[name] for record in records], dtype=object) for name in names})


TOLERANCES = st.sampled_from([0.0, 1e-6, 0.5])


@settings(deadline=None, max_examples=200)
@given(pairs(), st.sampled_from([["K1"], ["K2"], ["K1", "K2"]]), TOLERANCES, TOLERANCES, st.integers(0, 12))
def test_counts_and_examples_are_those_of_a_loop(pair: Any, by: list[str], absolute: float, relative: float, at: int) -> None:
    records_a, records_b, names_a, names_b = pair
    a, b = dataset(records_a, names_a, at), dataset(records_b, names_b, at // 2)
    found = compare_datasets(a, b, Options(tuple(by), absolute=absolute, relative=relative, examples=10**6))
    expected = naive_compare(frame(records_a, names_a), frame(records_b, names_b), by, absolute, relative)

    assert found.paired == len(expected.pairs)
    assert [number - 1 for number, _ in found.only_a.examples] == expected.only_a
    assert [number - 1 for number, _ in found.only_b.examples] == expected.only_b
    assert (found.only_a.count, found.only_b.count) == (len(expected.only_a), len(expected.only_b))
    assert (found.duplicates_a.keys, found.duplicates_b.keys) == (expected.repeated_a, expected.repeated_b)
    assert set(found.variables_only_a) == set(names_a) - set(names_b)
    assert {v.name for v in found.variables} == set(expected.differing)
    for variable in found.variables:
        differing = [(example.record_a - 1, example.record_b - 1) for example in variable.examples]
        assert (variable.differing, differing) == (len(expected.differing[variable.name]), expected.differing[variable.name])
        assert (variable.sizes.largest if variable.sizes else 0.0) == expected.largest[variable.name]
    assert found.differing_records == len({pair for pairs in expected.differing.values() for pair in pairs})


@settings(deadline=None, max_examples=50)
@given(RECORDS, st.sampled_from([["K1"], ["K1", "K2"], []]), st.integers(0, 12), st.integers(0, 12))
def test_a_dataset_is_equal_to_itself_however_it_is_cut_in_chunks(records: Any, by: list[str], at: int, other: int) -> None:
    a, b = (dataset(records, [*KINDS], place) for place in (at, other))
    found = compare_datasets(a, b, Options(tuple(by)))
    assert (found.different, found.only_a.count, found.only_b.count, found.paired) == ((), 0, 0, len(records))
