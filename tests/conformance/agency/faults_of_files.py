"""For each rule files that break it and nothing else, by agency; `besides` are rules that the same fault cannot but break too."""

from __future__ import annotations

import gzip
import io
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
from xpt_bytes import LARGEST, MISSING, ONE, Data, Var, xpt_bytes

from clintrail.transport import xpt
from clintrail.transport.dataset import Dataset, Variable

SUBJECT = Var("USUBJID", length=4, label=b"Unique Subject Identifier")
AGE = Var("AGE", "Num", label=b"Age")
AGE_AS_TEXT = Var("AGE", length=1, label=b"Age")
DM = Data("DM", b"Demographics", (SUBJECT, AGE), ((b"S001", ONE), (b"S002", MISSING)))
CLEAN = xpt_bytes(DM)


@dataclass(frozen=True)
class Fault:
    """Files with one fault, which a rule finds about a variable (blank: about the file). `size` is how large the file shall seem."""

    rule: str
    files: Mapping[str, bytes]
    subject: str = ""
    besides: frozenset[str] = frozenset()
    agencies: tuple[str, ...] = ("fda", "pmda", "nmpa")
    size: int = 0
    about: str = field(default="dm.xpt", kw_only=True)

    def __str__(self) -> str:
        return f"{self.rule}-{'-'.join(self.agencies)}"


def fault(rule: str, changed: bytes | Mapping[str, bytes], subject: str = "", **more: Any) -> Fault:
    return Fault(rule, {"dm.xpt": changed} if isinstance(changed, bytes) else changed, subject, **more)


def dm(**changes: Any) -> bytes:
    """DM with other attributes."""
    return xpt_bytes(replace(DM, **changes))


def with_variable(variable: Var, *cells: bytes) -> bytes:
    """DM with one more variable."""
    return dm(variables=(*DM.variables, variable), records=tuple((*row, cell) for row, cell in zip(DM.records, cells, strict=True)))


def text(*cells: bytes, name: str = "X") -> bytes:
    """DM with a Char variable that is as long as its longest cell."""
    return with_variable(Var(name, length=max(map(len, cells))), *cells)


def labelled(label: bytes) -> bytes:
    return with_variable(Var("X", length=1, label=label), b"a", b"b")


def number(cell: bytes, **attributes: Any) -> bytes:
    return with_variable(Var("X", "Num", **attributes), cell, ONE)


def version_8(name: str = "X", label: str = "A label") -> bytes:
    """A file of version 8, whose names and labels may be long."""
    variables = (Variable("USUBJID", "Unique Subject Identifier"), Variable(name, label))
    table = pa.table({"USUBJID": ["S001", "S002"], name: ["a", "b"]})
    with TemporaryDirectory() as folder:
        xpt.write(Dataset("DM", "Demographics", variables, table), Path(folder) / "dm.xpt", version=8)
        return (Path(folder) / "dm.xpt").read_bytes()


def gzipped(data: bytes) -> bytes:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as file:
        file.write(data)
    return packed.getvalue()


TWICE = (SUBJECT, replace(SUBJECT, label=b"The same again"))
VS = Data("VS", b"Vital Signs", (SUBJECT, AGE), ((b"S001", ONE),))
V8 = frozenset({"file_is_version_5"})
FOREIGN = frozenset({"values_are_ascii", "encoding_is_told"})
LARGE = 5_000_000_001


