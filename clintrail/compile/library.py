"""The function library: one function, one .sql file, read from `sdtm/functions`, `adam/functions` and the study's own folder.

A file is a comment, which is the Method text, the documentation and the test, and then a macro.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError

from clintrail.compile.builtins import CLOCK, builtins, is_clock_word, not_from_data
from clintrail.compile.expand import WrongCall, expand
from clintrail.compile.functions import Function, FunctionTable, Parameter
from clintrail.compile.text import Marked, NotTokens, calls, tokens
from clintrail.content import content_dir
from clintrail.errors import Place, Problem, Problems, closest

_READS = re.compile(r"Reads: (\w+)")
_MACRO = re.compile(r"CREATE\s+MACRO\s+(\w+)\s*\((.*?)\)\s*AS\s+(.*?);?\s*\Z", re.S | re.I)


def read_function(path: Path, shown: str) -> Function:
    """Read one function file; raises `Problems`."""
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        raise Problems([Problem(Place(shown), path.stem, "not UTF-8 text", "save the file as UTF-8")]) from None
    comment: list[str] = []
    rest: list[str] = []
    for line in text.split("\n"):
        (comment if line.startswith("--") and not rest else rest).append(line)
    match = _MACRO.match("\n".join(rest).strip())
    if not match:
        fix = "after the comment write CREATE MACRO name(parameters) AS expression;"
        raise Problems([Problem(Place(shown, 1), path.stem, "not a function file", fix)])
    parameters = []
    for part in filter(None, (p.strip() for p in match[2].split(","))):
        name, _, default = part.partition(":=")
        parameters.append(Parameter(name.strip(), default.strip() or None))
    lines = [line[2:].strip() for line in comment]
    cut = lines.index("") if "" in lines else len(lines)
    prose = "\n".join(line for line in lines[cut:] if not line.startswith(("|", "Example:"))).strip()
    body = re.sub(r"--[^\n]*", "", match[3]).strip()
    function = Function(
        match[1], tuple(parameters), body, " ".join(lines[:cut]), prose, _tables(lines), shown, len(comment) + 1,
        reads=next((m[1] for m in map(_READS.match, lines) if m), ""),
    )  # fmt: skip
    _check(function, path)
    return function


def _tables(lines: list[str]) -> tuple[FunctionTable, ...]:
    tables: list[FunctionTable] = []
    example: str | None = None
    header: tuple[str, ...] | None = None
    rows: list[tuple[str, ...]] = []
    for line in [*lines, ""]:
        if line.startswith("|"):
            cells = tuple(cell.strip() for cell in line.strip("|").split("|"))
            if header is None:
                header = cells
            else:
                rows.append(cells)
        elif header is not None:
            tables.append(FunctionTable(header, tuple(rows), example))
            example, header, rows = None, None, []
        if line.startswith("Example:"):
            example = line.removeprefix("Example:").strip()
    return tuple(tables)


def _check(function: Function, path: Path) -> None:
    place, problems = Place(function.path, function.line), []
    if function.name != path.stem:
        problems.append(Problem(place, function.name, f"the file is named {path.name}", f"name the file {function.name}.sql"))
    if function.name.lower() in builtins():
        problems.append(Problem(place, function.name, "has the name of a built-in function", "choose another name"))
    try:
        toks = tokens(function.body)
    except NotTokens as error:
        raise Problems([*problems, Problem(place, function.name, f"not an expression: {error}", "mend the macro's body")]) from None
    if any(t.text.upper() in ("SELECT", "FROM") and t.is_word for t in toks if t.text.upper() == "SELECT"):
        problems.append(Problem(place, function.name, "a body is one expression without SELECT", "write a scalar expression"))
    outside = next((t.text for t in toks if is_clock_word(t)), None)
    if outside:
        problems.append(Problem(place, function.name, *not_from_data(outside)))
    if problems:
        raise Problems(problems)


def _names_outside(function: Function) -> list[Problem]:
    """Names in the body that are no parameters, which would mean something else wherever the function is called."""
    place = Place(function.path, function.line)
    try:
        tree = sqlglot.parse_one(function.expanded, dialect="duckdb")
    except ParseError:
        return [Problem(place, function.name, "the body is not an expression", "check brackets, quotes and commas")]
    parameters = [p.name for p in function.parameters]
    used = dict.fromkeys(c.name for c in tree.find_all(exp.Column) if c.name not in parameters)
    fix = "a function knows its parameters alone: " + ", ".join(parameters)
    return [Problem(place, function.name, f"{name} is no parameter", fix) for name in used if name and name.lower() not in CLOCK]


def load_functions(folders: Iterable[tuple[Path, str]]) -> dict[str, Function]:
    """All functions of the folders (path, path as shown); a later folder's function replaces an earlier one's of that name.

    Raises `Problems` with every faulty file, unknown function and recursion.
    """
    found: dict[str, Function] = {}
    problems: list[Problem] = []
    for folder, shown in folders:
        for path in sorted(folder.glob("*.sql")):
            try:
                function = read_function(path, f"{shown}/{path.name}")
                found[function.name] = function
            except Problems as error:
                problems.extend(error.problems)
    done: dict[str, Function] = {}
    for name in found:
        _expand_body(name, found, done, (), problems)
    if problems:
        raise Problems(problems)
    return done


def library(study_functions: Path | None = None, shown: str = "functions") -> dict[str, Function]:
    """The shipped function library and, over it, the study's own."""
    folders = [(content_dir(kind) / "functions", f"{kind}/functions") for kind in ("sdtm", "adam")]
    if study_functions is not None and study_functions.is_dir():
        folders.append((study_functions, shown))
    found = load_functions(folders)
    own = [f for f in found.values() if study_functions is not None and f.path.startswith(f"{shown}/")]
    problems = [p for f in own for p in _names_outside(f)]  # a shipped function's own tables show that it is whole
    if problems:
        raise Problems(problems)
    return found


def _expand_body(
    name: str, found: Mapping[str, Function], done: dict[str, Function], path: tuple[str, ...], problems: list[Problem]
) -> None:
    if name in done:
        return
    function = found[name]
    place = Place(function.path, function.line)
    if name in path:
        problems.append(Problem(place, name, "calls itself: " + " -> ".join((*path, name)), "a function must not be recursive"))
        return
    for call in calls(tokens(function.body)):
        if call.name in found and call.name != name or call.name == name:
            _expand_body(call.name, found, done, (*path, name), problems)
        elif call.name.lower() not in builtins() and call.name not in {p.name for p in function.parameters}:
            near = closest(call.name, [*(known for known in found if known != name), *builtins()])
            problems.append(Problem(place, name, f"no function named {call.name}", f"did you mean {near}?" if near else "define it"))
    if problems:
        return
    try:
        done[name] = replace(function, expanded=expand(Marked.made(function.body, 0), done).text)
    except WrongCall as error:
        problems.append(Problem(place, name, error.what, error.fix))
