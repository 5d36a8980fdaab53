"""Headers of files that others write: several datasets, their own versions and systems, descriptors of VAX, short numbers."""

from __future__ import annotations

import itertools
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from clintrail.errors import Problems
from clintrail.transport import xpt
from clintrail.transport.dataset import Dataset, Variable
from clintrail.transport.missing import missing_names
from clintrail.transport.xpt import layout

AE = Dataset("AE", "Adverse Events", (Variable("AETERM"), Variable("AESEQ", type="Num")), pa.table({"AETERM": ["a", "b"], "AESEQ": [1, 2]}))
EMPTY = Dataset("CM", "", (Variable("CMTRT"),), pa.table({"CMTRT": pa.array([], pa.string())}))
VS = Dataset("VS", "Vital Signs", (Variable("VSTESTCD"),), pa.table({"VSTESTCD": ["TEMP", None, "PULSE"]}))


def joined(tmp_path: Path, *datasets: Dataset, version: Any = 5) -> Path:
    """A file of several datasets: the library's headers, and each dataset with its own."""
    pieces = []
    for number, dataset in enumerate(datasets):
        xpt.write(dataset, tmp_path / "one.xpt", version=version, created=datetime(2024, 1, 1 + number))
        pieces.append((tmp_path / "one.xpt").read_bytes())
    (tmp_path / "one.xpt").unlink()
    path = tmp_path / "several.xpt"
    path.write_bytes(pieces[0][:240] + b"".join(piece[240:] for piece in pieces))
    return path


@pytest.mark.parametrize("version", [5, 8])
def test_every_dataset_of_a_file_is_read(tmp_path: Path, version: int) -> None:
    path = joined(tmp_path, AE, EMPTY, VS, version=version)
    found = xpt.read_all(path)
    assert [(d.name, d.label, d.created, d.table.to_pydict()) for d in found] == [
        ("AE", "Adverse Events", datetime(2024, 1, 1), {"AETERM": ["a", "b"], "AESEQ": [1.0, 2.0]}),
        ("CM", "", datetime(2024, 1, 2), {"CMTRT": []}),
        ("VS", "Vital Signs", datetime(2024, 1, 3), {"VSTESTCD": ["TEMP", None, "PULSE"]}),
    ]
    assert xpt.read(path, member="vs").table.to_pydict() == {"VSTESTCD": ["TEMP", None, "PULSE"]}
    with xpt.open(path) as file:
        assert [(m.name, m.records, m.record_length, m.positions) for m in file.members] == [
            ("AE", 2, 9, (0, 1)),
            ("CM", 0, 1, (0,)),
            ("VS", 3, 5, (0,)),
        ]
        assert [batch.num_rows for name in ("AE", "CM", "VS") for batch in file.batches(name)] == [2, 3]


def test_which_dataset_is_meant_must_be_clear(tmp_path: Path) -> None:
    path = joined(tmp_path, AE, VS, AE)
    told = {None: ("more than one dataset", "name one: AE, VS, AE"), "AE": ("2 datasets of the file have this name", "read them all"),
            "DM": ("the file has no dataset of this name", "it has AE, VS, AE")}  # fmt: skip
    for member, (problem, fix) in told.items():
        with pytest.raises(Problems, match=problem) as refused:
            xpt.read(path, member=member)
        assert fix in refused.value.problems[0].fix


def test_text_that_looks_like_a_header_is_text(tmp_path: Path) -> None:
    looks = [layout.header("MEMBER", layout.MEMBER_NUMBERS), layout.header("LIBRARY"), layout.header("MEMBER"), layout.header("OBS")]
    texts = [look.decode().rstrip() for look in looks]
    assert there_and_back(tmp_path, texts) == texts
    # only both header records of a dataset, one after the other at places where headers stand, begin one
    both = [layout.header("MEMBER").decode().rstrip(), layout.header("DSCRPTR").decode().rstrip()]
    shifted = Dataset("XX", "", (Variable("A", length=8), Variable("X", length=80)), pa.table({"A": ["a"] * 2, "X": both}))
    xpt.write(shifted, tmp_path / "x.xpt")
    assert xpt.read(tmp_path / "x.xpt").table["X"].to_pylist() == both
    with pytest.raises(Problems, match="the headers are not those of an XPT v5 dataset|the file is cut short"):
        there_and_back(tmp_path, both)


