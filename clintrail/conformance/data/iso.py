"""The values of the variables that a guide describes as ISO 8601."""

from __future__ import annotations

from clintrail.compile.plan import literal, quoted
from clintrail.conformance.data.model import Data, table_of

_PLAIN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-2][0-9]:[0-5][0-9](:[0-5][0-9])?)?$"


def iso_values_sql(data: Data) -> str:
    """SQL for the values that need a closer look, a row each: those that are not a plain date (and time) of the calendar."""
    made = []
    for dataset in data.datasets:
        for variable in dataset.variables:
            info = dataset.guide.variable(variable.name) if dataset.guide else None
            if variable.type != "Char" or info is None or not info.described.startswith("ISO 8601"):
                continue
            name = quoted(variable.name)
            plain = (
                f"regexp_matches({name}, '{_PLAIN}') AND TRY_CAST(left({name}, 10) AS DATE) IS NOT NULL AND substr({name}, 12, 2) < '24'"
                if "datetime" in info.described
                else "FALSE"
            )
            made.append(
                f"(SELECT {literal(dataset.name)} AS dataset, {literal(variable.name)} AS variable, {name} AS value,"
                f" {literal(dataset.domain)} AS domain, {literal(dataset.class_name)} AS class, {literal(info.described)} AS described,"
                f" count(*) AS records FROM {table_of(dataset.name)} WHERE {name} IS NOT NULL AND NOT ({plain}) GROUP BY {name} ORDER BY 3)"
            )
    nothing = ", ".join(f"NULL::VARCHAR AS {c}" for c in ("dataset", "variable", "value", "domain", "class", "described"))
    return " UNION ALL ".join(made) or f"SELECT {nothing}, 0::BIGINT AS records WHERE FALSE"
