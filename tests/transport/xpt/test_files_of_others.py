"""XPT files that SAS and others wrote: read, compared with what other libraries read, and written again.

Such files are not ours to keep: `make sas-files` fetches some, and the environment variable CLINTRAIL_XPT_FILES may name a folder
with others.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from clintrail.transport import xpt

FETCHED = Path(__file__).resolve().parents[3] / "build" / "sas"
FOLDER = Path(os.environ.get("CLINTRAIL_XPT_FILES", FETCHED))
FILES = sorted(FOLDER.rglob("*.xpt"))
pytestmark = pytest.mark.skipif(not FILES, reason="no XPT files of others: `make sas-files` fetches some")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_values_are_those_that_others_read(path: Path) -> None:
    pytest.importorskip("polars_readstat", reason="the package polars-readstat (extra: test) is not installed")
    pytest.importorskip("xport", reason="the package xport 2.0.2 (extra: test) is not installed")
    from faults_of_others import READERS, cells

    with xpt.open(path) as file:
        if len(file.members) > 1:
            pytest.skip("other libraries read no file of several datasets")
        held = cells(file.dataset().table)
    for reader, read in READERS.items():
        assert read(path) == held, reader


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_written_again_the_bytes_are_the_same_but_for_the_padding_of_the_system(tmp_path: Path, path: Path) -> None:
    """SAS fills the system's name with NULs on some systems, where we write blanks; numbers of fewer than 8 bytes we write in 8."""
    whole = path.read_bytes()
    with xpt.open(path, encoding="latin-1", special_missing=True) as file:
        starts = [240, *(member.end for member in file.members)]
        for member, start in zip(file.members, starts, strict=False):
            dataset = file.dataset(member)
            if any(v.type == "Num" and v.length != 8 for v in member.variables):
                pytest.skip("the file has numbers of fewer than 8 bytes")
            at = start + 160 + 32 if file.version == 5 else start + 160 + 56
            system = whole[at : at + 8].decode("ascii")
            xpt.write(dataset, tmp_path / "again.xpt", encoding="latin-1", version=file.version, modified=member.modified,
                      sas_version=member.sas_version, system=system)  # fmt: skip
            assert (tmp_path / "again.xpt").read_bytes() == whole[:240] + whole[start : member.end]
