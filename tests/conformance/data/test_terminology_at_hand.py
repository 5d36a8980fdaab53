"""Which terminology a check is held against: as a build finds it."""

from __future__ import annotations

from pathlib import Path

import pytest

from clintrail.conformance.data.files import terminology_of
from clintrail.errors import Problems

HEADER = "Code,Codelist Code,Codelist Extensible (Yes/No),Codelist Name,CDISC Submission Value,CDISC Synonym(s),NCI Preferred Term\n"


@pytest.fixture(autouse=True)
def user_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty store of the user."""
    folder = tmp_path / "store"
    folder.mkdir()
    monkeypatch.setenv("CLINTRAIL_TERMINOLOGY", str(folder))
    return folder


def draw(folder: Path, version: str, term: str) -> None:
    folder.mkdir(exist_ok=True)
    text = f"{HEADER}C1,,No,Drawn,DRAWN,,\nC2,C1,,Drawn,{term},,\n"
    (folder / f"sdtmct-{version}.csv").write_text(text, "utf-8")


def terms(**options: object) -> list[str]:
    found = terminology_of((), **options).codelist("DRAWN")  # type: ignore[arg-type]
    return [term.value for term in found.terms] if found else []


def test_what_the_user_imported_is_used(user_store: Path) -> None:
    draw(user_store, "2099-01-01", "IMPORTED")
    assert terms() == ["IMPORTED"]


def test_what_the_study_brings_goes_before_it(user_store: Path, tmp_path: Path) -> None:
    draw(user_store, "2099-01-01", "IMPORTED")
    draw(tmp_path / "terminology", "2099-01-01", "BROUGHT")
    assert terms(study=tmp_path) == ["BROUGHT"]


def test_a_version_that_is_asked_for_is_used_and_must_be_there(user_store: Path) -> None:
    draw(user_store, "2099-01-01", "NEW")
    draw(user_store, "2098-01-01", "OLD")
    assert terms(version="2098-01-01") == ["OLD"]
    with pytest.raises(Problems, match="2097-01-01 is not here"):
        terms(version="2097-01-01")


def test_without_any_of_them_it_is_what_is_shipped() -> None:
    assert terms() == [] and terminology_of(()).codelist("NY") is not None
