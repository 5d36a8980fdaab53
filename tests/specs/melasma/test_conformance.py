"""What conformance rules say of the melasma package: nothing that is not meant and explained."""

from __future__ import annotations

from pathlib import Path

import pytest

from clintrail.conformance.check import Checked, check_folder
from clintrail.errors import Severity

ROOT = Path(__file__).resolve().parents[3]
STUDY, CORE_RULES = ROOT / "specs" / "melasma", ROOT.parent / "shared" / "core-rules"


def not_explained(checked: Checked) -> list[str]:
    """What the causes say that have errors or warnings without a disposition."""
    return [f"{c.dataset} {c.message}" for c in checked.causes if c.open and c.severity >= Severity.WARNING]


@pytest.mark.skipif(not CORE_RULES.is_dir(), reason="CDISC's open rules are not in ../shared")
def test_cdiscs_own_rules_find_nothing_that_is_not_explained(melasma_package: Path) -> None:
    with check_folder(melasma_package, study=STUDY, core_rules=CORE_RULES, own=False) as checked:
        assert not_explained(checked) == []
        explained = [(row.rule, row.count) for row in checked.explained()]
    assert explained == [("CORE-000024", 68), ("CORE-000718", 1), ("CORE-000708", 1), ("CORE-000352", 1), ("CORE-000774", 1)]


def test_the_studys_own_rules_find_nothing(melasma_package: Path) -> None:
    """That our rules find nothing either, that is not explained, is told in tests/conformance/faults."""
    names = ["infusion_has_a_million_cells_per_kilogram", "masi_region_follows_from_its_items", "sessions_are_three_weeks_apart"]
    with check_folder(melasma_package, study=STUDY, rules=names) as checked:
        assert sorted(rule.id for rule in checked.rules.values() if rule.origin == "study") == names
        assert checked.causes == ()
