"""What is wrong with the records of a file, gathered while they are read or written: each kind of fault of a column told once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from clintrail.errors import Place, Problem, Problems, counted

MOST = 20


@dataclass
class Fault:
    """Values or records that are alike in what is wrong: how many, and the first one's record and line (from 1; 0 without lines)."""

    count: int
    record: int
    line: int
    fix: str


@dataclass
class Faults:
    """The faults found so far, by variable and what is wrong."""

    path: str
    found: dict[tuple[str, str], Fault] = field(default_factory=dict)

    def add(self, subject: str, what: str, fix: str, count: int, record: int, line: int = 0) -> None:
        """`what` names them: `values that are not numbers`. A fault without a subject is one of records."""
        known = self.found.setdefault((subject, what), Fault(0, record, line, fix))
        known.count += count

    def __bool__(self) -> bool:
        return bool(self.found)

    def stop(self) -> None:
        """Raises `Problems` with the first faults and the count of the others, if there are any."""
        if self.found:
            raise Problems(self.problems())

    def problems(self) -> Iterator[Problem]:
        """The faults as problems, the first 20 by record."""
        by_record = sorted(self.found.items(), key=lambda item: item[1].record)
        for (subject, what), fault in by_record[:MOST]:
            problem = f"{what}: {fault.count:,} (first: record {fault.record:,})"
            yield Problem(Place(self.path, fault.line), subject, problem, fault.fix)
        if len(by_record) > MOST:
            more = counted(len(by_record) - MOST, "more kind")
            yield Problem(Place(self.path), "", f"{more} of faults like these", "mend these first")
