"""How findings are told, and what is refused. (Each rule has its faults in `faults`.)"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from clintrail.define.check import schema
from clintrail.define.check.validate import check_define, stylesheet_path, validate_define
from clintrail.errors import Problems, Severity


def break_it(path: Path, before: str, after: str) -> None:
    """Replaces the first place that holds `before`."""
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def line_of(path: Path, text: str) -> int:
    return next(number for number, line in enumerate(path.read_text("utf-8").splitlines(), 1) if text in line)


def test_a_finding_tells_place_subject_problem_and_fix(written: Path) -> None:
    break_it(written, '<CodeListRef CodeListOID="CL.SEX"/>', '<CodeListRef CodeListOID="CL.SEXX"/>')
    (problem,) = (p for p in validate_define(written) if p.kind == "references_exist CodeList")
    assert str(problem).splitlines() == [
        f"{written}:{line_of(written, 'CL.SEXX')}  IT.DM.SEX",
        "  problem: CodeListOID refers to CL.SEXX, but no CodeList has this OID",
        "  fix:     define it, or refer to CL.SEX",
    ]


def test_a_finding_of_an_item_ref_is_about_its_item(written: Path) -> None:
    break_it(written, 'MethodOID="MT.DM.RFSTDTC"', "")
    (problem,) = (p for p in validate_define(written) if p.kind == "derived_has_method")
    assert problem.subject == "IT.DM.RFSTDTC" and problem.place.line == line_of(written, '<ItemRef ItemOID="IT.DM.RFSTDTC"')


def test_the_schema_tells_where_too(written: Path) -> None:
    break_it(written, 'CreationDateTime="2025-01-31T08:00:00"', 'CreationDateTime="31JAN2025"')
    (problem, *_) = validate_define(written)
    assert problem.kind == "schema" and problem.place.line == line_of(written, "31JAN2025")
    assert problem.problem.startswith("not as the schema wants it: Element 'ODM', attribute 'CreationDateTime'")


def test_what_is_only_unusual_is_a_warning(written: Path) -> None:
    break_it(written, '<CodeListRef CodeListOID="CL.ISO3166"/>', "")
    assert [p.severity for p in validate_define(written) if p.subject == "CL.ISO3166"] == [Severity.WARNING]


def test_problems_stand_in_the_order_of_the_file_and_once(written: Path) -> None:
    break_it(written, 'CodeListOID="CL.SEX"', 'CodeListOID="CL.SEXX"')
    break_it(written, 'MethodOID="MT.DM.RFSTDTC"', "")
    problems = validate_define(written)
    assert problems == sorted(problems, key=lambda p: (p.place, p.subject, p.problem)) and len(problems) == len(set(problems))


def test_comments_in_the_xml_do_not_matter(written: Path) -> None:
    before = validate_define(written)
    text = written.read_text("utf-8").replace("</ItemRef>", "<!-- here --></ItemRef>").replace("</CodeList>", "<!-- x --></CodeList>")
    written.write_text(text, "utf-8")
    assert [p.problem for p in validate_define(written)] == [p.problem for p in before]


def test_prefixes_are_free(written: Path) -> None:
    before = validate_define(written)
    written.write_text(written.read_text("utf-8").replace("def:", "d:").replace("xmlns:def=", "xmlns:d="), "utf-8")
    assert [p.problem for p in validate_define(written)] == [p.problem for p in before]


def test_another_odm_file_is_no_define_xml(tmp_path: Path) -> None:
    path = tmp_path / "odm.xml"
    path.write_text('<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"><Study OID="S"><MetaDataVersion OID="M" Name="M"/></Study></ODM>')
    (problem,) = validate_define(path)
    assert problem.problem.startswith("no define.xml") and problem.fix == "give the path of a define.xml"
    with pytest.raises(Problems):
        check_define(path)


def test_a_document_that_is_not_xml_is_one_problem_with_its_line(written: Path) -> None:
    break_it(written, "</GlobalVariables>", "</Global>")
    (problem,) = validate_define(written)
    assert problem.place.line == 9 and problem.problem.startswith("not well-formed XML")


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    (problem,) = validate_define(tmp_path / "define.xml")
    assert problem.problem == "the file cannot be read"


def test_entities_are_refused_and_never_read(written: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    doctype = f'<!DOCTYPE ODM [<!ENTITY x SYSTEM "{(tmp_path / "secret.txt").as_uri()}">]><ODM '
    break_it(written, "<ODM ", doctype)
    break_it(written, "<StudyName>MELASMA", "<StudyName>&x;")
    (problem,) = validate_define(written)
    assert problem.problem == "a DOCTYPE, which can hold entities" and "secret" not in str(problem).replace(str(tmp_path), "")


def test_nothing_is_fetched_from_the_network(written: Path) -> None:
    asked: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    break_it(written, "<ODM ", f'<!DOCTYPE ODM SYSTEM "http://127.0.0.1:{server.server_port}/odm.dtd"><ODM ')
    assert [p.problem for p in validate_define(written)] == ["a DOCTYPE, which can hold entities"]
    server.shutdown()
    assert asked == []


@pytest.mark.parametrize("package", ["defineutils", "odmlib"])
def test_without_a_package_the_user_is_told_what_to_install(package: str, written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    schema._schema.cache_clear()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Problems) as raised:
        stylesheet_path() if package == "defineutils" else validate_define(written)
    (problem,) = raised.value.problems
    assert problem.subject == package and problem.fix.startswith(f"pip install '{package}>=0.2")


def test_odmlib_is_not_imported(written: Path) -> None:
    code = """
import sys
from clintrail.define.check.validate import validate_define
assert not [p for p in validate_define(sys.argv[1]) if p.kind == "schema"]
print("odmlib" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code, str(written)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_stylesheet_is_the_one_that_define_xml_names() -> None:
    from clintrail.define.render import STYLESHEET

    assert stylesheet_path().name == STYLESHEET
