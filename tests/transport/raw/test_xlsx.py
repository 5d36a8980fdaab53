"""Workbooks become text by the rule of all raw files; what a sheet does not plainly say is refused by cell, or told."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet

from clintrail.errors import Problems, Severity
from clintrail.transport.raw import RawFile
from clintrail.transport.raw.xlsx import open_workbook, read_raw_xlsx
from clintrail.transport.raw.xlsx.formats import Kind, kind_of_format

ANY_SHEET = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)


def book(tmp_path: Path, rows: list[list[Any]], change: Callable[[Worksheet], object] = lambda sheet: None) -> Path:
    """A workbook of one sheet, AE, as openpyxl writes it."""
    made = Workbook()
    sheet = made.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "AE"
    for row in rows:
        sheet.append(row)
    change(sheet)
    made.save(tmp_path / "ae.xlsx")
    return tmp_path / "ae.xlsx"


def rewritten(path: Path, part: str, change: Callable[[str], str]) -> Path:
    """The workbook with one of its parts changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part].decode()).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


SHEET, STRINGS, RELATIONS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/_rels/workbook.xml.rels"
INLINE = re.compile(r't="inlineStr"><is>(.*?)</is>', re.DOTALL)


def sharing(path: Path) -> Path:
    """The workbook with its texts in a part of their own, each once, as Excel writes them."""
    texts: dict[str, int] = {}
    if STRINGS in zipfile.ZipFile(path).namelist():
        return path
    rewritten(path, SHEET, lambda xml: INLINE.sub(lambda cell: f't="s"><v>{texts.setdefault(cell[1], len(texts))}</v>', xml))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(STRINGS, f'<sst xmlns="{MAIN}">' + "".join(f"<si>{text}</si>" for text in texts) + "</sst>")
    relation = f'<Relationship Id="rId99" Type="{OFFICE}/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>'
    return rewritten(path, RELATIONS, lambda xml: xml.replace("</Relationships>", relation))


OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def read(path: Path, **options: Any) -> RawFile:
    return read_raw_xlsx(path, **options)


def cells(file: RawFile) -> list[tuple[str | None, ...]]:
    return [tuple(row[name] for name in file.columns) for row in file.table.to_pylist()]


def column(path: Path) -> list[str | None]:
    return [row[0] for row in cells(read(path))]


def problems_of(path: Path, **options: Any) -> list[str]:
    with pytest.raises(Problems) as caught:
        read(path, **options)
    assert all(p.place.path == str(path) and p.fix for p in caught.value.problems)
    return [f"{p.subject}: {p.problem}".removeprefix(": ") for p in caught.value.problems]


def notes_of(path: Path) -> list[tuple[str, str, str]]:
    return [(note.severity.name, note.subject, note.problem) for note in read(path).notes]


# what is read


def test_values_are_text_by_the_rule_of_raw_files(tmp_path: Path) -> None:
    path = book(tmp_path, [["N", "T", "B"], [61.5, "007", True], [10, " a ", False], [0.00001, "1e5", None], [-1.10, "  ", True]])
    file = read(path)
    assert file.columns == ("N", "T", "B")
    assert cells(file) == [("61.5", "007", "true"), ("10", " a ", "false"), ("0.00001", "1e5", None), ("-1.1", None, "true")]
    assert (file.sheet, file.lines.to_pylist(), file.records.to_pylist()) == ("AE", [2, 3, 4, 5], [1, 2, 3, 4])


