"""A comparison as data, for `--json`."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from clintrail.compare.model import Comparison, DatasetComparison, Key


def as_data(comparison: Comparison) -> dict[str, Any]:
    """Everything that was found, as JSON holds it. Values are texts as they are shown, keys objects by variable."""
    return {
        "a": comparison.a,
        "b": comparison.b,
        "counts": {severity.name.lower(): count for severity, count in comparison.counts().items()},
        "only_a": list(comparison.only_a),
        "only_b": list(comparison.only_b),
        "notes": list(comparison.notes),
        "options": asdict(comparison.options),
        "datasets": [_dataset(dataset) for dataset in comparison.datasets],
    }


def _dataset(dataset: DatasetComparison) -> dict[str, Any]:
    found: dict[str, Any] = asdict(dataset)
    keys = dataset.shown_keys
    for attribute in found["attributes"]:
        attribute["severity"] = attribute["severity"].name.lower()
    for side in ("a", "b"):
        records, repeats = found[f"only_{side}"], found[f"duplicates_{side}"]
        records["examples"] = [{"record": number, "key": _key(keys, key)} for number, key in records["examples"]]
        repeats["examples"] = [{"records": count, "key": _key(keys, key)} for count, key in repeats["examples"]]
    for variable in found["variables"]:
        if variable["sizes"]:  # JSON has no infinity, which two doubles can be apart
            variable["sizes"] = {name: size if math.isfinite(size) else None for name, size in variable["sizes"].items()}
        for example in variable["examples"]:
            example["key"] = _key(keys, example["key"])
    found["findings"] = [{"severity": f.severity.name.lower(), "subject": f.subject, "text": f.text} for f in dataset.findings()]
    return found


def _key(names: tuple[str, ...], values: Key) -> dict[str, str]:
    return dict(zip(names, values, strict=True))
