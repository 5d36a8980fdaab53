"""Runs one contender in a process of its own and tells how long its work took and how much memory the process held at most.

`python measure.py CONTENDER FOLDER ROWS REPEATS` prints `{"seconds": [...], "peak_mb": ...}`. What a contender needs (the frame, the
file to read) is made before the clock starts; the first run is not left out, the median stands for all.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Measured:
    """The median of the seconds of all runs, and the peak resident memory of the process in MB (10^6 bytes)."""

    seconds: float
    peak_mb: float


def measure(contender: str, folder: Path, rows: int, repeats: int = 5) -> Measured:
    """Measures a contender by its name in `contenders`; raises `RuntimeError` with its output where it fails."""
    command = [sys.executable, str(HERE / "measure.py"), contender, str(folder), str(rows), str(repeats)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{contender} failed:\n{done.stdout}{done.stderr}")
    told = json.loads(done.stdout.splitlines()[-1])
    return Measured(median(told["seconds"]), told["peak_mb"])


def _run(contender: str, folder: Path, rows: int, repeats: int) -> None:
    import contenders

    work = getattr(contenders, contender)(folder, rows)
    seconds = []
    for _ in range(repeats):
        begin = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begin)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(json.dumps({"seconds": seconds, "peak_mb": peak}))


if __name__ == "__main__":
    _run(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
