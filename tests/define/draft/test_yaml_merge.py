"""A YAML file is changed where two trees differ; every other line stays as it was typed."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

from clintrail.spec.yaml_merge import NOT_HERE, Merge
from clintrail.spec.yaml_write import Block


def merged(text: str, before: dict[str, Any], after: dict[str, Any], merge: Merge | None = None) -> str:
    """The text with the change from `before` to `after`."""
    return (merge or Merge()).text(dedent(text).lstrip("\n"), before, after)


def variables(**found: Any) -> dict[str, Any]:
    return {"variables": Block(found)}


def test_what_both_trees_say_is_left_alone_however_it_is_typed() -> None:
    text = "label:   'Old'   # as agreed\nkeys: [A, B]\n"
    assert merged(text, {"label": "Old"}, {"label": "Old"}) == text


def test_a_text_is_changed_and_its_remark_and_its_column_stay() -> None:
    assert merged(
        """
        # head
        dataset: AE
        label:   Old    # as agreed

        keys: A, B
        """,
        {"label": "Old"},
        {"label": "New: one"},
    ) == dedent("""\
        # head
        dataset: AE
        label:   'New: one'  # as agreed

        keys: A, B
        """)


def test_an_attribute_is_put_beside_the_rule_of_a_variable() -> None:
    text = """
        variables:
          AESEV:    ct(ae.AESEV)     # graded
          AETERM:   upper(ae.AETERM)
          AESTDTC: >-
            iso8601(ae.AESTDAT,
              'dd-mmm-yyyy')
    """
    before = variables(AESEV={"label": "Severity"}, AETERM={"label": "Term"}, AESTDTC={"label": "Start"})
    after = variables(AESEV={"label": "Severity/Intensity"}, AETERM={"label": "Term"}, AESTDTC={"label": "Start, ISO"})
    assert merged(text, before, after) == dedent("""\
        variables:
          AESEV:    {label: Severity/Intensity, value: ct(ae.AESEV)}  # graded
          AETERM:   upper(ae.AETERM)
          AESTDTC:
            label: Start, ISO
            value: >-
              iso8601(ae.AESTDAT,
                'dd-mmm-yyyy')
        """)


def test_a_rule_with_commas_is_set_on_a_line_of_its_own() -> None:
    text = "variables:\n  AESTDY: study_day(AESTDTC, DM.RFSTDTC)\n"
    found = merged(text, variables(AESTDY={"label": "Day"}), variables(AESTDY={"label": "Study Day"}))
    assert found == "variables:\n  AESTDY:\n    label: Study Day\n    value: study_day(AESTDTC, DM.RFSTDTC)\n"


def test_new_entries_follow_the_one_before_them_and_gone_ones_go_with_their_comments() -> None:
    text = """
        variables:
          # the topic
          A: {label: a}
          # not needed
          B: {label: b}
          work: lower(A)    # a working column stays
          D: {label: d}
    """
    before = variables(A={"label": "a"}, B={"label": "b"}, D={"label": "d"})
    after = variables(A={"label": "a"}, C={"label": "c"}, D={"label": "d"}, E={"label": "e"})
    assert merged(text, before, after) == dedent("""\
        variables:
          # the topic
          A: {label: a}
          C: {label: c}
          work: lower(A)    # a working column stays
          D: {label: d}
          E: {label: e}
        """)


def test_a_new_order_moves_entries_with_their_comments() -> None:
    text = """
        variables:
          # first
          A: {label: a}
          B: {label: b}
          own: 1
          C: {label: c}
    """
    one, two, three = ({"label": name} for name in "abc")
    found = merged(text, variables(A=one, B=two, C=three), variables(C=three, A=one, B=two))
    assert found == dedent("""\
        variables:
          C: {label: c}
          # first
          A: {label: a}
          own: 1
          B: {label: b}
        """)


def test_a_flow_mapping_keeps_what_is_not_in_the_trees() -> None:
    text = "variables:\n  A: {label: Old, value: 'x', length: 3}  # why\n"
    found = merged(text, variables(A={"label": "Old", "length": "3"}), variables(A={"label": "New", "length": "3", "role": "Topic"}))
    assert found == "variables:\n  A: {label: New, length: 3, role: Topic, value: 'x'}  # why\n"


def test_what_has_no_line_of_its_own_is_refused() -> None:
    merge = Merge()
    text = "variables:\n  A, B: DM\n"
    before, after = variables(A={"label": "a"}, B={"label": "b"}), variables(A={"label": "new"}, B={"label": "b"})
    assert merged(text, before, after, merge) == text
    assert merge.refused == [(("variables", "A"), NOT_HERE)]


def test_our_comments_change_with_what_they_stand_above() -> None:
    text = "variables:\n  # to derive: old words\n  #            go on\n  # mine\n  A: {label: a}\n"
    before, after = Block({"A": {"label": "a"}}), Block({"A": {"label": "a"}})
    before.notes["A"], after.notes["A"] = "to derive: old words go on", "to derive: new words"
    found = merged(text, {"variables": before}, {"variables": after}, Merge(note="to derive: "))
    assert found == "variables:\n  # mine\n  # to derive: new words\n  A: {label: a}\n"


def test_ends_of_lines_stay_what_they_are() -> None:
    assert merged("label: Old\r\nkeys: A\r\n", {"label": "Old"}, {"label": "New"}) == "label: New\r\nkeys: A\r\n"


def test_a_block_of_text_is_replaced_as_a_whole() -> None:
    text = "terms: |\n  term\n  A\n\n  B\n\nkeys: A\n"
    assert merged(text, {"terms": "term\nA\n\nB\n"}, {"terms": "C"}) == "terms: C\n\nkeys: A\n"
