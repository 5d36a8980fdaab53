"""What an XPT file is made of: the header records and the variable descriptors, of versions 5 and 8.

Sources: SAS technical note TS-140, "The Record Layout of a Data Set in SAS Transport (XPORT) Format", and SAS's "Record Layout of a
SAS Version 8 or 9 Data Set in SAS Transport Format".
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

RECORD = 80  # every header record, and the multiple to which descriptors and data are padded
START = 48  # the bytes of a header record that name it; what follows are its numbers
EPOCH = datetime(1960, 1, 1)
FIRST_YEAR = 1960  # header years have two digits: 60 to 99 are read as 19xx, 00 to 59 as 20xx
ZEROS = "0" * 30


def is_encoding(name: str) -> bool:
    """Whether text in an XPT file can be in this encoding: one that writes ASCII as ASCII, such as utf-8, latin-1 or gb18030."""
    try:
        return bytes(range(32, 127)).decode("ascii").encode(name) == bytes(range(32, 127))
    except (LookupError, UnicodeError):
        return False


ENCODINGS = "give utf-8, latin-1, windows-1252, gb18030 or shift_jis"


def header(kind: str, text: str = ZEROS) -> bytes:
    """One header record, such as `MEMBER`, with its numbers."""
    return f"HEADER RECORD*******{kind:<8}HEADER RECORD!!!!!!!{text:<32}".encode("ascii")


@dataclass(frozen=True)
class Version:
    """A version of the format: the names of its header records, and the most it holds. Lengths are in bytes."""

    number: Literal[5, 8]
    library: str
    member: str
    descriptor: str
    namestrs: str
    observations: str
    longest_name: int
    longest_text: int
    longest_label: int
    most_variables: int

    def start(self, kind: str) -> bytes:
        """How the header record of this kind begins."""
        return header(kind)[:START]


V5 = Version(5, "LIBRARY", "MEMBER", "DSCRPTR", "NAMESTR", "OBS", 8, 200, 40, 9999)
V8 = Version(8, "LIBV8", "MEMBV8", "DSCPTV8", "NAMSTV8", "OBSV8", 32, 32767, 256, 32767)
VERSIONS = {5: V5, 8: V8}
LONGEST_DATASET_LABEL = 40
LONG_LABELS, LONG_FORMATS = "LABELV8", "LABELV9"
MEMBER_NUMBERS = "000000000000000001600000000140"  # 160: the two records of the dataset; 140: a variable's descriptor
SHORT_NAME, SHORT_LABEL, SHORT_FORMAT = 8, 40, 8  # what a descriptor holds; version 8 has the whole elsewhere

# type, 0, length, number; name, label; format, its width and decimals, justification; filler; informat, its width and
# decimals; position in the record; in version 8 the long name and the lengths of label, format and informat; filler
NAMESTR = struct.Struct(">hhhh8s40s8shhh2s8shhi32shhh14s")
NUM, CHAR = 1, 2

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def timestamp(moment: datetime) -> bytes:
    """A header's `ddMMMyy:hh:mm:ss`, spelt in English whatever the locale."""
    text = f"{moment.day:02d}{_MONTHS[moment.month - 1]}{moment.year % 100:02d}:{moment:%H:%M:%S}"
    return text.encode("ascii")


def read_timestamp(text: bytes) -> datetime | None:
    """The moment of a header's `ddMMMyy:hh:mm:ss`, or None where it is blank or no date."""
    found = re.fullmatch(rb"\s*(\d{1,2})([A-Z]{3})(\d\d):(\d\d):(\d\d):(\d\d)\s*", text.upper())
    if not found or found[2].decode() not in _MONTHS:
        return None
    year = int(found[3]) + (1900 if int(found[3]) >= FIRST_YEAR % 100 else 2000)
    try:
        month = _MONTHS.index(found[2].decode()) + 1
        return datetime(year, month, int(found[1]), int(found[4]), int(found[5]), int(found[6]))
    except ValueError:
        return None