def test_numbers_of_seventeen_digits_are_the_number_that_they_are(tmp_path: Path) -> None:
    path = book(tmp_path, [["N"], [61.4], [0.1]])
    rewritten(path, SHEET, lambda xml: xml.replace("61.4", "61.399999999999999").replace("<v>0.1<", "<v>1.0000000000000001E-5<"))
    assert column(path) == ["61.4", "0.00001"]


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (datetime(2024, 3, 10), "yyyy-mm-dd", "2024-03-10"),
        (datetime(2024, 3, 10), "mm-dd-yy", "2024-03-10"),  # format 14, the usual one
        (datetime(2024, 3, 10), '[$-409]d" of "mmmm yyyy;@', "2024-03-10"),
        (datetime(2024, 3, 10), "mmm-yy", "2024-03-10"),
        (datetime(2024, 3, 10), "yyyy-mm-dd hh:mm", "2024-03-10T00:00:00"),
        (datetime(2024, 3, 10, 8, 30), "m/d/yy h:mm", "2024-03-10T08:30:00"),
        (datetime(2024, 3, 10, 8, 30, 5, 250000), "yyyy-mm-dd hh:mm:ss.000", "2024-03-10T08:30:05.25"),
        (datetime(1900, 1, 1), "yyyy-mm-dd", "1900-01-01"),
        (datetime(1900, 3, 1), "yyyy-mm-dd", "1900-03-01"),
        (time(8, 30), "h:mm AM/PM", "08:30:00"),
        (time(23, 59, 59), "hh:mm:ss", "23:59:59"),
        (timedelta(hours=30, minutes=5), "[h]:mm:ss", "30:05:00"),
        (45361, "General", "45361"),
        (45361.5, '0.00 "days"', "45361.5"),
        (0.5, "0%", "0.5"),
        (1234.5, "#,##0.00;[Red]-#,##0.00", "1234.5"),
        (5, "@", "5"),
    ],
)
def test_dates_are_what_their_format_shows(tmp_path: Path, value: Any, number_format: str, text: str) -> None:
    def show(sheet: Worksheet) -> None:
        sheet["A2"].number_format = number_format

    assert column(book(tmp_path, [["X"], [value]], show)) == [text]


def test_days_may_count_from_1904(tmp_path: Path) -> None:
    path = book(
        tmp_path, [["X"], [date(2024, 3, 10)], [datetime(1904, 1, 1, 12)]], lambda sheet: setattr(sheet.parent, "epoch", CALENDAR_MAC_1904)
    )
    assert column(path) == ["2024-03-10", "1904-01-01T12:00:00"]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("m", Kind.DATE),
        ("yyyy", Kind.DATE),
        ("mm:ss", Kind.TIME),
        ("h", Kind.TIME),
        ("[mm]:ss", Kind.DURATION),
        ("d.m.yy\\ h:mm", Kind.MOMENT),
    ]
    + [(code, Kind.NUMBER) for code in ("0.00E+00", "General", "", '"day" 0', "@", '0" h"')],
)
def test_formats_tell_dates_from_numbers(code: str, kind: Kind) -> None:
    assert kind_of_format(code) == kind


def test_formulas_give_the_value_that_was_stored(tmp_path: Path) -> None:
    path = book(tmp_path, [["N", "T"], ["=1+1", '="a"&"b"']])
    rewritten(
        path, SHEET, lambda xml: xml.replace("<f>1+1</f><v />", "<f>1+1</f><v>2</v>").replace("<f>1+1</f><v></v>", "<f>1+1</f><v>2</v>")
    )
    rewritten(
        path, SHEET, lambda xml: xml.replace('r="B2"', 'r="B2" t="str"').replace("<v />", "<v>ab</v>").replace("<v></v>", "<v>ab</v>")
    )
    assert cells(read(path)) == [("2", "ab")]


def test_text_in_runs_and_escapes_is_one_text_without_its_pronunciation(tmp_path: Path) -> None:
    path = sharing(book(tmp_path, [["T"], ["one"], ["two"], ["three"], ["two"]]))
    rich = "<si><r><t>Head</t></r><r><rPr><b/></rPr><t>ache</t></r><rPh sb='0' eb='1'><t>spoken</t></rPh></si>"
    rewritten(
        path, STRINGS, lambda xml: xml.replace("<si><t>one</t></si>", rich).replace("two", "a_x000D_\nb").replace("three", "_x005F_x000D_")
    )
    assert column(path) == ["Headache", "a\r\nb", "_x000D_", "a\r\nb"]


def test_a_text_that_is_not_there_is_told_by_cell(tmp_path: Path) -> None:
    path = rewritten(sharing(book(tmp_path, [["T"], ["x"]])), SHEET, lambda xml: xml.replace("<v>1</v>", "<v>7</v>"))
    assert problems_of(path) == ["sheet AE, cell A2: values that are not what their cell's type and format say"]