def there_and_back(tmp_path: Path, texts: list[str]) -> list[str]:
    xpt.write(pa.table({"X": texts}), tmp_path / "x.xpt", variables=[Variable("X", length=80)])
    back: list[str] = xpt.read(tmp_path / "x.xpt").table["X"].to_pylist()
    return back


@pytest.mark.parametrize("place", [3, 30, 45, 80 + 3, 80 + 22, 80 + 47])
def test_damaged_headers_of_a_second_dataset_are_not_read_as_records(tmp_path: Path, place: int) -> None:
    path = joined(tmp_path, AE, VS)
    data = bytearray(path.read_bytes())
    data[data.rindex(b"HEADER RECORD*******MEMBER") + place] ^= 1
    path.write_bytes(data)
    with pytest.raises(Problems, match="the headers of one of its datasets are damaged"):
        xpt.read_all(path)


def test_headers_that_lost_some_bytes_are_not_read_as_records(tmp_path: Path) -> None:
    path = joined(tmp_path, AE, VS)
    data = path.read_bytes()
    at = data.rindex(b"HEADER RECORD*******DSCRPTR") + 46
    path.write_bytes(data[:at] + data[at + 1 :] + b" ")
    with pytest.raises(Problems, match="the headers of one of its datasets are damaged"):
        xpt.read_all(path)


def test_a_dataset_of_the_other_version_is_not_read_as_records(tmp_path: Path) -> None:
    xpt.write(AE, tmp_path / "5.xpt")
    xpt.write(VS, tmp_path / "8.xpt", version=8)
    library = 3 * layout.RECORD
    (tmp_path / "both.xpt").write_bytes((tmp_path / "5.xpt").read_bytes() + (tmp_path / "8.xpt").read_bytes()[library:])
    with pytest.raises(Problems, match="the headers of one of its datasets are damaged"):
        xpt.read_all(tmp_path / "both.xpt")


@pytest.mark.parametrize("name", [b"        ", b"AE\0TERM ", b"\0AETERM ", b"A\x01      ", b"A\xff      "])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: bytes) -> None:
    xpt.write(AE, tmp_path / "x.xpt")
    data = (tmp_path / "x.xpt").read_bytes()
    (tmp_path / "x.xpt").write_bytes(data.replace(b"AETERM  ", name))
    with pytest.raises(Problems, match="variable 1"):
        xpt.read(tmp_path / "x.xpt")


def test_a_dataset_far_into_the_file_is_found(tmp_path: Path) -> None:
    many = Dataset("AE", "", (Variable("X", length=80),), pa.table({"X": ["x"] * 40_000}))  # longer than what is looked through at once
    path = joined(tmp_path, many, many, VS)
    assert [d.table.num_rows for d in xpt.read_all(path)] == [40_000, 40_000, 3]


