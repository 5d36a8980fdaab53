"""The kinds of files that are damaged: sound ones to begin with, our reading, and another, plain reading of the same bytes."""

from __future__ import annotations

import csv
import io
import json
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
from lxml import etree
from mutate import Damage, mutated
from plain_xpt import read_plainly

from clintrail.transport import dataset_json, xpt
from clintrail.transport.dataset import Dataset, Variable
from clintrail.transport.raw import RawFile, read_raw_csv
from clintrail.transport.raw.odm import read_raw_odm
from clintrail.transport.raw.odm.keys import USUAL
from clintrail.transport.raw.xlsx import read_raw_xlsx

Tables = Mapping[str, pa.Table]


@dataclass(frozen=True)
class Kind:
    """`seeds` writes sound files into a folder and gives their bytes; `read` is our reading; `check` fails where it is not the plain one.

    `inside` damages what is packed in a compressed file and packs it again: damage to the packed bytes is found by their checksums.
    """

    suffix: str
    seeds: Callable[[Path], list[bytes]]
    read: Callable[[Path], Any]
    check: Callable[[bytes, Any], None]
    inside: Damage | None = None


TEXT, NUMBER = ["a", "", "long text, with a comma", "é ü", None, "x" * 30], [0.0, -1.5, None, 1e10, 0.1, 123456789.0]
VARIABLES = (
    Variable("USUBJID", "Unique Subject Identifier", length=12, oid="IT.X.USUBJID", data_type="string", key=1),
    Variable("TERM", "Term", length=40, oid="IT.X.TERM", data_type="string"),
    Variable("AVAL", "Value", "Num", 8, "8.2", oid="IT.X.AVAL", data_type="float"),
    Variable("ADT", "Date", "Num", 8, "DATE9.", oid="IT.X.ADT", data_type="float"),
)


def _dataset(rows: int) -> Dataset:
    columns = {
        "USUBJID": [f"S-{row:03}" for row in range(rows)],
        "TERM": [TEXT[row % len(TEXT)] for row in range(rows)],
        "AVAL": [NUMBER[row % len(NUMBER)] for row in range(rows)],
        "ADT": [float(22000 + row) if row % 3 else None for row in range(rows)],
    }
    return Dataset("XX", "A Dataset", VARIABLES, pa.table(columns), datetime(2026, 6, 30))


# XPT


def _xpt_seeds(folder: Path) -> list[bytes]:
    made = []
    for rows in (0, 1, 3, 40):
        for version in (5, 8):
            xpt.write(_dataset(rows), folder / "a.xpt", encoding="utf-8", version=version)
            made.append((folder / "a.xpt").read_bytes())
    library = 3 * 80
    return [*made, made[4] + made[2][library:]]  # the last has two datasets


def _read_xpt(path: Path) -> list[Dataset]:
    return xpt.read_all(path)


def _check_xpt(data: bytes, datasets: list[Dataset]) -> None:
    plain = read_plainly(data)
    assert len(datasets) == len(plain), "another number of datasets"
    for dataset, (names, rows) in zip(datasets, plain, strict=True):
        assert [v.name for v in dataset.variables] == names, "other names"
        read = list(zip(*(column.to_pylist() for column in dataset.table.columns), strict=True))
        assert read == [tuple(row) for row in rows], "other values"


# Dataset-JSON


def _json_seeds(suffix: str) -> Callable[[Path], list[bytes]]:
    def seeds(folder: Path) -> list[bytes]:
        made = []
        for rows in (0, 1, 3, 40):
            dataset_json.write(_dataset(rows), folder / f"a{suffix}")
            made.append((folder / f"a{suffix}").read_bytes())
        return made

    return seeds


def _rows_of_json(text: bytes) -> tuple[list[dict[str, Any]], list[list[Any]]]:
    whole = json.loads(text)
    return whole["columns"], whole.get("rows", [])


