"""Files of transactions: Insert, Update, Upsert, Remove and Context, applied in the order of the file (ODM 1.3.2, section 2.7)."""

from __future__ import annotations

from pathlib import Path

import pytest
from odm_files import group, odm, on_form, rows

from clintrail.errors import Problems

KEYS = {"S": "SubjectKey", "N": "ItemGroupRepeatKey"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "study.xml"


def line(kind: str, repeat: str, term: str | None = None, severity: str | None = None, *, subject: str = "001", around: str = "") -> str:
    """A line of the form of adverse events with its TransactionType. What is None is not mentioned."""
    items = {item: value for item, value in (("I.TERM", term), ("I.AESEV", severity)) if value is not None}
    return on_form("F.AE", group("IG.AE", items, repeat=repeat, more=kind and f'TransactionType="{kind}"'), subject=subject, more=around)


def events(path: Path, *lines: str) -> list[str]:
    """subject/line term severity of what is left."""
    found = rows(path, odm("\n".join(lines), kind="Transactional"), "IG.AE", keys=KEYS)
    return [f"{row['S']}/{row['N']} {row['AETERM']} {row.get('AESEV') or '-'}" for row in found]


def refused(path: Path, *lines: str) -> list[tuple[str, int]]:
    """What is wrong, and on which of the lines."""
    content = odm("\n".join(lines), kind="Transactional")
    with pytest.raises(Problems) as caught:
        rows(path, content, "IG.AE")
    starts = [content[: content.index(text)].count("\n") + 2 for text in lines]
    return [(problem.problem, starts.index(problem.place.line)) for problem in caught.value.problems]


def test_an_update_changes_what_it_mentions(path: Path) -> None:
    assert events(path, line("Insert", "1", "Fever", "MILD"), line("Update", "1", severity="SEVERE")) == ["001/1 Fever SEVERE"]


def test_an_upsert_inserts_what_is_not_there_and_updates_what_is(path: Path) -> None:
    lines = [line("Upsert", "1", "Fever"), line("Upsert", "2", "Rash"), line("Upsert", "1", severity="MILD")]
    assert events(path, *lines) == ["001/1 Fever MILD", "001/2 Rash -"]


def test_a_removed_record_is_gone_and_may_come_back_without_its_old_values(path: Path) -> None:
    before = [line("Insert", "1", "Fever", "MILD"), line("Insert", "2", "Rash"), line("Remove", "1")]
    assert events(path, *before) == ["001/2 Rash -"]
    assert events(path, *before, line("Insert", "1", "Cough")) == ["001/2 Rash -", "001/1 Cough -"]


def test_an_item_can_be_removed_alone_or_become_null(path: Path) -> None:
    first = line("Insert", "1", "Fever", "MILD")
    gone = line("Update", "1", severity="x").replace('Value="x"', 'Value="x" TransactionType="Remove"')
    null = line("Update", "1", severity="x").replace('Value="x"', 'IsNull="Yes"')
    assert events(path, first, gone) == events(path, first, null) == ["001/1 Fever -"]


def test_what_is_removed_takes_everything_in_it_along(path: Path) -> None:
    lines = [line("Insert", "1", "Fever"), line("Insert", "1", "Rash", subject="002")]
    subject = '<SubjectData SubjectKey="001" TransactionType="Remove"/>'
    form = line("", "1", "Fever", around='TransactionType="Remove"')
    event = '<SubjectData SubjectKey="001"><StudyEventData StudyEventOID="SE.1" TransactionType="Remove"/></SubjectData>'
    for removal in (subject, form, event):
        assert events(path, *lines, removal) == ["002/1 Rash -"]
    assert events(path, *lines, subject, line("Insert", "1", "Cough")) == ["002/1 Rash -", "001/1 Cough -"]


def test_a_type_holds_for_what_is_inside_and_has_none(path: Path) -> None:
    assert events(path, line("", "1", "Fever", around='TransactionType="Insert"')) == ["001/1 Fever -"]


def test_context_changes_nothing(path: Path) -> None:
    assert events(path, line("Insert", "1", "Fever"), line("Context", "1", "Cough")) == ["001/1 Fever -"]
    changed = line("Context", "1", "Cough", "SEVERE").replace('Value="SEVERE"', 'Value="SEVERE" TransactionType="Upsert"')
    assert events(path, line("Insert", "1", "Fever"), changed) == ["001/1 Fever SEVERE"]


def test_what_cannot_be_is_told_with_its_line(path: Path) -> None:
    again, unknown = line("Insert", "1", "Cough"), line("Update", "2", "Rash")
    found = refused(path, line("Insert", "1", "Fever"), again, unknown, line("Remove", "3"))
    told = [(problem.partition(" that")[0], at) for problem, at in found]
    assert told == [("a record is inserted again", 1), ("a record is changed or removed", 2), ("a record is changed or removed", 3)]


def test_a_record_without_a_type_and_an_unknown_type_are_told(path: Path) -> None:
    assert refused(path, line("", "1", "Fever"), line("Delete", "2")) == [
        ("a record has no TransactionType, nor has anything around it", 0),
        ("there is no TransactionType 'Delete'", 1),
    ]


def test_a_snapshot_has_no_changes(path: Path) -> None:
    with pytest.raises(Problems, match="a TransactionType Update in a file that is no Transactional one"):
        rows(path, odm(line("Update", "1", "Fever")), "IG.AE")
    assert rows(path, odm(line("Insert", "1", "Fever")), "IG.AE", keys={}) == [{"AETERM": "Fever"}]
