"""What is wrong with the values of a dataset that is written, gathered over its blocks and told by variable and record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from clintrail.errors import Place, Problem, Severity
from clintrail.transport.dataset import Variable
from clintrail.transport.xpt.cells import Fault
from clintrail.transport.xpt.check import Limits

_WORDS: dict[str, tuple[str, str, Severity]] = {
    "foreign": (
        "hold characters outside {encoding}",
        "replace them by plain ASCII characters, or state the file's encoding where the receiver accepts it",
        Severity.ERROR,
    ),
    "beyond ascii": (
        "hold characters outside ASCII, and the file cannot state its encoding",
        "see that the receiver reads {encoding}: a reader of another encoding shows other characters, such as Ã© for é",
        Severity.NOTE,
    ),
    "long": ("have more than {limit} bytes", "give a length of {longest}, or none", Severity.ERROR),
    "infinite": ("are infinite or not a number", "make them missing", Severity.ERROR),
    "large": ("are 7.2e75 or more in size", "make them missing, or text", Severity.ERROR),
    "inexact": ("are whole numbers that a double cannot hold exactly", "make the variable Char", Severity.ERROR),
    "tiny": ("are under 5.4e-79 in size and were written as 0", "round them", Severity.WARNING),
}
_SPLIT = "split the value as the implementation guide says"


@dataclass
class Faults:
    """The faults found so far: by variable and kind the count, the first record (from 1) and the longest value."""

    found: dict[tuple[int, str], Fault] = field(default_factory=dict)

    def add(self, number: int, faults: Iterable[Fault], before: int) -> None:
        """Add those of a block of a variable's values; `before` is the number of records before the block."""
        for fault in faults:
            key = number, fault.kind
            known = self.found.get(key, Fault(fault.kind, 0, before + fault.first))
            self.found[key] = Fault(fault.kind, known.count + fault.count, known.first, max(known.longest, fault.longest))

    @property
    def stop(self) -> bool:
        """Whether one of them is such that the dataset cannot be written."""
        return any(_WORDS[kind][2] == Severity.ERROR for _, kind in self.found)

    def problems(self, place: Place, variables: Sequence[Variable], records: int, limits: Limits) -> Iterator[Problem]:
        """Each as a problem. `variables` have the lengths that were written."""
        for (number, kind), fault in sorted(self.found.items()):
            words, fix, severity = _WORDS[kind]
            variable = variables[number]
            if kind == "long" and variable.length == limits.version.longest_text:
                fix = _SPLIT
            facts = {"encoding": limits.encoding, "limit": variable.length, "longest": fault.longest}
            some = f"{fault.count} of {records} values (first: record {fault.first + 1})"
            yield Problem(place, variable.name, f"{some} {words.format(**facts)}", fix.format(**facts), severity)