def test_text_may_stand_in_the_cell(tmp_path: Path) -> None:
    path = book(tmp_path, [["T"], [1]])
    rewritten(path, SHEET, lambda xml: xml.replace('t="n"><v>1</v>', 't="inlineStr"><is><t>here</t></is>'))
    assert column(path) == ["here"]


def test_rows_and_columns_without_values_are_left_out(tmp_path: Path) -> None:
    def blank(sheet: Worksheet) -> None:
        sheet["H900"].number_format = "0.00"  # a cell that has a look, and no value

    file = read(book(tmp_path, [["A", None, "B"], [1, None, None], [], [None, None, 2]], blank))
    assert (file.columns, cells(file), file.lines.to_pylist()) == (("A", "B"), [("1", None), (None, "2")], [2, 4])


def test_cells_need_no_reference(tmp_path: Path) -> None:
    path = book(tmp_path, [["A", "B"], [1, 2]])
    rewritten(path, SHEET, lambda xml: re.sub(r'(<c|<row) r="\w+"', r"\1", xml))
    assert cells(read(path)) == [("1", "2")]


def test_a_header_alone_is_a_form_without_records(tmp_path: Path) -> None:
    file = read(book(tmp_path, [["A", "B"]]))
    assert (file.columns, file.table.num_rows) == (("A", "B"), 0)


def test_many_rows_come_in_batches_that_make_no_difference(tmp_path: Path) -> None:
    rows = [[f"S{n}", n if n > 5000 else None] for n in range(9000)]
    assert cells(read(book(tmp_path, [["A", "B"], *rows]))) == [(a, None if b is None else str(b)) for a, b in rows]


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8).filter(lambda t: not t.startswith("=") and t not in ERRORS)
ERRORS = {"#N/A", "#REF!", "#NAME?", "#NULL!", "#NUM!", "#VALUE!", "#DIV/0!"}
MOMENTS = st.datetimes(datetime(1900, 3, 1), datetime(9999, 12, 31)).map(lambda d: d.replace(microsecond=0))
NUMBERS = st.floats(-1e300, 1e300).map(lambda number: float(f"{number:.15g}"))  # of which openpyxl writes 16 digits
VALUES = st.one_of(st.none(), TEXT, st.booleans(), st.integers(-(10**9), 10**9), NUMBERS, MOMENTS, MOMENTS.map(datetime.date))