def _rows_of_lines(text: bytes) -> tuple[list[dict[str, Any]], list[list[Any]]]:
    """The metadata may take several lines, though the standard wants one: no record begins before they end."""
    whole = text.decode("utf-8-sig").lstrip(" \t\r\n")
    metadata, end = json.JSONDecoder().raw_decode(whole)
    return metadata["columns"], [json.loads(line) for line in whole[end:].split("\n") if line.strip()]


def _check_json(rows_of: Callable[[bytes], tuple[list[dict[str, Any]], list[list[Any]]]]) -> Callable[[bytes, Any], None]:
    def check(data: bytes, dataset: Dataset) -> None:
        columns, rows = rows_of(data.removeprefix(b"\xef\xbb\xbf"))
        assert [column["name"] for column in columns] == [v.name for v in dataset.variables], "other names"
        assert dataset.table.num_rows == len(rows), "another number of records"
        for place, column in enumerate(dataset.table.columns):
            if pa.types.is_string(column.type):
                assert [text or None for text in column.to_pylist()] == [row[place] or None for row in rows], "other texts"
            elif pa.types.is_floating(column.type):
                assert column.to_pylist() == [None if row[place] is None else float(row[place]) for row in rows], "other numbers"

    return check


def _damaged_lines(random: Random, data: bytes, other: bytes) -> bytes:
    return zlib.compress(mutated(random, zlib.decompress(data), zlib.decompress(other)))


# ODM-XML

ODM = """<?xml version="1.0" encoding="UTF-8"?>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" FileType="Snapshot" FileOID="F" CreationDateTime="2026-06-30T00:00:00" ODMVersion="1.3.2">
 <Study OID="S"><GlobalVariables><StudyName>S</StudyName><StudyDescription>S</StudyDescription><ProtocolName>S</ProtocolName></GlobalVariables>
  <MetaDataVersion OID="M" Name="M">
   <StudyEventDef OID="E1" Name="Baseline" Repeating="No" Type="Scheduled"><FormRef FormOID="F.VS" Mandatory="No"/></StudyEventDef>
   <FormDef OID="F.VS" Name="VS" Repeating="No"><ItemGroupRef ItemGroupOID="G.VS" Mandatory="Yes"/></FormDef>
   <ItemGroupDef OID="G.VS" Name="VS" Repeating="Yes"><ItemRef ItemOID="I.TEMP" Mandatory="No"/><ItemRef ItemOID="I.POS" Mandatory="No"/></ItemGroupDef>
   <ItemDef OID="I.TEMP" Name="TEMP" DataType="float" Length="5" SignificantDigits="1"/>
   <ItemDef OID="I.POS" Name="POS" DataType="text" Length="10"><CodeListRef CodeListOID="C"/></ItemDef>
   <CodeList OID="C" Name="C" DataType="text">
    <CodeListItem CodedValue="1"><Decode><TranslatedText>Sitting</TranslatedText></Decode></CodeListItem>
    <CodeListItem CodedValue="2"><Decode><TranslatedText>Lying &amp; resting</TranslatedText></Decode></CodeListItem>
   </CodeList>
  </MetaDataVersion></Study>
 <ClinicalData StudyOID="S" MetaDataVersionOID="M">
SUBJECTS
 </ClinicalData>
</ODM>
"""
SUBJECT = """  <SubjectData SubjectKey="{key}"><StudyEventData StudyEventOID="E1"><FormData FormOID="F.VS">
   <ItemGroupData ItemGroupOID="G.VS" ItemGroupRepeatKey="1"><ItemData ItemOID="I.TEMP" Value="36.{key}"/><ItemData ItemOID="I.POS" Value="1"/></ItemGroupData>
   <ItemGroupData ItemGroupOID="G.VS" ItemGroupRepeatKey="2"><ItemData ItemOID="I.TEMP" Value="37"/><ItemData ItemOID="I.POS" IsNull="Yes"/></ItemGroupData>
  </FormData></StudyEventData></SubjectData>"""


