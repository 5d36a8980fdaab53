"""Rules for labels of datasets and variables. A label is text whose characters are the bytes of the file (see `facts.BYTES`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from clintrail.conformance.agency.facts import BYTES, DatasetFacts, VariableFacts
from clintrail.conformance.agency.rule import Found
from clintrail.errors import counted

_CONTROL = re.compile(r"[\x00-\x1F\x7F]")
_CHINESE = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_ENCODINGS = ("utf-8", "gb18030")  # the second holds every Chinese encoding of one and two bytes, such as euc-cn
_QUOTES = {"'": "an apostrophe", '"': "a quotation mark"}
_BRACKETS = {"(": ")", "[": "]", "{": "}"}


def dataset_is_labelled(dataset: DatasetFacts, _: int) -> Iterator[Found]:
    """A blank label."""
    if not dataset.label.strip():
        yield Found()


def variable_is_labelled(variable: VariableFacts, _: int) -> Iterator[Found]:
    """A blank label."""
    if not variable.described.label.strip():
        yield Found(subject=variable.name)


def label_is_within_limit(dataset: DatasetFacts, limit: int) -> Iterator[Found]:
    """Labels of more bytes, which version 8 can hold."""
    for subject, label in _labels(dataset):
        if len(label) > limit:
            yield Found({"size": len(label)}, subject)


def label_is_ascii(dataset: DatasetFacts, _: int) -> Iterator[Found]:
    """Labels with a byte over 0x7F."""
    yield from _where(dataset, lambda label: not label.isascii())


def label_has_no_control_characters(dataset: DatasetFacts, _: int) -> Iterator[Found]:
    """Labels with a control character."""
    yield from _where(dataset, lambda label: bool(_CONTROL.search(label)))


def label_is_balanced(dataset: DatasetFacts, _: int) -> Iterator[Found]:
    """Labels with half of a pair."""
    for subject, label in _labels(dataset):
        if what := _half(_text(label)):
            yield Found({"what": what}, subject)


def label_has_no_comparison_signs(dataset: DatasetFacts, _: int) -> Iterator[Found]:
    """Labels with a < or >."""
    yield from _where(dataset, lambda label: "<" in label or ">" in label)


def label_starts_with_no_digit(dataset: DatasetFacts, _: int) -> Iterator[Found]:
    """Labels with a digit in front."""
    yield from _where(dataset, lambda label: label[:1].isdigit())


def labels_are_chinese(dataset: DatasetFacts, _: int) -> Iterator[Found]:
    """The count of labels that have no Chinese character."""
    count = sum(not _CHINESE.search(_text(label)) for _, label in _labels(dataset))
    if count:
        yield Found({"count": counted(count, "label")})


def labels_are_different(dataset: DatasetFacts, _: int) -> Iterator[Found]:
    """Each further variable that has the label of an earlier one."""
    first: dict[str, str] = {}
    for variable in dataset.variables:
        label = " ".join(variable.described.label.lower().split())
        if label and first.setdefault(label, variable.name) != variable.name:
            yield Found({"other": first[label]}, variable.name)


def _labels(dataset: DatasetFacts) -> Iterator[tuple[str, str]]:
    """Variable (blank: the dataset) -> label, of those that have one."""
    every = [("", dataset.label), *((variable.name, variable.described.label) for variable in dataset.variables)]
    yield from ((subject, label) for subject, label in every if label.strip())


def _where(dataset: DatasetFacts, holds: Callable[[str], bool]) -> Iterator[Found]:
    yield from (Found(subject=subject) for subject, label in _labels(dataset) if holds(label))


def _text(label: str) -> str:
    """The characters of a label in whichever encoding of Chinese it is."""
    for encoding in _ENCODINGS:
        try:
            return label.encode(BYTES).decode(encoding)
        except UnicodeDecodeError:
            continue
    return label


def _half(label: str) -> str:
    """The mark that lacks its other half; blank if none does."""
    plain = label.replace("\uff08", "(").replace("\uff09", ")")  # full-width parentheses
    for mark, name in _QUOTES.items():
        if plain.count(mark) % 2:
            return name
    waiting: list[str] = []
    for character in plain:
        if character in _BRACKETS:
            waiting.append(_BRACKETS[character])
        elif character in _BRACKETS.values() and (not waiting or waiting.pop() != character):
            return f"a {character}"
    return f"the opening of a {waiting[-1]}" if waiting else ""