def as_told(value: Any) -> str | None:
    """The rule, value by value."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, int | float):
        text = format(Decimal(repr(float(value) or 0.0)), "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return None if value is None or not str(value).strip() else str(value)


@ANY_SHEET
@given(st.lists(st.lists(VALUES, min_size=3, max_size=3), max_size=8))
def test_what_openpyxl_wrote_comes_back_as_the_rule_says(tmp_path: Path, rows: list[list[Any]]) -> None:
    path = book(tmp_path, [["A", "B", "C"], *rows])
    file = read(path)
    written = [(number, row) for number, row in enumerate(rows, start=2) if any(v is not None and v != "" for v in row)]
    assert cells(file) == [tuple(map(as_told, row)) for _, row in written]
    assert file.lines.to_pylist() == [number for number, _ in written]
    assert read(sharing(path)).table.equals(file.table)


# which sheet


def several(tmp_path: Path) -> Path:
    return book(tmp_path, [["A"], [1]], lambda sheet: [sheet.parent.create_sheet(name).append([name]) for name in ("DM", "Notes")])


def test_a_sheet_is_named_or_is_the_one_of_the_forms_name(tmp_path: Path) -> None:
    path = several(tmp_path)
    assert read(path, sheet="dm").columns == ("DM",)
    with open_workbook(path) as opened:
        assert opened.sheets == ("AE", "DM", "Notes")
        assert opened.read(likely=("dm", "ae")).sheet == "DM"
    assert problems_of(path) == ["the workbook has several sheets: AE, DM, Notes"]
    assert problems_of(path, sheet="Note") == ["the workbook has no sheet named Note; there are AE, DM, Notes"]


# what is refused


def test_errors_and_formulas_without_values_are_told_by_cell(tmp_path: Path) -> None:
    path = book(tmp_path, [["A", "B"], ["#N/A", "=1+1"], ["=A1", "#REF!"]])
    assert problems_of(path) == [
        "sheet AE, cell A2: errors (as #N/A or #REF!) in place of values",
        "sheet AE, cell A3: formulas without a stored value",
        "sheet AE, cell B2: formulas without a stored value",
        "sheet AE, cell B3: errors (as #N/A or #REF!) in place of values",
    ]
    many = problems_of(book(tmp_path, [["A"], *[["#N/A"]] * 40]))
    assert (len(many), many[0]) == (11, "sheet AE: 30 more cells with errors (as #N/A or #REF!) in place of values")


@pytest.mark.parametrize("days", [60, -1, 2958466, 1e300])
def test_numbers_that_are_no_day_are_told_by_cell(tmp_path: Path, days: float) -> None:
    def show(sheet: Worksheet) -> None:
        sheet["A3"].number_format = "yyyy-mm-dd"

    path = book(tmp_path, [["A"], [1], [days]], show)
    assert problems_of(path) == ["sheet AE, cell A3: values that are not what their cell's type and format say"]


def test_a_header_that_is_not_in_the_first_row_is_asked_for(tmp_path: Path) -> None:
    titled = [["Adverse events, exported for the sponsor"], [], ["SUBJECT", "TERM"], ["S1", "Rash"]]
    assert problems_of(book(tmp_path, titled)) == ["sheet AE: column B has values, but no name in row 1"]
    with pytest.raises(Problems, match="write header_row: 3 if the names are in row 3"):
        read(book(tmp_path, titled))
    assert cells(read(book(tmp_path, titled), header_row=3)) == [("S1", "Rash")]
    blank = book(tmp_path, [[], [], ["SUBJECT"], ["S1"]])
    assert problems_of(blank) == ["sheet AE: row 1 has no column names; the first row with values is row 3"]
    assert read(blank, header_row=3).lines.to_pylist() == [4]


def test_headers_are_unique_and_above_every_value(tmp_path: Path) -> None:
    assert problems_of(book(tmp_path, [["A", "a ", None], [1, 2, 3]])) == [
        "sheet AE: column C has values, but no name in row 1",
        "sheet AE A: columns 1 and 2 have names that differ only in case or blanks",
    ]
    assert problems_of(book(tmp_path, [])) == ["sheet AE: the sheet is empty"]
    merged = book(tmp_path, [["A", None], [1, 2]], lambda sheet: sheet.merge_cells("A1:B1"))
    assert problems_of(merged) == [
        "sheet AE: column B has values, but no name in row 1",
        "sheet AE: the cells A1:B1 of the header are merged",
    ]


def test_a_file_that_is_cut_or_damaged_is_refused(tmp_path: Path) -> None:
    whole = book(tmp_path, [["A", "B"], *[[f"S{n}", n] for n in range(500)]]).read_bytes()
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        middle = archive.getinfo(SHEET).header_offset + 500
    for damaged in (whole[: len(whole) // 2], whole[:-30], whole[:middle] + b"\0\1\2" + whole[middle + 3 :]):
        (tmp_path / "ae.xlsx").write_bytes(damaged)
        assert problems_of(tmp_path / "ae.xlsx") == ["this is not a whole workbook (.xlsx)"]


@pytest.mark.parametrize("part", ["_rels/.rels", "xl/styles.xml", SHEET])
def test_a_name_before_a_part_that_is_no_text_is_damage(tmp_path: Path, part: str) -> None:
    """The name stands twice, before the part and in the archive's list: here the first, said to be UTF-8, is none."""
    data = bytearray(book(tmp_path, [["A"], ["x"]]).read_bytes())
    at = data.index(part.encode())
    data[at - 24 + 1] |= 0x08  # of the header of 30 bytes before it: flag bit 11, the name is UTF-8
    data[at] = 0xFF
    (tmp_path / "ae.xlsx").write_bytes(data)
    assert problems_of(tmp_path / "ae.xlsx") == ["this is not a whole workbook (.xlsx)"]


