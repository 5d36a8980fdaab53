"""Reads thousands of damaged files of a kind: `python run.py KIND COUNT SEED [KEEP]` prints what became of them as JSON.

Each is refused with `Problems`, or read as an independent reading of the same bytes gives it (see `kinds`). Anything else is a failure and
its file is put into the folder KEEP: another exception, a crash, a table that differs, more than 10 seconds. The process may use 2 GB of
addresses more than it has after its imports; what needs more fails with MemoryError.
"""

from __future__ import annotations

import faulthandler
import json
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random
from types import FrameType

from kinds import KINDS, Kind
from mutate import mutated

from clintrail.errors import Problems

SECONDS, MORE_MEMORY = 10, 2 << 30


class TooSlow(Exception):
    """Raised in a reading that takes more than `SECONDS`."""


def run(kind: Kind, count: int, seed: int, keep: Path) -> dict[str, object]:
    """What became of `count` damaged files: how many were read, refused and failed, the slowest, and the peak memory in MB."""
    random, told, slowest = Random(seed), Counter[str](), 0.0
    with tempfile.TemporaryDirectory() as folder:
        seeds = kind.seeds(Path(folder))
        path = Path(folder) / f"damaged{kind.suffix}"
        for number in range(count):
            damage = kind.inside if kind.inside and random.random() < 0.7 else mutated
            data = damage(random, random.choice(seeds), random.choice(seeds))
            path.write_bytes(data)
            begin = time.perf_counter()
            outcome = _outcome(kind, path, data)
            slowest = max(slowest, time.perf_counter() - begin)
            told[outcome] += 1
            if outcome not in ("read", "refused"):
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{seed}-{number}{kind.suffix}").write_bytes(data)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    return {"files": count, **dict(sorted(told.items())), "slowest_seconds": round(slowest, 2), "peak_mb": round(peak)}


def _outcome(kind: Kind, path: Path, data: bytes) -> str:
    signal.alarm(SECONDS)
    try:
        table = kind.read(path)
        kind.check(data, table)
    except Problems as refused:
        text = str(refused)
        return "refused" if refused.problems and text.strip() else "refused without a word"
    except BaseException as error:  # panics of native libraries are no Exception
        if isinstance(error, KeyboardInterrupt):
            raise
        return f"{type(error).__name__}: {str(error)[:200]}"
    finally:
        signal.alarm(0)
    return "read"


def _too_slow(_signal: int, _frame: FrameType | None) -> None:
    raise TooSlow


if __name__ == "__main__":
    faulthandler.enable()
    faulthandler.dump_traceback_later(3600, exit=True)
    signal.signal(signal.SIGALRM, _too_slow)
    name, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    keep = Path(sys.argv[4]) if len(sys.argv) > 4 else Path("build") / "fuzz" / name
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MORE_MEMORY, used + MORE_MEMORY))
    print(json.dumps(run(KINDS[name], count, seed, keep)))
