"""What we write, read by other libraries: equal, but for the faults that are listed; and each listed fault is still there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

for package in ("polars_readstat", "xport"):
    pytest.importorskip(package, reason=f"the package {package} (extra: test) is not installed")

from faults_of_others import FAULTS, READERS, Cells, Fault, cells  # noqa: E402

from clintrail.errors import Problems  # noqa: E402
from clintrail.transport import xpt  # noqa: E402
from clintrail.transport.dataset import Dataset, Variable  # noqa: E402
from clintrail.transport.missing import LETTERS, tagged  # noqa: E402

TEXTS = st.text(st.characters(exclude_categories=["Cs"], max_codepoint=0x2FFFF), max_size=40) | st.sampled_from(["", " ", "a", "a "])
SIZES = st.floats(min_value=16.0**-65, max_value=16.0**63, exclude_max=True)
NUMBERS = SIZES | SIZES.map(lambda x: -x) | st.integers(-(2**53), 2**53).map(float) | st.sampled_from(LETTERS).map(tagged)


@st.composite
def datasets(draw: st.DrawFn, longest_name: int, longest_label: int) -> Dataset:
    names = draw(st.lists(st.from_regex(rf"[A-Z_][A-Z0-9_]{{0,{longest_name - 1}}}", fullmatch=True), min_size=1, max_size=5, unique=True))
    rows = draw(st.integers(0, 8))
    variables, columns = [], {}
    for name in names:
        is_number = draw(st.booleans())
        values = draw(st.lists(st.none() | (NUMBERS if is_number else TEXTS), min_size=rows, max_size=rows))
        columns[name] = pa.array(values, pa.float64() if is_number else pa.string())
        label = draw(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=longest_label))
        variables.append(Variable(name, label, "Num" if is_number else "Char"))
    return Dataset("XX", "", tuple(variables), pa.table(columns))


def written(dataset: Dataset, path: Path, version: Any) -> Dataset:
    """As written; a dataset whose last record cannot be told from padding is left out, as it is refused."""
    try:
        return xpt.write(dataset, path, encoding="utf-8", version=version)
    except Problems as refused:
        assert all("readers take it for the padding" in problem.problem for problem in refused.problems)
        assume(False)
        raise


def ours(path: Path) -> Cells:
    return cells(xpt.read(path, special_missing=True).table)


def as_read_by(reader: str, version: int, held: Cells | None, dataset: Dataset) -> Cells | None:
    """Cells as a reader with its faults gives them; None where nothing can be compared."""
    for fault in FAULTS:
        if fault.reader == reader and version in fault.versions and fault.mend and held is not None:
            held = fault.mend(held, dataset)
    return held


@pytest.mark.parametrize("version", [5, 8])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_what_is_written_comes_back_by_every_reader(tmp_path: Path, version: int, data: st.DataObject) -> None:
    dataset = written(data.draw(datasets(8, 40) if version == 5 else datasets(32, 256)), tmp_path / "out.xpt", version)
    held = cells(dataset.table)
    assert ours(tmp_path / "out.xpt") == held
    assert xpt.read(tmp_path / "out.xpt").variables == dataset.variables
    for reader, read in READERS.items():
        expected = as_read_by(reader, version, held, dataset)
        if expected is not None and not (version == 8 and reader == "xport 2.0.2"):
            assert read(tmp_path / "out.xpt") == expected, reader


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.reader} {fault.words}")
def test_each_listed_fault_of_others_is_still_there(tmp_path: Path, fault: Fault) -> None:
    path = tmp_path / "out.xpt"
    fault.file(path)
    read = READERS[fault.reader]
    if fault.given is None:
        with pytest.raises(Exception):  # noqa: B017 - each has its own
            read(path)
    elif isinstance(fault.given, int):
        assert {len(values) for values in read(path).values()} == {fault.given}
    else:
        assert read(path) == fault.given
        try:
            assert ours(path) != fault.given
        except Problems as refused:
            assert "cut short" in str(refused)
    if fault.mend:
        dataset = xpt.read(path, special_missing=True)
        assert fault.mend(cells(dataset.table), dataset) == fault.given