def _odm_seeds(folder: Path) -> list[bytes]:
    return [ODM.replace("SUBJECTS", "\n".join(SUBJECT.format(key=key) for key in range(count))).encode() for count in (0, 1, 2, 9)]


def _check_odm(data: bytes, file: RawFile) -> None:
    """Every value of the form's items stands in the table as often as in the file."""
    root = etree.fromstring(data)
    if root.get("FileType") != "Snapshot":
        return
    values = sorted(item.get("Value") for item in root.iter("{*}ItemData") if (item.get("Value") or "").strip())
    read = sorted(value for name in file.columns[len(USUAL) :] for value in file.table[name].to_pylist() if value is not None)
    assert read == values, "other values"


# CSV


def _csv_seeds(folder: Path) -> list[bytes]:
    plain = "SUBJECT,TERM,VALUE\nS001,Headache,1\nS002,,2.5\nS003,Rash,\n"
    quoted = 'SUBJECT,TERM,VALUE\r\n"S001","He said ""no"", twice",1\r\nS002,"two\r\nlines",2\r\n'
    foreign = "SUBJECT,NAME\nS001,Müller\nS002,Peña\nS003,Ångström\n"
    encoded = [foreign.encode(encoding) for encoding in ("utf-8", "latin-1", "utf-16")]
    return [plain.encode(), quoted.encode(), *encoded, b"\xef\xbb\xbf" + plain.encode(), (plain * 40).encode()]


def _check_csv(data: bytes, file: RawFile) -> None:
    text = data.decode(file.encoding).removeprefix("\ufeff")
    rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    assert list(file.columns) == rows[0], "other names"
    read: Sequence[Sequence[str | None]] = list(zip(*(column.to_pylist() for column in file.table.columns), strict=True))
    assert read == [tuple(value if value.strip() else None for value in row) for row in rows[1:]], "other values"


# XLSX


def _xlsx_seeds(folder: Path) -> list[bytes]:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["SUBJECT", "TERM", "VALUE", "DATE"])
    for row in range(9):
        book.active.append([f"S{row:03}", "Headache", row / 4, datetime(2026, 1, 1 + row)])
    book.create_sheet("empty")
    book.save(folder / "a.xlsx")
    return [(folder / "a.xlsx").read_bytes()]


def _damaged_part(random: Random, data: bytes, other: bytes) -> bytes:
    """A workbook with one of its parts damaged."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as whole, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as damaged:
        chosen = random.choice(whole.namelist())
        for name in whole.namelist():
            part = whole.read(name)
            damaged.writestr(zipfile.ZipInfo(name), mutated(random, part, part) if name == chosen else part)
    return packed.getvalue()


def _unchecked(data: bytes, file: RawFile) -> None:
    """No other reader takes damaged workbooks as strictly: that ours ends in a table or in `Problems` is all that is asked."""


KINDS = {
    "xpt": Kind(".xpt", _xpt_seeds, _read_xpt, _check_xpt),
    "dataset-json": Kind(".json", _json_seeds(".json"), dataset_json.read, _check_json(_rows_of_json)),
    "ndjson": Kind(".ndjson", _json_seeds(".ndjson"), dataset_json.read, _check_json(_rows_of_lines)),
    "dsjc": Kind(".dsjc", _json_seeds(".dsjc"), dataset_json.read, _check_json(lambda data: _rows_of_lines(zlib.decompress(data))), _damaged_lines),
    "odm": Kind(".xml", _odm_seeds, lambda path: read_raw_odm(path, "VS"), _check_odm),
    "csv": Kind(".csv", _csv_seeds, read_raw_csv, _check_csv),
    "xlsx": Kind(".xlsx", _xlsx_seeds, lambda path: read_raw_xlsx(path, sheet="Sheet"), _unchecked, _damaged_part),
}