FAULTS = (
    fault("file_is_xpt", CLEAN[:-10]),
    fault("file_is_xpt", b"no XPT file", agencies=("fda",)),
    fault("file_is_not_of_cport", b"**COMPRESSED** **COMPRESSED**".ljust(80)),
    fault("file_is_not_compressed", gzipped(CLEAN)),
    fault("file_is_version_5", version_8()),
    fault("file_has_one_dataset", xpt_bytes(DM, VS)),
    fault("file_is_named_as_its_dataset", {"ae.xpt": CLEAN}, about="ae.xpt"),
    fault("file_name_is_lower_case", {"DM.xpt": CLEAN}, about="DM.xpt"),
    fault("file_name_ends_in_xpt", {"dm.dat": CLEAN}, about="dm.dat"),
    fault("large_file_has_parts", CLEAN, size=LARGE),
    fault("part_is_within_limit", {"split/dm.xpt": CLEAN}, size=LARGE, about="split/dm.xpt", agencies=("fda", "nmpa")),
    fault("header_states_times", xpt_bytes(DM, modified=b" " * 16)),
    fault("header_times_are_in_order", xpt_bytes(DM, created=b"02JAN24:00:00:00")),
    fault("dataset_name_is_valid", {"1dm.xpt": dm(name="1DM")}, about="1dm.xpt"),
    fault("dataset_name_has_no_underscore", {"d_m.xpt": dm(name="D_M")}, about="d_m.xpt", agencies=("fda", "nmpa")),
    fault("dataset_name_is_not_reserved", {"aux.xpt": dm(name="AUX")}, about="aux.xpt"),
    fault("variable_name_is_valid", text(b"a", b"b", name="age_x"), "age_x"),
    fault("variable_name_is_valid", text(b"a", b"b", name="_N"), "_N", agencies=("fda",)),
    fault("variable_name_is_valid", version_8(name="LONGNAME9"), "LONGNAME9", besides=V8, agencies=("nmpa",)),
    fault("variable_name_has_no_underscore", text(b"a", b"b", name="X_Y"), "X_Y", agencies=("fda",)),
    fault("variable_names_are_different", dm(variables=TWICE, records=((b"S001", b"S001"),)), "USUBJID"),
    fault("dataset_is_labelled", dm(label=b"")),
    fault("variable_is_labelled", labelled(b""), "X"),
    fault("label_is_within_limit", version_8(label="x" * 41), "X", besides=V8),
    fault("label_is_ascii", labelled("Größe".encode()), "X", agencies=("fda", "pmda")),
    fault("label_has_no_control_characters", labelled(b"A\tlabel"), "X"),
    fault("label_is_balanced", labelled(b"Parkinson's"), "X", agencies=("fda", "nmpa")),
    fault("label_is_balanced", labelled(b'A "quoted label'), "X", agencies=("fda",)),
    fault("label_is_balanced", labelled(b"Age (years"), "X", agencies=("fda",)),
    fault("label_is_balanced", labelled(b"Age )years("), "X", agencies=("fda",)),
    fault("label_is_balanced", labelled("年龄（岁".encode()), "X", agencies=("nmpa",)),
    fault("label_has_no_comparison_signs", labelled(b"Age > 65"), "X", agencies=("nmpa",)),
    fault("label_starts_with_no_digit", labelled(b"1st visit"), "X", agencies=("nmpa",)),
    fault("labels_are_chinese", CLEAN, agencies=("nmpa",)),
    fault("labels_are_different", labelled(b"AGE"), "X"),
    fault("dataset_has_records", dm(variables=(AGE,), records=())),
    fault("last_record_has_values", dm(variables=(Var("X", length=80), AGE), records=((b"x" * 80, ONE), (b"", MISSING), (b"", MISSING)))),
    fault("text_length_is_within_limit", text(b"x" * 201, b""), "X"),
    fault("number_length_is_8", with_variable(Var("X", "Num", 4), ONE[:4], ONE[:4]), "X"),
    fault("values_have_no_control_characters", text(b"a\nb", b"c"), "X"),
    fault("values_are_ascii", text("é".encode(), b"c"), "X", besides=frozenset({"encoding_is_told"}), agencies=("fda", "pmda")),
    fault("text_is_utf8", text("é".encode("latin-1"), "é".encode()), "X", besides=FOREIGN, agencies=("fda",)),
    fault("encoding_is_told", text("恶心".encode("gb18030"), b"c"), agencies=("nmpa",)),
    fault("encoding_is_told", text("悪心".encode(), b"c"), besides=frozenset({"values_are_ascii"}), agencies=("pmda",)),
    fault("values_have_no_leading_blanks", text(b" a", b"b"), "X"),
    fault("values_are_no_full_stop", text(b".", b"b"), "X"),
    fault("numbers_are_no_special_missing", number(b"A\0\0\0\0\0\0\0"), "X"),
    fault("numbers_are_in_range", number(LARGEST), "X"),
    fault("numbers_are_in_range", number(b"\0\x10" + b"\0" * 6), "X", agencies=("fda",)),
    fault("format_is_of_sas", number(ONE, format=("SEXFMT", 8, 0)), "X"),
    fault("format_is_of_sas", number(ONE, informat=("SEXIN", 8, 0)), "X", agencies=("fda",)),
    fault("format_fits_the_type", number(ONE, format=("$CHAR", 8, 0)), "X"),
    fault("length_is_that_of_the_data", with_variable(Var("X", length=3), b"ab", b"b"), "X"),
    fault(
        "length_is_the_same_everywhere",
        {"dm.xpt": CLEAN, "vs.xpt": xpt_bytes(replace(VS, variables=(replace(SUBJECT, length=3), AGE), records=((b"S01", ONE),)))},
        "USUBJID",
        about="vs.xpt",
    ),
    fault(
        "type_is_the_same_everywhere",
        {"dm.xpt": CLEAN, "vs.xpt": xpt_bytes(replace(VS, variables=(SUBJECT, AGE_AS_TEXT), records=((b"S001", b"1"),)))},
        "AGE",
        about="vs.xpt",
    ),
    fault(
        "label_is_the_same_everywhere",
        {"dm.xpt": CLEAN, "vs.xpt": xpt_bytes(replace(VS, variables=(SUBJECT, replace(AGE, label=b"Age in Years"))))},
        "AGE",
        about="vs.xpt",
    ),
)  # fmt: skip
