"""Any small study, written as ODM in any of the ways that ODM has, comes back as its records."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from hypothesis import given
from hypothesis import strategies as st
from odm_files import ROOT

from clintrail.transport.raw.odm import OdmOptions, read_odm_forms

KEYS = {"S": "SubjectKey", "E": "StudyEventOID", "ER": "StudyEventRepeatKey", "FR": "FormRepeatKey", "GR": "ItemGroupRepeatKey"}
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn"), exclude_characters="\ufffe\uffff"), max_size=6)
KEY = st.sampled_from(["1", "2", "<a&b>", "é"])
ITEMS = {"TOP": ["T1", "T2"], "LINE": ["L1", "L2", "L3"]}
Instance = tuple[str, str, str | None, str | None]  # subject, event, repeat of the event, repeat of the form
Values = dict[str, str | None]

METADATA = (
    '<Study OID="S"><MetaDataVersion OID="V"><StudyEventDef OID="E1" Name="E1" Repeating="Yes"/><StudyEventDef OID="E2" Name="E2"/>'
    '<FormDef OID="F" Name="F" Repeating="Yes"><ItemGroupRef ItemGroupOID="TOP"/><ItemGroupRef ItemGroupOID="LINE"/></FormDef>'
    + "".join(
        f'<ItemGroupDef OID="{group}" Name="{group}" Repeating="{"Yes" if group == "LINE" else "No"}">'
        + "".join(f'<ItemRef ItemOID="{item}"/>' for item in items)
        + "</ItemGroupDef>"
        for group, items in ITEMS.items()
    )
    + "".join(f'<ItemDef OID="{item}" Name="{item}" DataType="text"/>' for items in ITEMS.values() for item in items)
    + "</MetaDataVersion></Study>"
)


def values(group: str) -> st.SearchStrategy[Values]:
    return st.dictionaries(st.sampled_from(ITEMS[group]), st.none() | TEXT, max_size=3)


@st.composite
def studies(draw: st.DrawFn) -> dict[Instance, tuple[Values | None, dict[str, Values]]]:
    """For each form that was filled in, what was asked once (or nothing), and its lines by repeat key."""
    instances = draw(st.lists(st.tuples(KEY, st.sampled_from(["E1", "E2"]), st.none() | KEY, st.none() | KEY), unique=True, max_size=5))
    found = {at: (draw(st.none() | values("TOP")), draw(st.dictionaries(KEY, values("LINE"), max_size=3))) for at in instances}
    return {at: data for at, data in found.items() if data[0] is not None or data[1]}


def wanted(study: dict[Instance, tuple[Values | None, dict[str, Values]]]) -> list[dict[str, Any]]:
    """What the reader should give, made without it."""
    rows: list[dict[str, Any]] = []
    for (subject, event, event_repeat, form_repeat), (top, lines) in study.items():
        keys = {"S": subject, "E": event, "ER": event_repeat, "FR": form_repeat}
        for repeat, line in (lines or {None: {}}).items():
            shown = {item: (top or {}).get(item) for item in ITEMS["TOP"]} | {item: line.get(item) for item in ITEMS["LINE"]}
            shown = {item: None if value is None or not value.strip() else value for item, value in shown.items()}
            rows.append(keys | {"GR": repeat} | shown)
    return rows


@given(studies(), st.data(), st.sampled_from(["Snapshot", "Transactional"]))
def test_any_study_comes_back(study: dict[Instance, tuple[Values | None, dict[str, Values]]], data: st.DataObject, kind: str) -> None:
    pieces = [(at, "TOP", None, top) for at, (top, _) in study.items() if top is not None]
    pieces += [(at, "LINE", repeat, line) for at, (_, lines) in study.items() for repeat, line in lines.items()]
    pieces = data.draw(st.permutations(pieces))
    around = data.draw(st.booleans())
    body = "".join(_piece(*piece, plain=data.draw(st.booleans()), changes=kind == "Transactional" and around) for piece in pieces)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "study.xml"
        clinical = f'<ClinicalData StudyOID="S" MetaDataVersionOID="V">{body}</ClinicalData>'
        path.write_text(f'<ODM {ROOT} FileType="{kind}">{METADATA}{clinical}</ODM>', "utf-8")
        found = read_odm_forms(path, {"f": "F"}, OdmOptions(keys=KEYS))["f"].table.to_pylist()
    assert sorted(found, key=repr) == sorted(wanted(study), key=repr)
    firsts = list(dict.fromkeys(at for at, *_ in pieces))
    assert list(dict.fromkeys((row["S"], row["E"], row["ER"], row["FR"]) for row in found)) == firsts


def _piece(at: Instance, group: str, repeat: str | None, items: Values, *, plain: bool, changes: bool) -> str:
    """One record, with all the elements around it. With changes, it is inserted empty, and its items come in an update."""
    subject, event, event_repeat, form_repeat = at
    keys = {"StudyEventRepeatKey": event_repeat, "FormRepeatKey": form_repeat, "ItemGroupRepeatKey": repeat}
    said = {name: f" {name}={quoteattr(key)}" if key is not None else "" for name, key in keys.items()}

    def record(kind: str, inside: str) -> str:
        return (
            f'<SubjectData SubjectKey={quoteattr(subject)}><StudyEventData StudyEventOID="{event}"{said["StudyEventRepeatKey"]}>'
            f'<FormData FormOID="F"{said["FormRepeatKey"]}><ItemGroupData ItemGroupOID="{group}"{said["ItemGroupRepeatKey"]}'
            f' TransactionType="{kind}">{inside}</ItemGroupData></FormData></StudyEventData></SubjectData>'
        )

    inside = "".join(_item(oid, value, plain=plain) for oid, value in items.items())
    return record("Insert", "") + record("Update", inside) if changes else record("Insert", inside)


def _item(oid: str, value: str | None, *, plain: bool) -> str:
    if value is None:
        return f'<ItemData ItemOID="{oid}" IsNull="Yes"/>'
    return (
        f'<ItemData ItemOID="{oid}" Value={quoteattr(value)}/>' if plain else f'<ItemDataAny ItemOID="{oid}">{escape(value)}</ItemDataAny>'
    )