@pytest.mark.parametrize("version", [5, 8])
def test_a_file_of_several_datasets_cut_at_any_byte_is_refused(tmp_path: Path, version: int) -> None:
    wide = Dataset("XX", "", (Variable("X", "l" * 40, length=75),), pa.table({"X": ["a" * 70] * 2}))
    whole = joined(tmp_path, wide, wide, version=version).read_bytes()
    length = len(whole) - 240
    starts = [240 + length // 2, len(whole)]
    # no reader of version 5 can tell where whole records of 80 bytes, or whole datasets, are gone
    ends = {start - size for start, size in itertools.product(starts, (0, 160))} if version == 5 else {starts[0]}
    for size in range(1, len(whole)):
        (tmp_path / "cut.xpt").write_bytes(whole[:size])
        if size in ends:
            continue
        with pytest.raises(Problems, match="cut short"):
            xpt.read_all(tmp_path / "cut.xpt")


def test_a_header_states_version_system_and_both_times(tmp_path: Path) -> None:
    options: dict[str, Any] = {"created": datetime(1999, 12, 31), "modified": datetime(2001, 2, 3, 4, 5, 6), "sas_version": "8.2"}
    xpt.write(AE, tmp_path / "x.xpt", system="X64_10PR", **options)
    with xpt.open(tmp_path / "x.xpt") as file:
        member = file.members[0]
        for stated in (file, member):
            assert (stated.created, stated.modified) == (options["created"], options["modified"])
            assert (stated.sas_version, stated.system) == ("8.2", "X64_10PR")
    facts = {"version": "5", "sas_version": "8.2", "system": "X64_10PR", "modified": "2001-02-03T04:05:06"}
    assert xpt.read(tmp_path / "x.xpt").facts == facts


@pytest.mark.parametrize(("year", "digits"), [(1960, b"60"), (1999, b"99"), (2000, b"00"), (2059, b"59")])
def test_years_of_two_digits_begin_in_1960(tmp_path: Path, year: int, digits: bytes) -> None:
    xpt.write(AE, tmp_path / "x.xpt", created=datetime(year, 7, 8))
    assert b"08JUL" + digits in (tmp_path / "x.xpt").read_bytes()
    assert xpt.read(tmp_path / "x.xpt").created == datetime(year, 7, 8)


def test_short_descriptors_of_vax_are_read(tmp_path: Path) -> None:
    xpt.write(AE, tmp_path / "x.xpt")
    whole = (tmp_path / "x.xpt").read_bytes()
    namestrs = b"".join(whole[640 + 140 * number : 640 + 140 * number + 136] for number in range(2))
    head = whole[:240] + whole[240:314] + b"0136" + whole[318:640]
    (tmp_path / "vax.xpt").write_bytes(head + namestrs.ljust(320) + whole[whole.index(b"HEADER RECORD*******OBS") :])
    back = xpt.read(tmp_path / "vax.xpt")
    assert (back.variables, back.table.to_pydict()) == (xpt.read(tmp_path / "x.xpt").variables, {"AETERM": ["a", "b"], "AESEQ": [1.0, 2.0]})


@pytest.mark.parametrize("length", [2, 3, 4, 5, 6, 7, 8])
def test_numbers_of_fewer_bytes_are_read_and_their_missing_values(tmp_path: Path, length: int) -> None:
    patterns = ["4264800000000000", "C110000000000000", "2E00000000000000", "4100000000000000", "5F00000000000000", "0000000000000000"]
    cells = b"".join(bytes.fromhex(pattern)[:length] for pattern in patterns)
    xpt.write(pa.table({"X": ["?" * length] * len(patterns)}), tmp_path / "x.xpt")
    data = bytearray((tmp_path / "x.xpt").read_bytes())
    namestr = data.index(b"HEADER RECORD*******NAMESTR") + 80
    data[namestr : namestr + 2] = b"\0\1"
    records = data.index(b"HEADER RECORD*******OBS") + 80
    data[records : records + len(cells)] = cells
    (tmp_path / "x.xpt").write_bytes(data)
    first = 100.5 if length > 2 else 100.0
    assert xpt.read(tmp_path / "x.xpt").table["X"].to_pylist() == [first, -1.0, None, None, None, 0.0]
    special = xpt.read(tmp_path / "x.xpt", special_missing=True).table["X"]
    assert missing_names(special).to_pylist() == [None, None, None, ".A", "._", None]


def test_informats_are_kept(tmp_path: Path) -> None:
    variables = (Variable("X", type="Num", format="DATE9.", informat="DATE11."), Variable("Y", informat="$CHAR8."))
    xpt.write(Dataset("XX", "", variables, pa.table({"X": [1], "Y": ["a"]})), tmp_path / "x.xpt")
    assert [(v.format, v.informat) for v in xpt.read(tmp_path / "x.xpt").variables] == [("DATE9.", "DATE11."), ("", "$CHAR8.")]
    wrong = (Variable("X", type="Num", informat="$8."), Variable("Y", informat="8"))
    with pytest.raises(Problems) as refused:
        xpt.write(Dataset("XX", "", wrong, pa.table({"X": [1], "Y": ["a"]})), tmp_path / "x.xpt")
    assert [(p.subject, p.problem) for p in refused.value.problems] == [
        ("X", "$8. is an informat for text, the variable is Num"),
        ("Y", "'8' is not a SAS informat of XPT v5"),
    ]


@pytest.mark.parametrize("size", [b"0000009999", b"9999999999"])
def test_a_damaged_header_takes_no_memory_for_what_is_not_there(tmp_path: Path, size: bytes) -> None:
    xpt.write(AE, tmp_path / "x.xpt")
    data = (tmp_path / "x.xpt").read_bytes()
    (tmp_path / "x.xpt").write_bytes(data.replace(b"NAMESTR HEADER RECORD!!!!!!!0000000002", b"NAMESTR HEADER RECORD!!!!!!!" + size))
    with pytest.raises(Problems, match="the file is cut short"):
        xpt.read(tmp_path / "x.xpt")
