"""Any study of drafts is brought to any other define in place."""

from __future__ import annotations

import random
import shutil
import tempfile
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_defines import defines, kept

from clintrail.define.draft.apply import changes
from clintrail.define.draft.compare import combined, differences
from clintrail.define.draft.document import draft_define
from clintrail.define.draft.write import write_study
from clintrail.define.model import CodeList, DefineDataset, DefineDocument, DefineVariable, Standard, Term
from clintrail.define.usual import Kind
from clintrail.spec.read import read_study


def mixed(one: Any, other: Any, by: random.Random) -> Any:
    """Mostly the one, with facts, things and orders of the other."""
    if is_dataclass(one) and type(one) is type(other) and not isinstance(one, Standard):
        return replace(one, **{f.name: mixed(getattr(one, f.name), getattr(other, f.name), by) for f in fields(one)})  # type: ignore[type-var]
    kinds = (DefineDataset, DefineVariable, CodeList)
    if isinstance(one, tuple) and one and all(isinstance(item, kinds) for item in (*one, *other)):
        key = "id" if isinstance(one[0], CodeList) else "name"
        ours, theirs = ({getattr(item, key): item for item in items} for items in (one, other))
        found = [mixed(item, theirs.get(name, item), by) for name, item in ours.items() if by.random() < 0.8]
        found += [item for name, item in theirs.items() if name not in ours and by.random() < 0.3]
        return tuple(by.sample(found, len(found)) if by.random() < 0.2 else found)
    return one if by.random() < 0.8 else other


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(defines(), defines(), st.randoms(use_true_random=False))
def test_any_study_of_drafts_is_brought_to_any_define(before: DefineDocument, other: DefineDocument, by: random.Random) -> None:
    purpose = before.datasets[0].purpose
    kind: Kind = "adam" if purpose == "Analysis" else "sdtm"
    after = mixed(before, other, by)
    datasets = tuple(replace(dataset, purpose=purpose) for dataset in after.datasets) or before.datasets[:1]
    after = replace(after, datasets=datasets, standards=tuple(dict.fromkeys((*before.standards, *other.standards))))
    folder = Path(tempfile.mkdtemp())
    try:
        write_study([before], folder)
        study = read_study(folder)
        made = changes(study, {kind: draft_define(study, kind)[0]}, {kind: after})
        assert made.refused == []
        for name, text in made.files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(text.encode()) if text is not None else (folder / name).unlink()
        assert draft_define(read_study(folder), kind)[0] == kept(after)
    finally:
        shutil.rmtree(folder)


def test_no_file_is_touched_where_nothing_differs(document: DefineDocument, tmp_path: Path) -> None:
    tabulations = replace(document, datasets=document.datasets[:2])
    write_study([tabulations], tmp_path)
    study = read_study(tmp_path)
    ours, _ = draft_define(study, "sdtm")
    assert changes(study, {"sdtm": ours}, {"sdtm": tabulations}).files == {}


def test_what_a_file_cannot_say_stays_as_the_study_has_it() -> None:
    def codelist(*terms: Term, rank: str = "") -> CodeList:
        return CodeList(id="SEX", name="Sex", terms=terms, comment=rank)

    ours, seen = codelist(Term("F", rank="1"), Term("M", rank="2"), rank="COM"), codelist(Term("F"), Term("M"))
    theirs = codelist(Term("F", "Female"), Term("U"), Term("M"))
    assert combined(ours, seen, theirs) == codelist(Term("F", "Female", rank="1"), Term("U"), Term("M", rank="2"), rank="COM")


def test_an_order_is_no_difference_where_the_file_would_have_it_so_of_ours(document: DefineDocument) -> None:
    ours = document.codelists
    seen = (*ours[2:], *ours[:2])
    assert combined(ours, seen, seen) == ours
    assert combined(ours, ours, seen) == seen


def test_differences_name_their_owner_and_both_sides(document: DefineDocument) -> None:
    vs = document.datasets[1]
    other = replace(
        document, datasets=(document.datasets[0], replace(vs, label="Vitals", variables=vs.variables[::-1]), document.datasets[2])
    )
    told = [str(difference) for difference in differences(document, other)]
    assert told[0] == "dataset VS  label: Vital Signs in the study, Vitals in the file"
    assert told[1].startswith("dataset VS  order of variables: USUBJID, VSTESTCD") and len(told) == 2
