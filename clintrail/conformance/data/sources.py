"""The values that analysis datasets say they come from: what SRCDOM, SRCVAR and SRCSEQ name, looked up."""

from __future__ import annotations

from collections.abc import Iterator

from clintrail.compile.plan import literal, quoted
from clintrail.conformance.data.model import Data, table_of

_EMPTY = "SELECT NULL::VARCHAR AS source, NULL::VARCHAR AS variable, NULL::VARCHAR AS USUBJID, 0.0 AS sequence, NULL::VARCHAR AS value"


def source_values_sql(data: Data) -> str:
    """SQL for the values of each dataset and variable that SRCDOM and SRCVAR of any analysis dataset name, by subject and --SEQ.

    Without SRCVAR the variable and the value are missing. Values are text, numbers as the database writes them.
    """
    parts = [_values(data, source, variable) for source, variable in sorted(_named(data), key=lambda pair: (pair[0], pair[1] or ""))]
    return " UNION ALL ".join(filter(None, parts)) or f"{_EMPTY} WHERE FALSE"


def _named(data: Data) -> set[tuple[str, str | None]]:
    """The pairs of dataset and variable that SRCDOM and SRCVAR name, and each dataset without a variable."""
    found: set[tuple[str, str | None]] = set()
    for dataset in data.datasets:
        columns = data.columns(dataset.name)
        if dataset.kind != "adam" or "SRCDOM" not in columns or columns["SRCDOM"] != "VARCHAR":
            continue
        variable = "SRCVAR" if columns.get("SRCVAR") == "VARCHAR" else "NULL"
        rows = data.con.execute(f"SELECT DISTINCT SRCDOM, {variable} FROM {table_of(dataset.name)} WHERE SRCDOM IS NOT NULL").fetchall()
        found |= {(source, name) for source, name in rows} | {(source, None) for source, _ in rows}
    return found


def _values(data: Data, source: str, variable: str | None) -> str:
    columns = data.columns(source)
    sequence = next(_sequences(source, columns), "")
    if "USUBJID" not in columns or not sequence or (variable is not None and variable not in columns):
        return ""
    name, value = ("NULL::VARCHAR", "NULL::VARCHAR") if variable is None else (literal(variable), f"CAST({quoted(variable)} AS VARCHAR)")
    return (
        f"SELECT {literal(source)} AS source, {name} AS variable, USUBJID, {sequence}::DOUBLE AS sequence, {value} AS value"
        f" FROM {table_of(source)}"
    )


def _sequences(source: str, columns: dict[str, str]) -> Iterator[str]:
    """What SRCSEQ counts in a dataset: --SEQ of a domain, ASEQ of an analysis dataset; one record a subject has none (0)."""
    yield from (quoted(name) for name in (f"{source[:2]}SEQ", f"{source[4:6]}SEQ", "ASEQ") if columns.get(name) == "DOUBLE")
    if source in ("ADSL", "DM"):
        yield "0"
