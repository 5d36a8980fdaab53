"""The function library: one function, one .sql file, read from `sdtm/functions`, `adam/functions` and the study's own folder.

A file is a comment, which is the Method text, the documentation and the test, and then a macro.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import duckdb
from sqlglot.tokens import TokenType
import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError

from clintrail.compile.text import Call, Marked, NotTokens, Token, arguments, call_at, calls, has_order, join, span, tokens
from clintrail.content import content_dir
from clintrail.errors import Place, Problem, Problems, closest, counted

_READS = re.compile(r"Reads: (\w+)")
_MACRO = re.compile(r"CREATE\s+MACRO\s+(\w+)\s*\((.*?)\)\s*AS\s+(.*?);?\s*\Z", re.S | re.I)
_WINDOW = frozenset("row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value".split())
_NEEDS_ORDER = frozenset("first last any_value arbitrary list array_agg string_agg group_concat listagg mode".split())
_REFUSED = re.compile(
    r"random|setseed|uuid|now|today|current_|get_current|transaction|txid|version|getenv|getvariable|nextval|currval|pragma|read_|"
    r"sleep|in_search_path|pg_|duckdb_|has_.*_privilege|error$|write_log|query|stats$|vector_type|create_sort_key|add_parquet_key|approx_|reservoir"
)
_CLOCK = frozenset(
    "current_date current_time current_timestamp current_user current_role current_catalog current_schema localtime localtimestamp "
    "session_user".split()
)
_ORDERED_SUMS = frozenset("sum avg mean fsum favg kahan_sum sumkahan stddev stddev_samp stddev_pop variance var_samp var_pop product corr "
                          "covar_pop covar_samp regr_slope regr_intercept skewness kurtosis arg_max arg_min max_by min_by argmax argmin".split())  # fmt: skip


@dataclass(frozen=True)
class Parameter:
    """A parameter and, where it may be left out, its default."""

    name: str
    default: str | None = None


@dataclass(frozen=True)
class FunctionTable:
    """A test table: header and cells; `example` is the expression of a table for a function over rows."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    example: str | None = None


@dataclass(frozen=True)
class Function:
    """A library function; `expanded` is the body with every library function in it put in."""

    name: str
    parameters: tuple[Parameter, ...]
    body: str
    words: str
    documentation: str
    tables: tuple[FunctionTable, ...]
    path: str
    line: int
    expanded: str = ""
    reads: str = ""  # the parameter whose text it reads: a missing result means that the text could not be read

    @property
    def signature(self) -> str:
        """As one types it: `study_day(date, reference)`."""
        return f"{self.name}({', '.join(p.name + (f' := {p.default}' if p.default else '') for p in self.parameters)})"

    @property
    def is_aggregate(self) -> bool:
        """The body aggregates, so that a call needs rows: `over`, or another dataset's."""
        return bool(open_aggregates(self.expanded))

    @property
    def picking(self) -> int | None:
        """The index of the parameter that alone picks the rows of all aggregates in the body; None where there is none."""
        return _picking(self)


@lru_cache(maxsize=1)
def builtins() -> Mapping[str, str]:
    """DuckDB's functions that an expression may use, by name: `scalar`, `aggregate` or `window`."""
    con = duckdb.connect()
    rows = con.execute("SELECT DISTINCT lower(function_name), function_type, coalesce(stability, 'CONSISTENT') FROM duckdb_functions()").fetchall()
    found = {name: "window" for name in _WINDOW} | {"coalesce": "scalar", "nullif": "scalar", "try_cast": "scalar", "cast": "scalar"}
    found |= {"try": "scalar", "if": "scalar", "ifnull": "scalar", "greatest": "scalar", "least": "scalar", "extract": "scalar"}
    for name, kind, stability in rows:
        allowed = kind in ("scalar", "aggregate", "macro") and stability == "CONSISTENT" and not _REFUSED.match(name)
        if allowed and name not in found:
            found[name] = "aggregate" if kind == "aggregate" else "scalar"
    return found


def is_refused(name: str) -> bool:
    """Whether a function of DuckDB's is kept out: its value does not follow from the study's data alone."""
    return bool(_REFUSED.match(name.lower()))


def is_clock_word(token: Token) -> bool:
    """Whether a word is a value of the session or the clock, which SQL writes without brackets."""
    return token.is_word and token.text.lower() in _CLOCK


def not_from_data(name: str) -> tuple[str, str]:
    """What is wrong with using such a name, and the fix."""
    return f"{name} is not allowed: its value does not follow from the study's data", "write a rule that the data alone decide"


def open_aggregates(text: str) -> list[int]:
    """End offsets of the aggregate and window calls in `text` that have no OVER of their own (outermost ones)."""
    toks = tokens(text)
    ends, behind = [], 0
    for call in calls(toks):
        if call.first >= behind and call.over < 0 and builtins().get(call.name.lower()) in ("aggregate", "window"):
            ends.append(toks[call.end - 1].end)
            behind = call.end
    return ends


