"""The grammar of where clauses in a cell: what is written is read back as it was, and people may write more loosely."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clintrail.define.model import RangeCheck, WhereClause
from clintrail.define.workbook.clauses import COMPARATORS, BadClause, format_clauses, parse_clauses


def where(*checks: tuple[str, str, str, tuple[str, ...]]) -> WhereClause:
    return WhereClause(tuple(RangeCheck(*check) for check in checks))  # type: ignore[arg-type]


TEMP = where(("VS", "VSTESTCD", "EQ", ("TEMP",)))
BP_OF_WOMEN = where(("VS", "VSTESTCD", "IN", ("SYSBP", "DIABP")), ("DM", "SEX", "EQ", ("F",)))


@pytest.mark.parametrize(
    ("clauses", "text"),
    [
        ((TEMP,), "VSTESTCD EQ TEMP"),
        ((BP_OF_WOMEN,), "VSTESTCD IN (SYSBP, DIABP) AND DM.SEX EQ F"),
        ((TEMP, BP_OF_WOMEN), "VSTESTCD EQ TEMP OR VSTESTCD IN (SYSBP, DIABP) AND DM.SEX EQ F"),
        ((where(("VS", "AVISIT", "EQ", ("Week 2",))),), 'AVISIT EQ "Week 2"'),
        ((where(("VS", "VSTEST", "NOTIN", ("A (B)", 'say "x"', "1,5"))),), 'VSTEST NOTIN ("A (B)", "say ""x""", "1,5")'),
        ((where(("VS", "VSTEST", "EQ", ("",))),), 'VSTEST EQ ""'),
        ((where(("VS", "VSTEST", "NE", ("or",))),), 'VSTEST NE "or"'),
        ((where(("VS", "AGE", "GE", ("65",)), ("VS", "AGE", "LT", ("80",))),), "AGE GE 65 AND AGE LT 80"),
    ],
)
def test_a_where_clause_is_one_line(clauses: tuple[WhereClause, ...], text: str) -> None:
    assert format_clauses(clauses, "VS") == text
    assert parse_clauses(text, "VS") == clauses


words = st.text(max_size=6) | st.text(alphabet='AB ,;|"().:-7', max_size=6)
names = st.text(min_size=1, max_size=6) | st.text(alphabet='AB ,;|"().', min_size=1, max_size=6) | st.sampled_from(["AND", "or", "VS"])
checks = st.builds(RangeCheck, names, names, st.sampled_from(COMPARATORS), st.lists(words, min_size=1, max_size=3).map(tuple))
clauses_drawn = st.lists(st.builds(WhereClause, st.lists(checks, min_size=1, max_size=3).map(tuple)), min_size=1, max_size=3).map(tuple)


@given(clauses_drawn)
def test_every_where_clause_is_read_back_as_it_was(clauses: tuple[WhereClause, ...]) -> None:
    assert parse_clauses(format_clauses(clauses, "VS"), "VS") == clauses


@pytest.mark.parametrize(
    ("loose", "strict"),
    [
        ("vstestcd eq TEMP", "vstestcd EQ TEMP"),
        ("  VSTESTCD   EQ\n TEMP ", "VSTESTCD EQ TEMP"),
        ("VSTESTCD = TEMP and AGE >= 65", "VSTESTCD EQ TEMP AND AGE GE 65"),
        ("VSTESTCD not in (A,B)", "VSTESTCD NOTIN (A, B)"),
        ("AVISIT EQ Week 2 AND PARAMCD EQ X", 'AVISIT EQ "Week 2" AND PARAMCD EQ X'),
        ("AVISIT IN (Week 2, Week 4)", 'AVISIT IN ("Week 2", "Week 4")'),
        ("AETERM EQ Hy's Law", 'AETERM EQ "Hy\'s Law"'),
    ],
)
def test_people_may_write_it_more_loosely(loose: str, strict: str) -> None:
    assert format_clauses(parse_clauses(loose, "VS"), "VS") == strict


@pytest.mark.parametrize(
    ("text", "problem", "fix"),
    [
        ("VSTESTCD", "no comparator after VSTESTCD", "write one of EQ, NE, LT, LE, GT, GE, IN, NOTIN"),
        ("VSTESTCD EQQ TEMP", "'EQQ' is no comparator", "did you mean EQ?"),
        ("VSTESTCD EQ", "a condition without a value", 'write the value; "" is the empty one'),
        ("VSTESTCD EQ AND SEX EQ F", "a condition without a value", 'write the value; "" is the empty one'),
        ("VSTESTCD EQ TEMP AND", "a condition does not begin with a variable", "write VARIABLE EQ VALUE, or DATASET.VARIABLE EQ VALUE"),
        ("VS.DM.SEX EQ F", "a condition does not begin with a variable", "write VARIABLE EQ VALUE, or DATASET.VARIABLE EQ VALUE"),
        ("VSTESTCD IN (A, B", "a parenthesis that is not closed", "write (A, B)"),
        ("VSTESTCD IN ()", "IN without values", "write IN (A, B)"),
        ('VSTESTCD IN ("A" "B")', "the values of a list are not parted by commas", "write (A, B)"),
        ('VSTESTCD EQ "TEMP', "a double quote that is not closed", 'close it, and double a quote within the value: "5"" pipe"'),
        ("VSTESTCD EQ A (B)", "'(' is one too many", "join conditions by AND, alternatives by OR; put a value with blanks, commas or"),
    ],
)
def test_a_bad_clause_is_told_with_what_to_write(text: str, problem: str, fix: str) -> None:
    with pytest.raises(BadClause) as raised:
        parse_clauses(text, "VS")
    assert str(raised.value) == problem
    assert raised.value.fix.startswith(fix)
