"""A rule that the test draws, run on data that it draws."""

from __future__ import annotations

from pathlib import Path

from clintrail.compile.library import library
from clintrail.conformance.data import read_example
from clintrail.conformance.rules import Skipped, compile_rules, read_rules
from clintrail.conformance.run import FINDINGS, run_queries

FUNCTIONS = library()
TEXTS = "holds: It holds.\nfix: Mend it.\nsource: The guide.\n"


def checked(folder: Path, rule: str, kind: str = "sdtm", **tables: str) -> tuple[list[tuple[object, ...]], list[Skipped]]:
    """What a rule finds in tables (`dm="USUBJID,AGE\\n01,40"`), as (dataset, record, message); and what it does not check."""
    (folder / "rules" / "drawn").mkdir(parents=True, exist_ok=True)
    (folder / "rules" / "drawn" / "rule.yaml").write_text(TEXTS + rule, "utf-8")
    (folder / "data").mkdir(exist_ok=True)
    for name, text in tables.items():
        (folder / "data" / f"{name}.csv").write_text(text, "utf-8")
    rules = read_rules(folder / "rules", kind, "rules")
    data = read_example(folder / "data")
    ran = run_queries(data, compile_rules(rules, data, FUNCTIONS))
    found = data.con.execute(f"SELECT dataset, record, message FROM {FINDINGS} ORDER BY ALL").fetchall()
    return found, list(ran.skipped)