def test_no_message_shows_a_value(tmp_path: Path) -> None:
    for rows in ([["A"], ["secret", "secret"]], [["A", "A"], ["secret"]], [["A"], ["secret"], ["#N/A"]]):
        with pytest.raises(Problems) as caught:
            read(book(tmp_path, rows))
        assert "secret" not in str(caught.value)


# what would do harm


def test_a_doctype_is_refused_before_its_entities_are_read(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {name} "{f"&{last};" * 10}">' for last, name in zip("abcdefghi", "bcdefghij", strict=True)
    )
    outside = '<!DOCTYPE x [<!ENTITY j SYSTEM "file:///etc/hostname">'
    for doctype in (bomb, outside, "<!DOCTYPE x ["):
        for part in (SHEET, "xl/workbook.xml", "xl/styles.xml", STRINGS, RELATIONS):
            path = sharing(book(tmp_path, [["A"], ["x"], [1]]))
            rewritten(path, part, lambda xml, start=doctype: f"{start}]>" + xml.split("?>")[-1])  # type: ignore[misc]
            assert any("a DOCTYPE, which can hold entities" in problem for problem in problems_of(path)), part


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    path = book(tmp_path, [["A"], [1]])
    rewritten(path, SHEET, lambda xml: xml.replace("<v>1</v>", "<v>" * 100_000 + "</v>" * 100_000))
    assert "not well-formed XML" in problems_of(path)[0]


def test_a_zip_bomb_is_refused_unopened(tmp_path: Path) -> None:
    path = book(tmp_path, [["A"], [1]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/big.bin", bytes(200 << 20))
    assert re.sub(r"in \d+ parts", "in N parts", problems_of(path)[0]) == (
        "the file would unpack to 210 MB in N parts, which no workbook of data does"
    )


def test_a_sheet_that_names_its_last_cell_only_takes_no_memory(tmp_path: Path) -> None:
    path = book(tmp_path, [["A"], [1]])
    rewritten(path, SHEET, lambda xml: xml.replace('<row r="2"', '<row r="1048576"').replace('r="A2"', 'r="A1048576"'))
    assert (cells(read(path)), read(path).lines.to_pylist()) == ([("1",)], [1048576])
    rewritten(path, SHEET, lambda xml: xml.replace("1048576", "99999999999999999999"))
    assert problems_of(path) == ["sheet AE, cell A2: cells out of the order of rows and columns"]


# what is told


def test_hidden_and_merged_cells_are_read_and_told(tmp_path: Path) -> None:
    def change(sheet: Worksheet) -> None:
        sheet.merge_cells("A2:A3")
        sheet.row_dimensions[4].hidden = True
        sheet.column_dimensions["B"].hidden = True
        sheet.parent.create_sheet("shown")
        sheet.sheet_state = "hidden"

    path = book(tmp_path, [["A", "B"], ["S1", 1], [None, 2], ["S2", 3]], change)
    with open_workbook(path) as opened:
        file = opened.read("AE")
    assert cells(file) == [("S1", "1"), (None, "2"), ("S2", "3")]
    assert [(note.severity, note.problem) for note in file.notes] == [
        (Severity.WARNING, "1 area of merged cells (the first at A2): only the first cell of each has the value"),
        (Severity.NOTE, "the sheet is hidden; it was read"),
        (Severity.NOTE, "1 hidden row was read too"),
        (Severity.NOTE, "hidden columns were read too: B"),
    ]


def test_a_time_of_day_that_is_not_shown_is_told(tmp_path: Path) -> None:
    def show(sheet: Worksheet) -> None:
        for cell in ("A2", "A3"):
            assert isinstance(sheet[cell], Cell)
            sheet[cell].number_format = "yyyy-mm-dd"

    path = book(tmp_path, [["A"], [datetime(2024, 3, 10, 8, 30)], [datetime(2024, 3, 11)]], show)
    assert column(path) == ["2024-03-10", "2024-03-11"]
    assert notes_of(path) == [
        ("NOTE", "sheet AE", "the format of 1 cell shows less of the day than it holds: what is not shown was not read")
    ]
