"""Raw CSV is text exactly as it stands, or is refused with the place of everything that is doubtful."""

from __future__ import annotations

import csv
import hashlib
import io
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from clintrail.errors import Problems
from clintrail.transport.raw import RawFile, read_raw_csv, read_raw_csv_batches
from clintrail.transport.raw import csv as raw_csv

ANY_FILE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)


def raw(tmp_path: Path, text: str | bytes, **options: str) -> RawFile:
    path = tmp_path / "ae.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_raw_csv(path, **options)


def cells(file: RawFile) -> list[tuple[str | None, ...]]:
    return [tuple(row[name] for name in file.columns) for row in file.table.to_pylist()]


def problems_of(tmp_path: Path, text: str | bytes, **options: str) -> list[str]:
    """`line subject: problem`, the line left out where it is the whole file."""
    with pytest.raises(Problems) as caught:
        raw(tmp_path, text, **options)
    assert all(problem.place.path == str(tmp_path / "ae.csv") and problem.fix for problem in caught.value.problems)
    return [f"{p.place.line or ''} {p.subject}: {p.problem}".strip(" :") for p in caught.value.problems]


@pytest.fixture(params=[16, 4 << 20])
def block_bytes(request: pytest.FixtureRequest) -> Iterator[int]:
    """Blocks far smaller than a record too, since files are cut into blocks at places that must not matter."""
    with patch.object(raw_csv, "_BLOCK_BYTES", request.param):
        yield request.param


# what is read


def test_values_are_untouched_and_blank_ones_null(tmp_path: Path) -> None:
    file = raw(tmp_path, 'SUBJ,TERM,NOTE\n01, Headache  ,NA\n02,"  "," a, b "\n03,\t,"say ""no"""\n04,\u00a0,null\n')
    assert file.columns == ("SUBJ", "TERM", "NOTE")
    assert {str(field.type) for field in file.table.schema} == {"string"}
    assert cells(file) == [("01", " Headache  ", "NA"), ("02", None, " a, b "), ("03", None, 'say "no"'), ("04", None, "null")]