def _picking(function: Function) -> int | None:
    """Which parameter picks the rows: the one that alone stands in the FILTER of every aggregate of the body."""
    toks = tokens(function.expanded)
    found = set()
    for call in calls(toks):
        if builtins().get(call.name.lower()) == "aggregate":
            inside = [t.text for t in toks[call.filter_open + 2 : call.filter_close]] if call.filter_open >= 0 else []
            found.add(" ".join(t for t in inside if t not in "()"))
    names = [p.name for p in function.parameters]
    return names.index(found.pop()) if len(found) == 1 and found <= set(names) else None


def read_function(path: Path, shown: str) -> Function:
    """Read one function file; raises `Problems`."""
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        raise Problems([Problem(Place(shown), path.stem, "not UTF-8 text", "save the file as UTF-8")]) from None
    comment, rest = [], []
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
    example, header, rows = None, None, []
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
    return [Problem(place, function.name, f"{name} is no parameter", fix) for name in used if name and name.lower() not in _CLOCK]


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


class WrongCall(Exception):
    """A call that does not fit its function: (offset in the author's text, what is wrong, fix)."""

    def __init__(self, mark: int, what: str, fix: str) -> None:
        super().__init__(what)
        self.mark, self.what, self.fix = mark, what, fix


def expand(marked: Marked, functions: Mapping[str, Function], calls_made: dict[str, str] | None = None) -> Marked:
    """Put the bodies in for all calls of library functions; raises `WrongCall`.

    `calls_made` is filled with what was put in and the call for which it stands, so that SQL can be shown with calls.
    """
    toks = tokens(marked.text)
    out: list[Marked] = []
    at, index = 0, 0
    while index < len(toks):
        call = call_at(toks, index)
        function = functions.get(call.name) if call else None
        if call is None or function is None:
            index += 1
            continue
        out.append(marked[at : toks[index].start])
        index = call.end if function.is_aggregate else call.close + 1
        out.append(_expanded_call(marked, toks, call, function, functions, calls_made))
        if calls_made is not None:
            calls_made[out[-1].text] = marked[span(toks, call.first, index)].text
        at = toks[index - 1].end
    return join([*out, marked[at:]])


def _expanded_call(
    marked: Marked, toks: tuple[Token, ...], call: Call, function: Function, functions: Mapping[str, Function], calls_made: dict[str, str] | None
) -> Marked:
    mark = marked.marks[toks[call.first].start]
    given = [expand(marked[span(toks, *r)], functions, calls_made) for r in arguments(toks, call)]
    needed = sum(p.default is None for p in function.parameters)
    if not needed <= len(given) <= len(function.parameters):
        raise WrongCall(mark, f"{function.name} takes {counted(len(function.parameters), 'argument')}, not {len(given)}", f"write {function.signature}")
    values = {
        p.name: given[i] if i < len(given) else Marked.made(p.default or "NULL", mark) for i, p in enumerate(function.parameters)
    }
    clauses = Marked("", ())
    if function.is_aggregate and call.end > call.close + 1:
        clauses = expand(marked[toks[call.close].end : toks[call.end - 1].end], functions, calls_made)
    return join([Marked.made("(", mark), _fill(function, values, clauses, mark), Marked.made(")", mark)])


def _fill(function: Function, values: Mapping[str, Marked], clauses: Marked, mark: int) -> Marked:
    body, out, at = function.expanded or function.body, [], 0
    ends = set(open_aggregates(body)) if clauses.text else set()
    for token in tokens(body):
        if token.is_word and token.text in values and not body[: token.start].rstrip().endswith("."):
            out += [Marked.made(body[at : token.start] + "(", mark), values[token.text], Marked.made(")", mark)]
            at = token.end
        if token.end in ends:
            out += [Marked.made(body[at : token.end], mark), clauses]
            at = token.end
    return join([*out, Marked.made(body[at:], mark)])


def complete_aggregates(marked: Marked, row: str) -> Marked:
    """Give sums, averages and picks of doubles the order of the rows (`row`), so that their last bits never vary.

    Raises `WrongCall` for aggregates whose result depends on an order that is not given.
    """
    toks = tokens(marked.text)
    inserts: list[tuple[int, str]] = []
    for call in calls(toks):
        name = call.name.lower()
        if builtins().get(name) != "aggregate":
            continue
        close = toks[call.close].start
        if has_order(toks, call.open + 1, call.close):
            completed = marked.text[:close].rstrip().endswith(row)
            inserts += [] if completed else [(close, f", {row}")]
            continue
        if name in _NEEDS_ORDER:
            mark = marked.marks[toks[call.first].start]
            raise WrongCall(mark, f"{name} depends on an order that is not given", f"write {name}(x order by ...), or first_value/last_value over an order")
        ordered = call.over >= 0 and has_order(toks, call.over + 2, call.end - 1)
        if name in _ORDERED_SUMS and not ordered and toks[call.open + 1].kind != TokenType.DISTINCT:
            inserts.append((close, f" ORDER BY {row}"))
    out, at = [], 0
    for offset, text in sorted(inserts):
        out += [marked[at:offset], Marked.made(text, marked.marks[max(offset - 1, 0)])]
        at = offset
    return join([*out, marked[at:]])
