"""The rows of a workbook's sheet of all findings, in XML that DuckDB makes: a million of them, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from clintrail.compile.plan import literal
from clintrail.conformance.check import Checked
from clintrail.conformance.report.findings import listed
from clintrail.transport.workbook_file import FORMULA, LONGEST_CELL

_UNFIT = [*range(0x01, 0x09), 0x0B, *range(0x0C, 0x20), 0xFFFE, 0xFFFF]  # what `workbook_file.fitted` writes in another way, too


@dataclass(frozen=True)
class StyleIds:
    """The styles of a text, of one that begins as a formula does, and of a number."""

    text: int
    formula: int
    number: int


def detail_rows(checked: Checked, styles: StyleIds, most: int, count: int) -> Iterator[bytes]:
    """`<row>` elements (ECMA-376 part 1, section 18.3.1.73) of at most `most` of the findings, and one that says what is left out."""
    con = checked.data.con
    con.execute(f"CREATE OR REPLACE TEMP MACRO cell_text(t) AS {_fitted('t')}")
    con.register("told", _told(checked))
    con.register("made", _made(checked))
    con.register("explained", _explained(checked))
    joins = "LEFT JOIN told USING (rule) LEFT JOIN made USING (cause) LEFT JOIN explained USING (disposition)"
    for batch in listed(checked, f"'<row>' || {' || '.join(_cells(styles))} || '</row>'", most, joins):
        yield "".join(batch.column(0).to_pylist()).encode()
    for name in ("told", "made", "explained"):
        con.unregister(name)
    if count > most:
        left_out = f"{count - most:,} more findings are left out here; the report in JSON has them all"
        yield f'<row><c s="{styles.text}" t="inlineStr"><is><t>{left_out}</t></is></c></row>'.encode()


def _cells(styles: StyleIds) -> list[str]:
    def text(sql: str) -> str:
        style = f"CASE WHEN regexp_matches({sql}, {literal('^' + FORMULA.pattern)}) THEN {styles.formula} ELSE {styles.text} END"
        filled = f"""'<c s="' || {style} || '" t="inlineStr"><is><t xml:space="preserve">' || cell_text({sql}) || '</t></is></c>'"""
        return f"CASE WHEN coalesce({sql}, '') = '' THEN '<c/>' ELSE {filled} END"

    def number(sql: str) -> str:
        return f"""coalesce('<c s="{styles.number}"><v>' || {sql} || '</v></c>', '<c/>')"""

    return [
        text("coalesce(dataset, '(study)')"), number("record"), text("keys"), text("array_to_string(variables, ', ')"),
        text("array_to_string(list_transform(vals, lambda v: coalesce(v, '')), ', ')"), text("rule"), text("publisher"),
        text("message"), text("severity"), number("cause"), text("place"), text("explanation"),
    ]  # fmt: skip


def _fitted(text: str) -> str:
    """SQL for a text as XML of a cell holds it."""
    cut = f"left({text}, {LONGEST_CELL})"
    spelt = f"regexp_replace({cut}, '_(x[0-9A-Fa-f]{{4}}_)', '_x005F_\\1', 'g')"
    for code in _UNFIT:
        spelt = f"replace({spelt}, chr({code}), '_x{code:04X}_')"
    unfit = "[\\x01-\\x08\\x0b-\\x1f\\x{fffe}\\x{ffff}]|_x[0-9A-Fa-f]{4}_"
    fit = f"CASE WHEN regexp_matches({text}, '{unfit}') THEN {spelt} ELSE {cut} END"
    for sign, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        fit = f"replace({fit}, '{sign}', '{name}')"
    return fit


def _told(checked: Checked) -> pa.Table:
    """What is told of each rule beside its findings."""
    rules = checked.rules.values()
    return pa.table({
        "rule": pa.array([rule.id for rule in rules], pa.string()),
        "publisher": pa.array([", ".join(rule.stands_for) for rule in rules], pa.string()),
        "severity": pa.array([rule.severity.name.capitalize() for rule in rules], pa.string()),
    })  # fmt: skip


def _made(checked: Checked) -> pa.Table:
    causes = checked.causes
    return pa.table({
        "cause": pa.array([cause.id for cause in causes], pa.int32()), "place": pa.array([cause.place for cause in causes], pa.string()),
    })  # fmt: skip


def _explained(checked: Checked) -> pa.Table:
    found = checked.dispositions
    return pa.table({
        "disposition": pa.array([one.number for one in found], pa.int32()),
        "explanation": pa.array([one.explanation for one in found], pa.string()),
    })  # fmt: skip
