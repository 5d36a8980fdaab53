"""Of what kind the differences of a variable are said to be."""

from __future__ import annotations

import pytest
from two_datasets import compare


def hints(a: str, b: str, kind: str = "") -> tuple[str, ...]:
    """The hints for two columns; values are parted by commas, `_` stands for a blank at the edge."""
    one, other = ("\n".join([f"X{kind}", *side.split(",")]) for side in (a, b))
    return compare(one, other).variables[0].hints


@pytest.mark.parametrize(
    "a, b, said",
    [
        ("Mild,SEVERE,same", "MILD,severe,same", ("all differ only in case",)),
        ("Week 1,a b", "Week  1,ab", ("all differ only in blanks",)),
        ("Week 1,A b", "WEEK  1,ab", ("all differ only in case and blanks",)),
        ("Headache,Nausea bad,old", "Heada,Nause,old", ("all are cut in B after 5 bytes",)),
        ("one,three", "one two,three four", ()),
        ("1.0,+2", "1,2.00", ("all are the same numbers, written in another way",)),
        ("1.0,x", "1,y", ()),
        ("a,,c", ",b,d", ("1 missing only in A", "1 missing only in B")),
        ("a,b,c", ",B,C", ("1 missing only in B", "the others differ only in case")),
    ],
)
def test_texts(a: str, b: str, said: tuple[str, ...]) -> None:
    assert hints(a, b) == said


@pytest.mark.parametrize(
    "a, b, said",
    [
        ("0.3,0.7", "0.30000000000000004,0.7000000000000001", ("all differ by rounding only (relative difference at most 2e-16)",)),
        ("1.234,5.678", "1.23,5.68", ("all are rounded to 2 decimals in B",)),
        ("2,7", "1.6,7.4", ("all are rounded to 0 decimals in A",)),
        ("1,5,9", "3,7,11", ("all are 2 more in B",)),
        ("10,20.5", "9,19.5", ("all are 1 less in B",)),
        ("19782,19783", "23435,23436", ("all are 3653 more in B, as days counted from 1960 and from 1970 are",)),
        ("1.5,-2", "-1.5,2", ("all have the other sign",)),
        ("1,2.5", "1000,2500", ("all are 1000 times as large in B",)),
        ("1", "3", ()),
        ("1,2", "5,9", ()),
        (".A,.,1", ".,.B,2", ("2 with missing values of another kind (. and .A)",)),
        (".,5,7,1", "4,.,9,3", ("1 missing only in A", "1 missing only in B", "the others are 2 more in B")),
    ],
)
def test_numbers(a: str, b: str, said: tuple[str, ...]) -> None:
    assert hints(a, b, "#") == said
