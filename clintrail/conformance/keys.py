"""What names the record of a finding: its keys, as `USUBJID 01-001, AESEQ 3`."""

from __future__ import annotations

from collections.abc import Iterable

from clintrail.compile.plan import literal, quoted
from clintrail.conformance.data.model import CheckedDataset, Data, table_of

RECORD_KEYS = "meta.record_keys"
_SAME_IN_ALL = ("STUDYID", "DOMAIN")


def key_variables(data: Data, dataset: CheckedDataset) -> tuple[str, ...]:
    """The variables that name a record: the subject and --SEQ, else the keys of define.xml, else those of the guide."""
    names = {v.name for v in dataset.variables}
    sequence = f"{dataset.prefix}SEQ"
    if dataset.prefix and {"USUBJID", sequence} <= names:
        return ("USUBJID", sequence)
    document = data.define.get(dataset.kind)
    stated = next((d.keys for d in document.datasets if d.name == dataset.name), ()) if document else ()
    keys = stated or (dataset.guide.keys if dataset.guide else ()) or ("USUBJID",)
    return tuple(key for key in keys if key in names and key not in _SAME_IN_ALL)


def make_record_keys(data: Data, findings: str) -> None:
    """Make the table `meta.record_keys` (dataset, record, keys) of the records of the findings."""
    con = data.con
    con.execute(f"CREATE OR REPLACE TABLE {RECORD_KEYS} (dataset VARCHAR, record BIGINT, keys VARCHAR)")
    con.execute(f"CREATE OR REPLACE TEMP TABLE found_records AS SELECT DISTINCT dataset, record FROM {findings} WHERE record IS NOT NULL")
    for (name,) in con.execute("SELECT DISTINCT dataset FROM found_records WHERE dataset IS NOT NULL ORDER BY 1").fetchall():
        dataset = data.dataset(name)
        keys = key_variables(data, dataset) if dataset else ()
        if dataset and keys:
            con.execute(
                f"INSERT INTO {RECORD_KEYS} SELECT f.dataset, f.record, {keys_text('d', keys)} FROM found_records f"
                f" JOIN {table_of(dataset.domain)} d ON d._dataset = f.dataset AND d._record = f.record WHERE f.dataset = {literal(name)}"
            )
    con.execute("DROP TABLE found_records")


def keys_text(alias: str, keys: Iterable[str]) -> str:
    """The keys of a row as text, in SQL; those without a value are left out."""
    parts = (rf"{literal(key + ' ')} || regexp_replace(CAST({alias}.{quoted(key)} AS VARCHAR), '^(-?[0-9]+)\.0$', '\1')" for key in keys)
    return f"concat_ws(', ', {', '.join(parts)})"
