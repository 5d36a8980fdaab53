"""What define.xml says as tables, and the data as it describes them: of the melasma package, and of tables that the test draws."""

from __future__ import annotations

from pathlib import Path

import pytest

from clintrail.compile.library import library
from clintrail.conformance.data import Data, load_folder, read_example
from clintrail.conformance.data.define.where import applies
from clintrail.conformance.data.metadata import TABLES, ensure, stored
from clintrail.conformance.rules import compile_rules, read_rules
from clintrail.conformance.rules.pieces import chosen, in_pieces
from clintrail.define.model import Comparator, RangeCheck, WhereClause

VS = "USUBJID,VSTESTCD,VSSTRESN,VSDRVFL\n01,SYSBP,120,\n01,PULSE,60.5,Y\n02,PULSE,,\n"
DM = "USUBJID,SEX\n01,F\n02,M\n"


@pytest.fixture(scope="module")
def melasma(melasma_package: Path) -> Data:
    return load_folder(melasma_package)


def drawn(folder: Path, **tables: str) -> Data:
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    return read_example(folder)


def rows(data: Data, table: str, columns: str, where: str = "true") -> list[tuple[object, ...]]:
    ensure(data, table)
    return data.con.execute(f'SELECT {columns} FROM meta."{stored(table)}" WHERE {where}').fetchall()


def records(data: Data, condition: str | None) -> list[int]:
    assert condition is not None
    return [n for (n,) in data.con.execute(f"SELECT _record FROM data.VS WHERE {condition} ORDER BY 1").fetchall()]


def clause(comparator: Comparator, variable: str, *values: str, dataset: str = "VS") -> WhereClause:
    return WhereClause((RangeCheck(dataset, variable, comparator, values),))


@pytest.mark.parametrize(
    ("where", "held"),
    [
        (clause("EQ", "VSTESTCD", "PULSE"), [2, 3]),
        (clause("IN", "VSTESTCD", "PULSE", "SYSBP"), [1, 2, 3]),
        (clause("NE", "VSTESTCD", "PULSE"), [1]),
        (clause("NOTIN", "VSSTRESN", "60.5"), [1, 3]),  # a missing value is none of those it is compared with
        (clause("GE", "VSSTRESN", "100"), [1]),
        (clause("EQ", "VSSTRESN", "sixty"), []),  # what is no number equals no number
        (clause("EQ", "VSDRVFL", ""), [1, 3]),  # a blank value means missing
        (clause("IN", "VSDRVFL", "Y", ""), [1, 2, 3]),
        (clause("EQ", "SEX", "F", dataset="DM"), [1, 2]),  # another dataset is followed by subject
    ],
)
def test_a_where_clause_holds_for_records(tmp_path: Path, where: WhereClause, held: list[int]) -> None:
    data = drawn(tmp_path, vs=VS, dm=DM)
    assert records(data, applies(data, "VS", [where])) == held


def test_one_of_several_where_clauses_is_enough_and_its_text_is_safe(tmp_path: Path) -> None:
    data = drawn(tmp_path, vs=VS, dm=DM)
    either = applies(data, "VS", [clause("EQ", "VSTESTCD", "SYSBP"), clause("EQ", "VSTESTCD", "PULSE' or 1=1 --")])
    assert records(data, either) == [1]


@pytest.mark.parametrize("where", [clause("EQ", "VSPOS", "SITTING"), clause("EQ", "AETERM", "Cough", dataset="AE"), WhereClause(())])
def test_a_where_clause_that_cannot_be_followed_is_not_known(tmp_path: Path, where: WhereClause) -> None:
    data = drawn(tmp_path, vs=VS, dm=DM)
    assert applies(data, "VS", [where]) is None


def test_a_dataset_with_several_records_a_subject_is_not_followed(tmp_path: Path) -> None:
    data = drawn(tmp_path, vs=VS, dm=DM + "01,F\n")
    assert applies(data, "VS", [clause("EQ", "SEX", "F", dataset="DM")]) is None


def test_every_table_of_define_can_be_made(melasma: Data) -> None:
    counts = {name: rows(melasma, name, "count(*)")[0][0] for name in TABLES if name.startswith("define_")}
    assert len(counts) >= 20 and [name for name, count in counts.items() if not count] == []


def test_datasets_and_variables_are_as_described(melasma: Data) -> None:
    assert rows(melasma, "define_datasets", "kind, class, repeating, keys", "dataset = 'DM'") == [
        ("sdtm", "SPECIAL PURPOSE", False, ["STUDYID", "USUBJID"])
    ]
    assert rows(melasma, "define_variables", "data_type, mandatory, codelist", "dataset = 'AE' AND variable = 'AESEV'") == [
        ("text", False, "AESEV")
    ]


def test_origins_name_their_predecessors(melasma: Data) -> None:
    found = rows(melasma, "define_origins", "type, predecessor_dataset, predecessor_variable", "dataset = 'ADSL' AND variable = 'AGE'")
    assert found == [("Predecessor", "DM", "AGE")]


def test_the_terms_that_the_data_use_are_counted(melasma: Data) -> None:
    ensure(melasma, "datasets")
    sql = "SELECT count(*) FROM data.AE WHERE AESEV = 'MILD'"
    mild = melasma.con.execute(sql).fetchall()[0][0]
    assert rows(melasma, "define_used_terms", "records", "kind = 'sdtm' AND codelist = 'AESEV' AND value = 'MILD'") == [(mild,)]


def test_only_the_pieces_that_a_rule_is_for_are_read(tmp_path: Path) -> None:
    (tmp_path / "rules" / "whole").mkdir(parents=True)
    told = "holds: x\nsource: x\nfix: x\nmessage: '{value}'\n"
    text = "each: define_cell\nwhere: data_type = 'integer'\ncondition: number = round(number)\n"
    (tmp_path / "rules" / "whole" / "rule.yaml").write_text(told + text, "utf-8")
    described = "dataset,variable,kind,data_type\nVS,VSSTRESN,sdtm,integer\nVS,VSTESTCD,sdtm,text\n"
    data = drawn(tmp_path, vs=VS, define_variables=described)
    rule = read_rules(tmp_path / "rules", "define_xml", "rules")[0]
    assert in_pieces(data, "define_cells")
    (piece,) = chosen(rule, data, library(), "define_cells")
    assert piece[0] == "VS" and "VSSTRESN" in piece[1] and "VSTESTCD" not in piece[1]
    (query,) = compile_rules([rule], data, library())
    assert data.con.execute(query.sql).fetchall() == [("VS", 2, ["VSSTRESN"], ["60.5"], "60.5")]  # type: ignore[union-attr]


def test_numbers_are_compared_as_numbers_without_the_noise_of_doubles(tmp_path: Path) -> None:
    described = "dataset,variable,kind,data_type,codelist\nVS,VISITNUM,sdtm,float,VISITNUM\n"
    visits = "USUBJID,VISITNUM\n01,1.2000000000000002\n02,3\n"
    data = drawn(tmp_path, vs=visits, define_variables=described)
    assert rows(data, "define_used_terms", "value") == [("1.2",), ("3",)]
