"""The encoding of a text file: certain and told as a note, a guess and told as a warning, or asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from clintrail.errors import Problems, Severity
from clintrail.transport.raw import RawFile, read_raw_csv
from clintrail.transport.raw.guess import TITLES, likely_encodings

WESTERN = "Diarrhée; Übelkeit; José Muñoz; Ångström; São Paulo; coração; Größe; 38.4 °C; 5 µg/kg; 10 ± 2; patient’s; œdème; créée; ½ tablet"
CHINESE = "男; 女; 头痛; 轻度; 皮肤瘙痒; 黄褐斑; 注射部位疼痛; 张伟; 杨婷婷; 呕吐; 与研究药物无关; 北京协和医院; 上呼吸道感染; 痤疮"
TRADITIONAL = "男; 女; 頭痛; 輕度; 皮膚搔癢; 肝斑; 注射部位疼痛; 王小明; 林志豪; 噁心; 與研究藥物無關; 臺大醫院"
JAPANESE = "男; 女; 頭痛; 軽度; 皮膚そう痒症; 注射部位疼痛; 田中太郎; 上気道感染; アレルギー性皮膚炎; インフルエンザ; 回復"
KOREAN = "남; 여; 두통; 경증; 가려움증; 주사 부위 통증; 김민수; 상기도 감염; 알레르기성 피부염; 회복됨; 서울대학교병원"
RUSSIAN = "Головная боль; Иванов; ЛЕГКАЯ; тошнота; мужской; зуд кожи; БОЛЬ В МЕСТЕ ИНЪЕКЦИИ; Москва"
WORDS = {
    "windows-1252": WESTERN, "gb18030": CHINESE, "cp950": TRADITIONAL, "cp932": JAPANESE, "euc_jp": JAPANESE, "cp949": KOREAN,
    "windows-1251": RUSSIAN,
}  # fmt: skip


def raw(tmp_path: Path, data: bytes) -> RawFile:
    (tmp_path / "ae.csv").write_bytes(data)
    return read_raw_csv(tmp_path / "ae.csv")


def form(*terms: str) -> str:
    """A form as sites fill it in: few words that are not ASCII among many that are."""
    rows = [f"S{n:03},{terms[n // 7] if n % 7 == 0 and n // 7 < len(terms) else 'Headache'},MILD" for n in range(7 * len(terms) + 5)]
    return "\r\n".join(["SUBJECT,AETERM,AESEV", *rows, ""])


def told(file: RawFile) -> list[tuple[Severity, str]]:
    return [(note.severity, note.problem) for note in file.notes]


def refused(tmp_path: Path, data: bytes) -> list[str]:
    with pytest.raises(Problems) as caught:
        raw(tmp_path, data)
    return [f"{p.place.line or ''} {p.problem} -> {p.fix}".strip() for p in caught.value.problems]


# what is certain


def test_utf_8_needs_no_word(tmp_path: Path) -> None:
    for data in (form("é", "頭痛").encode(), form("é", "頭痛").encode("utf-8-sig"), b"A\n1\n"):
        file = raw(tmp_path, data)
        assert (file.encoding, file.notes) == ("utf-8", ())


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_byte_order_mark_is_certain_and_told(tmp_path: Path, encoding: str) -> None:
    text = form("Diarrhée", "頭痛")
    file = raw(tmp_path, ("\ufeff" + text).encode(encoding))
    assert file.table.equals(raw(tmp_path, text.encode()).table)
    assert told(file) == [(Severity.NOTE, f"read as {encoding.upper()}, as found by its byte order mark")]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("terms", [("x",), ("Diarrhée", "頭痛"), tuple(CHINESE.split("; "))])
def test_utf_16_without_mark_is_known_by_its_zero_bytes(tmp_path: Path, encoding: str, terms: tuple[str, ...]) -> None:
    text = form(*terms)
    file = raw(tmp_path, text.encode(encoding))
    assert file.table.equals(raw(tmp_path, text.encode()).table)
    assert told(file) == [(Severity.NOTE, f"read as {encoding.upper()}, as found by its zero bytes")]


def test_few_zero_bytes_are_damage_and_no_encoding(tmp_path: Path) -> None:
    assert refused(tmp_path, b"A,B\n1,x\0\n2,y\n") == ["2 1 NUL bytes, which no text has -> the file is damaged: export it again"]
    assert refused(tmp_path, b"A\0,B\n1,2\n")[0].startswith("1 1 NUL bytes")
    assert refused(tmp_path, b"A,B\n1,x\n" + bytes(4096))[0].startswith("3 4096 NUL bytes")


def test_half_a_character_of_utf_16_is_refused_with_its_line(tmp_path: Path) -> None:
    cut = ("\ufeff" + form("é")).encode("utf-16-le")[:-1]
    assert refused(tmp_path, cut)[0].startswith("14 bytes that are not utf-16-le text")


# what is a guess


@pytest.mark.parametrize("encoding", WORDS)
def test_a_guess_is_read_and_told_with_what_to_write(tmp_path: Path, encoding: str) -> None:
    text = form(*WORDS[encoding].split("; "))
    file = raw(tmp_path, text.encode(encoding))
    assert file.table.equals(raw(tmp_path, text.encode()).table)
    assert told(file) == [(Severity.WARNING, f"read as {TITLES[encoding]}, which is a guess")]
    assert f"write encoding: {encoding} if it is right" in file.notes[0].fix


@pytest.mark.parametrize("encoding", WORDS)
def test_two_words_are_never_read_wrongly(encoding: str) -> None:
    words = WORDS[encoding].split("; ")
    read = asked = 0
    for first in words:
        for second in words:
            lines = [f"S1,{first},1".encode(encoding), f"S2,{second},1".encode(encoding)]
            likely = likely_encodings(lines) if not all(line.isascii() for line in lines) else [encoding]
            if len(likely) == 1:
                assert [line.decode(likely[0]) for line in lines] == [line.decode(encoding) for line in lines]
            read, asked = read + (len(likely) == 1), asked + (len(likely) != 1)
    assert read > asked


def test_readings_that_are_equally_likely_are_listed(tmp_path: Path) -> None:
    assert refused(tmp_path, form("黄磊").encode("gb18030")) == [
        "2 bytes that are not UTF-8 text; they may be EUC-KR, GB18030 or EUC-JP -> "
        "state which it is: encoding: cp949, encoding: gb18030 or encoding: euc_jp, or save the file as UTF-8"
    ]


def test_bytes_that_no_reading_fits_are_asked_for(tmp_path: Path) -> None:
    data = form("x").encode() + b"S1,\x81\xff\x90,MILD\r\n"
    assert refused(tmp_path, data) == [
        "14 bytes that are not UTF-8 text; of which encoding cannot be told -> state it: encoding: ..., or save the file as UTF-8"
    ]


def test_utf_8_with_a_damaged_line_is_not_taken_for_another_encoding(tmp_path: Path) -> None:
    data = form("頭痛", "皮膚", "Diarrhée").encode().replace("Diarrhée".encode(), b"Diarrh\xe9e")
    assert refused(tmp_path, data) == [
        "16 bytes that are not UTF-8 text, as the rest of the file is -> mend these lines, or export the file again as UTF-8"
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_whatever_ends_them(tmp_path: Path, end: str) -> None:
    data = end.join(["A", "Größe", "皮膚", "頭痛", "x"]).encode() + b"\xff"
    assert refused(tmp_path, data)[0].startswith("5 ")


def test_a_stated_encoding_beside_the_bytes_of_utf_8_is_doubted(tmp_path: Path) -> None:
    (tmp_path / "ae.csv").write_bytes("A\né\n".encode())
    file = read_raw_csv(tmp_path / "ae.csv", encoding="latin-1")
    assert told(file) == [(Severity.WARNING, "read as latin-1, as stated, but its bytes are those of UTF-8")]
    assert read_raw_csv(tmp_path / "ae.csv", encoding="utf-8").notes == ()
