"""A check that was never run: datasets, rules and any number of findings, made up for the tests of reports."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from clintrail.conformance.causes import Cause
from clintrail.conformance.check import Checked
from clintrail.conformance.data.model import CheckedDataset, Data
from clintrail.conformance.dispositions import Disposition
from clintrail.conformance.facts import RuleFacts
from clintrail.conformance.rules.rule import Skipped
from clintrail.errors import Place, Problem, Severity
from clintrail.terminology import Terminology
from clintrail.transport.dataset import Variable

NASTY = "</script><script>alert(1)</script>{{ 7 * 7 }} & 'q'\x1b[31m"
DAYS, TERMS, SITES = "study_day_counts_from_reference_start", "CORE-000123", "sites_are_known"
RULES = {
    DAYS: RuleFacts(
        DAYS, "A study day counts from RFSTDTC.", Severity.ERROR, ("CG0220", "CG0221"), "SDTMIG 3.4, section 4.4.4",
        "derive AESTDY by study_day(AESTDTC, DM.RFSTDTC)", "clintrail",
    ),
    TERMS: RuleFacts(TERMS, f"A term is a term {NASTY}", Severity.WARNING, ("CG0001",), "SDTMIG 3.4", "write a term", "CDISC"),
    SITES: RuleFacts(SITES, "A site is one of the protocol's.", Severity.NOTE, (), "protocol", "ask the site", "study"),
}  # fmt: skip
_FINDINGS = "rule, dataset, record, variables, vals, message, keys, cause, disposition"
# rule, dataset, record, variables, values, message, keys, cause, disposition
DRAWN = [
    (DAYS, "AE", 1, ["AESTDY", "AESTDTC"], ["0", "2024-03-10"], "AESTDY is 0, and 2024-03-10 is day 1", "USUBJID 01, AESEQ 1", 1, None),
    (DAYS, "AE", 2, ["AESTDY", "AESTDTC"], ["9", "2024-03-12"], "AESTDY is 9, and 2024-03-12 is day 3", "USUBJID 01, AESEQ 2", 1, None),
    (DAYS, "AE", 3, ["AESTDY", "AESTDTC"], ["9", None], "AESTDY is 9 without a date", "USUBJID 02, AESEQ 1", 1, 1),
    (TERMS, "VS", 7, ["VSORRES"], [f"=1+1 {NASTY}"], f"=VSORRES is {NASTY}", "USUBJID 03, VSSEQ 7", 2, None),
    (SITES, None, None, [], [], "site 7 is not in the protocol", None, 3, 1),
]
CAUSES = (
    Cause(
        1, "AE", ("AESTDY", "AESTDTC"), "specs/x/sdtm/ae.yaml:14", "ae.csv, record 7", (DAYS,), 3, Severity.ERROR,
        "AESTDY is 0, and 2024-03-10 is day 1", 1,
    ),
    Cause(2, "VS", ("VSORRES",), "", "", (TERMS,), 1, Severity.WARNING, f"=VSORRES is {NASTY}"),
    Cause(3, "", (), "", "", (SITES,), 1, Severity.NOTE, "site 7 is not in the protocol", 1),
)  # fmt: skip
SKIPPED = (
    Skipped(TERMS, "AE", "no function named is_term", expected=False),
    Skipped(TERMS, "CM", "no function named is_term", expected=False),
    Skipped("eg_has_a_method", "", "no dataset in its scope"),
)
EXPLAINED = Disposition(
    1, (DAYS, SITES), "The site said so.", Place("specs/x/dispositions.yaml", 3), by="Data management", date="2026-01-05", found=2
)
ABOUT = Problem(Place(), "terminology", "define.xml names another version", "import it", Severity.NOTE)


def drawn_check() -> Checked:
    """Five findings of three causes, two of them explained."""
    con = _database()
    con.executemany(f"INSERT INTO meta.findings ({_FINDINGS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", DRAWN)
    return _checked(con, CAUSES)


def large_check(count: int, causes: int = 400) -> Checked:
    """Many findings on records of AE and VS, every message another."""
    con = _database()
    con.execute(
        f"""INSERT INTO meta.findings ({_FINDINGS})
        SELECT CASE WHEN c % 4 = 0 THEN '{TERMS}' ELSE '{DAYS}' END, CASE WHEN c % 2 = 0 THEN 'AE' ELSE 'VS' END, n + 1,
            ['X' || c, 'AESTDTC'], [(n % 90)::VARCHAR, '2024-03-' || (1 + n % 28)],
            'X' || c || ' is ' || (n % 90) || ', and 2024-03-' || (1 + n % 28) || ' is day ' || n || ' from 2024-03-01',
            'USUBJID 01-' || (n // 40) || ', AESEQ ' || (n % 40), c + 1, NULL
        FROM (SELECT range AS n, (range * range) % {causes} AS c FROM range({count}))"""
    )
    rows = con.execute(
        "SELECT cause, any_value(dataset), any_value(rule), count(*), min(message) FROM meta.findings GROUP BY 1 ORDER BY 1"
    ).fetchall()
    made = [
        Cause(c, dataset, (f"X{c - 1}", "AESTDTC"), f"x/ae.yaml:{c}", "ae.csv, record 1", (rule,), n, RULES[rule].severity, message)
        for c, dataset, rule, n, message in rows
    ]
    return _checked(con, made)


def _database() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute(
        "CREATE SCHEMA meta; CREATE TABLE meta.findings (rule VARCHAR, dataset VARCHAR, record BIGINT, variables VARCHAR[],"
        " vals VARCHAR[], message VARCHAR, keys VARCHAR, cause INTEGER, disposition INTEGER)"
    )
    return con


def _checked(con: duckdb.DuckDBPyConnection, causes: Sequence[Cause]) -> Checked:
    datasets = tuple(
        CheckedDataset(name, name, "sdtm", label, (Variable("USUBJID", "Subject"),), 1200, Path(f"{name.lower()}.xpt"), 9, class_name)
        for name, label, class_name in (("AE", "Adverse Events", "EVENTS"), ("VS", "Vital Signs", "FINDINGS"))
    )
    return Checked(Data(con, datasets, Terminology((), ())), RULES, SKIPPED, tuple(causes), (EXPLAINED,), (ABOUT,), Path("out/x"))
