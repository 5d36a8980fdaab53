"""YAML as it is written: readable, and read back as the same text whatever stands in it."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_defines import TRAPS

from clintrail.spec.yaml_text import Mapping, Node, Scalar, parse_yaml
from clintrail.spec.yaml_write import WIDTH, Block, Drawn, yaml_text


def plain(node: Node) -> Any:
    """What was read as dicts, lists and texts."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Mapping):
        return {key.text: plain(value) for key, value in node.entries}
    return [plain(item) for item in node.items]


texts = (
    st.sampled_from(TRAPS) | st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.text("ab' :\"", min_size=400, max_size=1500)
)
trees = st.recursive(
    texts, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3) | st.dictionaries(texts, inner).map(Block),
    max_leaves=10,
)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(texts, trees, min_size=1, max_size=3), texts)
def test_any_text_comes_back_and_no_comment_ends_before_its_line(tree: dict[str, Any], note: str) -> None:
    block = Block(tree)
    block.notes[next(iter(tree))] = note
    assert plain(parse_yaml(yaml_text(block), "")) == tree


def test_short_attributes_stand_on_a_line_and_values_in_a_column() -> None:
    variables = Block(
        {"AETERM": {"label": "Reported Term", "length": "200"}, "AESEV": {"label": "Severity: graded"}, "X": None}, aligned=True
    )
    assert yaml_text({"variables": variables}) == dedent("""\
        variables:
          AETERM: {label: Reported Term, length: 200}
          AESEV:  {label: 'Severity: graded'}
          X:
        """)


def test_what_does_not_fit_is_set_below_and_long_text_is_folded() -> None:
    found = yaml_text({"AVAL": {"label": "Analysis Value", "comment": "word " * 40 + "end"}})
    assert found.startswith("AVAL:\n  label: Analysis Value\n  comment: >-\n    word word")
    assert max(map(len, found.splitlines())) <= WIDTH


def test_tables_are_drawn_and_comments_stand_above_their_entry() -> None:
    tree = Block({"terms": Drawn("term => decode\nF    => Female\n")})
    tree.notes["terms"] = "to derive: from\nthe form"
    assert yaml_text(tree) == "# to derive: from the form\nterms: |\n  term => decode\n  F    => Female\n"
