"""What an XPT v5 file is made of: the header records and the variable descriptors.

Source: SAS technical note TS-140, "The Record Layout of a Data Set in SAS Transport (XPORT) Format".
"""

from __future__ import annotations

import re
import struct
from datetime import datetime

RECORD = 80  # every header record, and the multiple to which descriptors and data are padded
EPOCH = datetime(1960, 1, 1)
FIRST_YEAR = 1960  # header years have two digits: 60 to 99 are read as 19xx, 00 to 59 as 20xx


def header(kind: str, text: str = "0" * 30) -> bytes:
    """One header record, such as `MEMBER`, with its 30 digits."""
    return f"HEADER RECORD*******{kind:<8}HEADER RECORD!!!!!!!{text}  ".encode("ascii")


LIBRARY = header("LIBRARY")
MEMBER = header("MEMBER", "000000000000000001600000000140")  # 160: the two records of the dataset; 140: a variable's descriptor
DESCRIPTOR = header("DSCRPTR")
OBSERVATIONS = header("OBS")
MEMBER_START = MEMBER[:48]
NAMESTR_START = header("NAMESTR")[:48]

# type, 0, length, number; name, label; format, its width and decimals, justification; filler; informat, its width and
# decimals; position in the record; filler
NAMESTR = struct.Struct(">hhhh8s40s8shhh2s8shhi52s")
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


_FORMAT = re.compile(r"(?P<name>\$?(?:[A-Z_](?:[A-Z0-9_]*[A-Z_])?)?)(?P<width>\d{1,5})?\.(?P<decimals>\d{1,2})?", re.IGNORECASE)


def split_format(text: str) -> tuple[str, int, int] | None:
    """A SAS format as name, width and decimals: `DATE9.` is ('DATE', 9, 0), `8.2` is ('', 8, 2), '' is ('', 0, 0). None if it is none."""
    if not text:
        return "", 0, 0
    found = _FORMAT.fullmatch(text)
    if not found or text == "." or len(found["name"]) > 8 or int(found["width"] or 0) > 32767:
        return None
    return found["name"].upper(), int(found["width"] or 0), int(found["decimals"] or 0)


def join_format(name: str, width: int, decimals: int) -> str:
    """The SAS format of a name, a width and decimals; '' where all are absent."""
    if not (name or width):
        return ""
    return f"{name}{width or ''}.{decimals or ''}"