def test_a_file_knows_its_digest_and_the_place_of_every_record(tmp_path: Path) -> None:
    text = '\nA,B\n1,"two\nlines"\n\n2,\n3,"three\r\n\r\nlines"\n4,x'
    file = raw(tmp_path, text)
    assert (file.path, file.sha256) == (str(tmp_path / "ae.csv"), hashlib.sha256(text.encode()).hexdigest())
    assert file.records.to_pylist() == [1, 2, 3, 4]
    assert file.lines.to_pylist() == [3, 6, 7, 10]
    assert cells(file) == [("1", "two\nlines"), ("2", None), ("3", "three\r\n\r\nlines"), ("4", "x")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_lines_end_in_lf_cr_lf_or_cr(tmp_path: Path, end: str, quote: str) -> None:
    file = raw(tmp_path, end.join(["A,B", "1,2", "", f"{quote}3{quote},4", "5,6", ""]))
    assert cells(file) == [("1", "2"), ("3", "4"), ("5", "6")]
    assert file.lines.to_pylist() == [2, 4, 5]


def test_a_header_alone_is_a_form_without_records(tmp_path: Path) -> None:
    for text in ("A,B", "A,B\n", '"A","B"\r\n'):
        file = raw(tmp_path, text)
        assert (file.columns, file.table.num_rows, len(file.records), len(file.lines)) == (("A", "B"), 0, 0, 0)


def test_a_byte_order_mark_is_taken_off(tmp_path: Path) -> None:
    file = raw(tmp_path, b"\xef\xbb\xbfSUBJ,TERM\n1,\xc3\xa9\n")
    assert (file.columns, cells(file)) == (("SUBJ", "TERM"), [("1", "é")])


@pytest.mark.parametrize("suffix", ["tsv", "tab", "TSV"])
def test_a_file_named_for_its_tabs_needs_no_delimiter(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"ae.{suffix}").write_text("A\tB\n1,5\tx\n")
    assert cells(read_raw_csv(tmp_path / f"ae.{suffix}")) == [("1,5", "x")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_other_delimiters_are_asked_for(tmp_path: Path, delimiter: str) -> None:
    assert cells(raw(tmp_path, f"A{delimiter}B\n1,;\t|2{delimiter}x\n".replace(",;\t|", "-"), delimiter=delimiter)) == [("1-2", "x")]


@pytest.mark.parametrize("encoding", ["latin-1", "windows-1252", "utf-16", "shift_jis"])
def test_other_encodings_are_asked_for(tmp_path: Path, encoding: str) -> None:
    term = "頭痛" if encoding == "shift_jis" else "Diarrhée"
    file = raw(tmp_path, f'A,B\n1,"{term}\nx"\n2,y\n'.encode(encoding), encoding=encoding)
    assert (cells(file), file.lines.to_pylist()) == ([("1", f"{term}\nx"), ("2", "y")], [2, 4])


def test_a_record_longer_than_a_block_is_read(tmp_path: Path) -> None:
    long = "x" * (5 << 20)
    assert cells(raw(tmp_path, f'A,B\n1,"{long}"\n2,y\n')) == [("1", long), ("2", "y")]


def test_batches_are_the_table_piece_by_piece(tmp_path: Path, block_bytes: int) -> None:
    (tmp_path / "ae.csv").write_text("A,B\n" + "".join(f'{n},"x ""{n}""\n"\n' for n in range(99)))
    batches = list(read_raw_csv_batches(tmp_path / "ae.csv"))
    assert pa.Table.from_batches(batches).equals(read_raw_csv(tmp_path / "ae.csv").table)
    assert len(batches) > 50 if block_bytes == 16 else len(batches) == 1


def test_batches_end_in_the_problems_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "ae.csv").write_text("A,B\n1,2\n3\n")
    with pytest.raises(Problems, match="record 2 has 1 field"):
        list(read_raw_csv_batches(tmp_path / "ae.csv"))


def test_a_long_file_without_a_closing_quote_is_told_soon(tmp_path: Path, block_bytes: int) -> None:
    assert problems_of(tmp_path, 'A,B\n1,"' + "x\n" * 20_000) == ["2 : record 1 has a quoted field that never ends"]


# the same as Python's csv module, whatever the file


def by_csv_module(text: str) -> list[list[str]]:
    return [record for record in csv.reader(io.StringIO(text, newline=""), strict=True) if record]


def blank_to_none(value: str) -> str | None:
    return None if not value or value.isspace() else value


def with_line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


FIELDS = st.text(st.sampled_from('ab ,"\n\r\té漢\u2028\x0b\x1c\x85'), max_size=6)


@st.composite
def files(draw: st.DrawFn) -> str:
    width = draw(st.integers(1, 4))
    rows = draw(st.lists(st.lists(FIELDS, min_size=width, max_size=width), max_size=8))
    out = io.StringIO(newline="")
    # the writer quotes the line ends it writes itself, so with all but CR LF everything must be quoted
    ends = {csv.QUOTE_MINIMAL: ["\r\n"], csv.QUOTE_ALL: ["\n", "\r\n", "\r"]}
    quoting = draw(st.sampled_from(list(ends)))
    writer = csv.writer(out, quoting=quoting, lineterminator=draw(st.sampled_from(ends[quoting])))  # type: ignore[arg-type]
    writer.writerow([f"C{number}" for number in range(width)])
    writer.writerows(rows)
    return out.getvalue()


def test_a_line_end_in_quotes_stays_whole_where_a_block_begins_in_it(tmp_path: Path, block_bytes: int) -> None:
    file = raw(tmp_path, 'C0,C1,C2,C3\r\n,"\r\na",,\r\n')
    assert cells(file) == [(None, "\r\na", None, None)]


@ANY_FILE
@given(files(), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030"]))
def test_the_same_text_in_any_encoding_is_the_same_table(tmp_path: Path, block_bytes: int, text: str, encoding: str) -> None:
    plain, other = raw(tmp_path, text), raw(tmp_path, text.encode(encoding), encoding=encoding)
    assert (other.table, other.lines) == (plain.table, plain.lines)


@ANY_FILE
@given(files())
def test_what_a_csv_writer_wrote_is_read_as_the_csv_module_reads_it(tmp_path: Path, block_bytes: int, text: str) -> None:
    header, *records = by_csv_module(text)
    file = raw(tmp_path, text)
    assert list(file.columns) == header
    assert cells(file) == [tuple(map(blank_to_none, record)) for record in records]
    assert file.records.to_pylist() == list(range(1, len(records) + 1))


@ANY_FILE
@given(st.text(st.sampled_from('ab,"\n\r '), max_size=40))
@example('1"2",3\n')
@example('"a"b,c\n')
@example('"a","b')
@example('a,b\r\r\n"",\n')
def test_any_text_is_read_as_the_csv_module_reads_it_or_refused(tmp_path: Path, block_bytes: int, body: str) -> None:
    text = "X,Y\n" + body
    try:
        _, *records = by_csv_module(text)
        expected = [tuple(map(blank_to_none, record)) for record in records] if all(len(r) == 2 for r in records) else None
    except csv.Error:
        expected = None
    if expected is None:
        assert problems_of(tmp_path, text)
        return
    file = raw(tmp_path, text)
    assert cells(file) == expected
    # each record starts where a reader that begins at its line finds it first
    physical = with_line_feeds(text).split("\n")
    for line, record in zip(file.lines.to_pylist(), records, strict=True):
        assert physical[line - 1] and by_csv_module("\n".join(physical[line - 1 :]))[0] == [with_line_feeds(value) for value in record]


# what is refused


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    for text in (b"", b"\n\r\n", b"\xef\xbb\xbf"):
        assert problems_of(tmp_path, text) == ["the file is empty"]


def test_an_absent_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problems, match="the file cannot be read: No such file"):
        read_raw_csv(tmp_path / "absent.csv")


def test_every_problem_of_header_records_and_quotes_is_told_at_once(tmp_path: Path) -> None:
    text = 'SUBJ,Term,,TERM,SUBJ,DATE, date\n1,a,b,c,d,e\n2,a,b,c,d,e,f\n3,a,b,c,d,e,f,g\n\n4\n5,a,"b,c\nd,e\n'
    assert problems_of(tmp_path, text) == [
        "1 : column 3 has no name",
        "1  date: columns 6 and 7 have names that differ only in case or blanks",
        "1 SUBJ: columns 1 and 5 have the same name",
        "1 TERM: columns 2 and 4 have names that differ only in case or blanks",
        "2 : record 1 has 6 fields, the header has 7",
        "4 : record 3 has 8 fields, the header has 7",
        "6 : record 4 has 1 field, the header has 7",
        "7 : record 5 has a quoted field that never ends",
    ]


def test_records_without_quotes_are_counted_as_those_with(tmp_path: Path) -> None:
    text = "A,B\r\n1,2\r\n\r\n1\r\n1,2,3\r\n"
    told = ["4 : record 2 has 1 field, the header has 2", "5 : record 3 has 3 fields, the header has 2"]
    assert problems_of(tmp_path, text) == problems_of(tmp_path, text.replace("A", '"A"')) == told


def test_many_ragged_records_are_counted_after_the_first_twenty(tmp_path: Path) -> None:
    told = problems_of(tmp_path, "A,B\n" + "1\n" * 1000)
    assert len(told) == 21
    assert told[-1] == "22 : 980 more records have another number of fields than the header"


def test_quotes_that_do_not_pair_are_told_with_record_and_line(tmp_path: Path) -> None:
    behind, endless = "has a quoted field that goes on behind its closing quote", "has a quoted field that never ends"
    assert problems_of(tmp_path, 'A,B\n1,"a"\n2,"a "b" c"\n3,x\n') == [f"3 : record 2 {behind}"]
    assert problems_of(tmp_path, 'A,B\n1,"a\n2,"b"\n3,x\n') == [f"2 : record 1 {behind} (on line 3)"]
    assert problems_of(tmp_path, 'A,B\n1,x\n2,"a\nb') == [f"3 : record 2 {endless}"]
    assert problems_of(tmp_path, 'A,B\n1,"a"b') == [f"2 : record 1 {behind}"]
    assert problems_of(tmp_path, '"A,B\n1,2\n')[0] == f"1 : the header {endless}"


def test_a_quote_inside_an_unquoted_value_is_a_character(tmp_path: Path) -> None:
    assert cells(raw(tmp_path, 'A,B\n5\'6" tall,x"y"\n')) == [("5'6\" tall", 'x"y"')]


def test_bytes_that_are_not_of_the_stated_encoding_are_told_with_the_line(tmp_path: Path) -> None:
    text = 'A,B\n1,"x\ny"\n2,é\n3,ok\n4,ü\n'.encode("latin-1")
    assert problems_of(tmp_path, text, encoding="utf-8") == ["4 : bytes that are not utf-8 text"]
    assert problems_of(tmp_path, b"A\n1\n\x81\n", encoding="windows-1252") == ["3 : bytes that are not cp1252 text"]
    assert problems_of(tmp_path, b"A\n", encoding="latin-one") == ["there is no encoding 'latin-one'"]
    assert problems_of(tmp_path, b"A\n", encoding="hex") == ["there is no encoding 'hex'"]


def test_nul_bytes_are_refused(tmp_path: Path) -> None:
    assert problems_of(tmp_path, b"A,B\n1,x\n2,\0\0\n3,yyyyyy\n") == ["3 : 2 NUL bytes, which no text has"]


def test_a_header_of_another_delimiter_is_noticed(tmp_path: Path) -> None:
    assert problems_of(tmp_path, "SUBJ;TERM\n1;a\n") == ["1 : the header is one name that holds ';'"]
    assert problems_of(tmp_path, "SUBJ,TERM\n1,a\n", delimiter="\t") == ["1 : the header is one name that holds ','"]
    assert problems_of(tmp_path, "A\n", delimiter="::") == ["'::' cannot be a delimiter"]


def test_no_message_shows_a_value(tmp_path: Path) -> None:
    bad = ['A,B\nsecret\n1,"secret"secret\n', "A,B\nsecret,secret,secret\n", b"A\nsecret\x81\xff\n", b"A\nsecret\0\n"]
    for text in bad:
        with pytest.raises(Problems) as caught:
            raw(tmp_path, text)
        assert "secret" not in str(caught.value)


@pytest.mark.bench
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_a_hundred_megabytes_are_read_in_seconds(tmp_path: Path, quoting: int, capsys: pytest.CaptureFixture[str]) -> None:
    with (tmp_path / "big.csv").open("w", newline="") as out:
        writer = csv.writer(out, quoting=quoting)  # type: ignore[arg-type]
        writer.writerow([f"C{number}" for number in range(25)])
        writer.writerows([str(number), *(f"value {k}" if k % 3 else "" for k in range(24))] for number in range(600_000))
    begin = time.perf_counter()
    file = read_raw_csv(tmp_path / "big.csv")
    seconds = time.perf_counter() - begin
    with capsys.disabled():
        print(f"\nraw CSV, {(tmp_path / 'big.csv').stat().st_size / 1e6:.0f} MB: {seconds:.2f} s")
    assert file.table.num_rows == 600_000 and seconds < 10
