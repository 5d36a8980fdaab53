"""A rule in words: the text of a Method in define.xml and of an answer to `why`, composed from the functions' own words."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping

from clintrail.compile.functions import Function
from clintrail.compile.plan import Column, Plan
from clintrail.compile.text import NotTokens, Token, arguments, call_at, tokens


def put_words(plan: Plan, functions: Mapping[str, Function]) -> None:
    """Give every column that has a rule its words, unless the spec gave them."""
    for frame in plan.frames.values():
        for column in frame.columns.values():
            for branch in column.branches:
                branch.words = branch.words or sentence(words_of(branch.text, functions), frame.columns)
            if column.text and not column.words:
                column.words = _of_column(column, functions, frame.columns)


def _of_column(column: Column, functions: Mapping[str, Function], names: Container[str]) -> str:
    if not column.branches:
        return sentence(words_of(column.text, functions), names)
    lines = []
    for branch in column.branches:
        value = words_of(branch.text, functions)
        lines.append(f"if {words_of(branch.condition, functions)}: {value}" if branch.condition else f"otherwise: {value}")
    return sentence("; ".join(lines))


def sentence(text: str, names: Container[str] = ()) -> str:
    """With a capital and a full stop; a text that begins with one of `names` (working columns) keeps it as it is."""
    text = text.strip()
    if not text:
        return ""
    first = re.match(r"[a-z]+(?= )", text)
    head = text[0].upper() + text[1:] if first and first[0] not in names else text
    return head if head.endswith((".", "?")) else head + "."


def words_of(text: str, functions: Mapping[str, Function]) -> str:
    """The expression with every call of a library function replaced by its words, arguments filled in."""
    try:
        toks = tokens(text)
    except NotTokens:
        return text
    return _words(text, toks, 0, len(toks), functions)


def _words(text: str, toks: tuple[Token, ...], first: int, behind: int, functions: Mapping[str, Function]) -> str:
    if behind <= first:
        return ""
    out, at, index = [], toks[first].start, first
    while index < behind:
        call = call_at(toks, index)
        function = functions.get(call.name) if call else None
        choice = call is not None and call.name.lower() == "if" and len(arguments(toks, call)) in (2, 3)
        if call is None or not choice and (function is None or not function.words):
            index += 1
            continue
        out.append(text[at : toks[index].start])
        given = [_words(text, toks, *r, functions) for r in arguments(toks, call)]
        index = call.close + 1
        at = toks[call.close].end
        if function is None:
            out.append(f"{given[1]} if {given[0]}, otherwise {given[2] if len(given) > 2 else 'missing'}")
            continue
        values = {p.name: given[i] if i < len(given) else (p.default or "") for i, p in enumerate(function.parameters)}
        out.append(_filled(function, values, given))
    out.append(text[at : toks[behind - 1].end])
    return re.sub(r"\s+", " ", "".join(out))


def _filled(function: Function, values: Mapping[str, str], given: list[str]) -> str:
    """The function's words; a clause about a parameter that was left out (between commas) is dropped."""
    words = function.words.rstrip(".")
    for index, parameter in enumerate(function.parameters):
        if index >= len(given) and parameter.default is not None:
            words = re.sub(r",[^,{}]*\{" + parameter.name + r"\}[^,{}]*(?=,|$)", "", words)
            words = re.sub(r",\s*(?=,)", "", words)
    filled = re.sub(r"\{(\w+)\}", lambda m: values.get(m[1], m[0]), words)
    return filled[0].lower() + filled[1:] if re.match(r"[A-Z][a-z]", filled) else filled
