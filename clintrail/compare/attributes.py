"""What two datasets say of themselves and of their variables, as far as both formats say it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from clintrail.compare.columns import kind_of
from clintrail.compare.load import ATTRIBUTES, DATASET_LABEL, Loaded
from clintrail.compare.model import AttributeDifference
from clintrail.compare.shown import text_shown
from clintrail.errors import Severity
from clintrail.transport.dataset import Variable

Names = Mapping[str, tuple[str, str]]  # a variable's name in upper case, and its names in A and in B


def attribute_differences(a: Loaded, b: Loaded, names: Names) -> Iterator[AttributeDifference]:
    """Attributes that differ: of the datasets, then of each variable that both have.

    An attribute that a format has no place for (labels in CSV) is not compared. Char against Num is an error, other spelling of a
    name a note. A date against a number or a moment is told as `kind`, where the formats do not tell it already.
    """
    stated = a.stated & b.stated
    if a.dataset.name != b.dataset.name:
        yield AttributeDifference("", "name", text_shown(a.dataset.name), text_shown(b.dataset.name), Severity.NOTE)
    if DATASET_LABEL in stated and a.dataset.label != b.dataset.label:
        yield AttributeDifference("", "label", text_shown(a.dataset.label), text_shown(b.dataset.label))
    variables_a, variables_b = ({v.name: v for v in side.dataset.variables} for side in (a, b))
    for name_a, name_b in names.values():
        one, other = variables_a[name_a], variables_b[name_b]
        if name_a != name_b:
            yield AttributeDifference(name_a, "spelling", name_a, name_b, Severity.NOTE)
        for attribute in ATTRIBUTES:
            left, right = _stated(one, attribute), _stated(other, attribute)
            is_unknown = attribute == "length" and None in (one.length, other.length)  # Dataset-JSON need not state it
            if attribute in stated and left != right and not is_unknown:
                yield AttributeDifference(name_a, attribute, left, right, Severity.ERROR if attribute == "type" else Severity.WARNING)
        kinds = [kind_of(side.dataset.table.schema.field(v.name).type, v) for side, v in ((a, one), (b, other))]
        if kinds[0] != kinds[1] and "text" not in kinds and "format" not in stated:
            yield AttributeDifference(name_a, "kind", kinds[0], kinds[1])


def _stated(variable: Variable, attribute: str) -> str:
    value = getattr(variable, attribute)
    if attribute in ("format", "informat") and value:
        return str(value).upper() + ("" if "." in value else ".")
    return "" if value is None else text_shown(str(value))


def other_order(names: Names, b: Loaded) -> str | None:
    """The first variable that stands in another order in B, None where the order is the same. `names` are in the order of A."""
    of_b = {name_b: name for name, (_, name_b) in names.items()}
    in_b = [of_b[variable.name] for variable in b.dataset.variables if variable.name in of_b]
    return next((name for name, other in zip(names, in_b, strict=True) if name != other), None)
