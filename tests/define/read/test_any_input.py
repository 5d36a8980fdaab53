"""Whatever a file holds, reading it ends in a document or in problems, and what was read can be written: never in a traceback."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from lxml import etree
from older_define import older_define

from clintrail.define.model import DefineDocument
from clintrail.define.read.document import read_define
from clintrail.define.render import render_define
from clintrail.errors import Problems

TEXTS = ("", " ", "x", "-1", "1" * 5000, "0", "é\n", "IT.DM.SEX", "CL.SEX", "Yes", "CRF Page 7", "%00", "javascript:x", "(" * 3000, "a.b.c")


def tamper(root: etree._Element, chance: random.Random) -> None:
    """Take away, double, move, rename or reword an element or an attribute, somewhere."""
    element = chance.choice([one for one in root.iter(etree.Element) if one is not root])
    parent = element.getparent()
    match chance.randrange(8):
        case 0:
            parent.remove(element)
        case 1:
            parent.append(etree.fromstring(etree.tostring(element)))
        case 2:
            chance.choice(list(root.iter(etree.Element))).append(etree.fromstring(etree.tostring(element)))
        case 3:
            element.tag = chance.choice(list(root.iter(etree.Element))).tag
        case 4:
            element.text = chance.choice(TEXTS).replace("\0", "")
        case _ if element.attrib:
            name = chance.choice(sorted(element.attrib))
            if chance.random() < 0.3:
                del element.attrib[name]
            else:
                element.attrib[name] = chance.choice(TEXTS)


@pytest.mark.parametrize("version", ["2.1", "2.0", "1.0"])
@pytest.mark.parametrize("seed", range(60))
def test_a_tampered_file_is_read_or_refused(version: str, seed: int, document: DefineDocument, tmp_path: Path) -> None:
    older = older_define("CRF", True, "BMI", 'ITTFL="Y"')
    root = etree.fromstring(older if version == "1.0" else render_define(document, version))  # type: ignore[arg-type]
    chance = random.Random(seed)
    for _ in range(chance.randrange(1, 12)):
        tamper(root, chance)
    path = tmp_path / "define.xml"
    path.write_bytes(etree.tostring(root))
    try:
        read = read_define(path)
        for written_as in ("2.1", "2.0"):
            path.write_bytes(render_define(read.document, written_as))  # type: ignore[arg-type]
            read_define(path)
    except Problems as refused:
        assert all(problem.fix for problem in refused.problems)
