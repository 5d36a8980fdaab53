"""Which encodings a text that is not Unicode may be in, from the words in it that are not ASCII.

Each reading knows its usual letters: those of Western names and units, the two thousand to five thousand characters that the
standards of Chinese, Japanese and Korean text put first because they are usual, Cyrillic words. A text is read as what its
different words make likely (repeated words count once: a column of `male` and `female` proves nothing twice). Readings of
which none is a hundred times likelier than the next are left to the user.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

_WORD = re.compile(rb'[^\s,;"]*[\x80-\xff][^\s,;"]*')
_MARGIN = math.log(100)  # a reading this much likelier than the next is taken
_USUAL_SHARE = 0.75  # of the characters of a reading must be usual ones

_LETTERS = frozenset("ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿŒœŠšŽžŸ")
_SIGNS = frozenset("°±µ²³¹·×®©™½¼¾§£€¢¥«»¿¡–—‘’“”…•ºª‰†‡\xa0")
_SIGNS_IN_WORDS = frozenset("’‘·–—µ\xa0")
_SIGNS_BEFORE_LETTERS = frozenset("°µ×§©½¼¾£€¥«¿¡“‘…") | _SIGNS_IN_WORDS
_CYRILLIC = re.compile(r"(?<![A-Za-z])(?:[А-ЯЁ]?[а-яё]+|[А-ЯЁ]+)(?![A-Za-zа-яА-ЯёЁ])")


@dataclass(frozen=True)
class _EastAsian:
    """Text of two bytes a character: where its usual characters and its punctuation stand, and its most frequent characters."""

    usual: tuple[tuple[int, int], ...]  # ranges of the two bytes as one number
    neutral: tuple[tuple[int, int], ...]
    count: int
    frequent: frozenset[str]


_CHINESE = (
    "男女是否有无轻中重度的一不了在人日年月性病炎疼痛头发热患者皮肤痒红肿治疗药物正常异常未知已完成汉族"
    "王李张刘陈杨黄赵周吴徐孙胡朱高林何郭马罗"
)
_TRADITIONAL = (
    "男女是否有無輕中重度的一不了在人日年月性病炎疼痛頭發熱患者皮膚癢紅腫治療藥物正常異常未知已"
    "完成漢族王李張劉陳楊黃趙周吳徐孫胡朱高林何郭馬羅"
)
_JAPANESE = (
    "のにはをたがでてとしれさるいなあすもありこまっらくきけそうよりアイウエオカクスタットドナフラリルレロンー男女性有無軽中重"
    "度頭痛発熱人日年月田山中村本木藤佐鈴高小大川"
)
_KOREAN = "이다는을를에의가은도로한하고지기사인자아어리여남예니오해정상없음있경증두통열김박최조강윤장임신서권황안송류전홍"

_EAST_ASIAN = {  # by Python's name of the encoding
    "gb18030": _EastAsian(((0xB0A1, 0xD7F9),), ((0xA1A1, 0xA3FE), (0xA6A1, 0xA6FE)), 3755, frozenset(_CHINESE)),
    "cp950": _EastAsian(((0xA440, 0xC67E),), ((0xA140, 0xA3FE),), 5401, frozenset(_TRADITIONAL)),
    "cp932": _EastAsian(((0x829F, 0x8396), (0x889F, 0x9872)), ((0x8140, 0x8294),), 3134, frozenset(_JAPANESE)),
    "euc_jp": _EastAsian(((0xA4A1, 0xA5F6), (0xB0A1, 0xCFD3)), ((0xA1A1, 0xA3FE), (0xA6A1, 0xA6FE)), 3134, frozenset(_JAPANESE)),
    "cp949": _EastAsian(((0xB0A1, 0xC8FE),), ((0xA1A1, 0xA3FE), (0xA5A1, 0xA5FE)), 2350, frozenset(_KOREAN)),
}
TITLES = {
    "windows-1252": "windows-1252 (Latin-1)", "windows-1251": "windows-1251 (Cyrillic)", "gb18030": "GB18030", "cp950": "Big5",
    "cp932": "Shift-JIS", "euc_jp": "EUC-JP", "cp949": "EUC-KR",
}  # fmt: skip


def likely_encodings(lines: Iterable[bytes]) -> list[str]:
    """The encodings (keys of `TITLES`) that lines of a text may be in, likeliest first: one where it is likely enough, several, or none."""
    words = sorted({word for line in lines for word in _WORD.findall(line)})
    scored: list[tuple[float, str]] = []
    for name in TITLES:
        try:
            likelihood = _likelihood([word.decode(name) for word in words], name)
        except UnicodeDecodeError:
            continue
        if likelihood is not None:
            scored.append((-likelihood, name))
    scored.sort()
    return [name for score, name in scored if score < scored[0][0] + _MARGIN]


def _likelihood(words: list[str], name: str) -> float | None:
    if name in _EAST_ASIAN:
        return _east_asian(words, name, _EAST_ASIAN[name])
    return _western(words) if name == "windows-1252" else _cyrillic(words)


def _western(words: list[str]) -> float | None:
    likelihood, usual, count = 0.0, 0, 0
    for word in words:
        for at, char in enumerate(word):
            if char.isascii():
                continue
            fits = _fits_western(word, at)
            likelihood += math.log(1 / 60 if fits else 1 / 5000)
            usual, count = usual + fits, count + 1
    return likelihood if usual >= _USUAL_SHARE * count else None


def _fits_western(word: str, at: int) -> bool:
    """Letters with accents stand among plain ones, two together at most; few signs stand within words."""
    char, before, after = word[at], word[at - 1 : at] if at else "", word[at + 1 : at + 2]
    if char in _LETTERS:
        start, end = _run(word, at)
        if end - start == 2:
            beside_plain = any(c.isascii() and c.isalpha() for c in (word[start - 1 : start], word[end : end + 1]))
            return word[start].lower() == word[end - 1].lower() or word[start:end].islower() and beside_plain
        return end - start == 1
    if char == "’" and not before:
        return False
    if before.isalpha() and after.isalpha():
        return char in _SIGNS_IN_WORDS
    return char in (_SIGNS_BEFORE_LETTERS if after.isalpha() else _SIGNS) and not (after in _SIGNS and after not in "\xa0”»’…")


def _run(word: str, at: int) -> tuple[int, int]:
    """Where the accented letters around one begin and end."""
    start, end = at, at + 1
    while start and word[start - 1] in _LETTERS:
        start -= 1
    while end < len(word) and word[end] in _LETTERS:
        end += 1
    return start, end


def _cyrillic(words: list[str]) -> float | None:
    likelihood, usual, count = 0.0, 0, 0
    for word in words:
        fits = {at for found in _CYRILLIC.finditer(word) if len(found[0]) > 1 for at in range(*found.span())}
        high = [at for at, char in enumerate(word) if not char.isascii()]
        inside = [at for at in high if at in fits]
        likelihood += len(inside) * math.log(1 / 50) + (len(high) - len(inside)) * math.log(1 / 5000)
        usual, count = usual + len(inside), count + len(high)
    return likelihood if usual >= 0.9 * count else None


def _east_asian(words: list[str], name: str, reading: _EastAsian) -> float | None:
    likelihood, usual, count = 0.0, 0, 0
    for word in words:
        for at, char in enumerate(word):
            if char.isascii():
                continue
            stored = char.encode(name)
            code = int.from_bytes(stored) if len(stored) == 2 else 0
            if _within(code, reading.neutral):
                likelihood += math.log(1 / 500)
                continue
            alone = (word[at - 1 : at] if at else "").isascii() and word[at + 1 : at + 2].isascii()
            fits = _within(code, reading.usual) and not (alone and stored[-1] < 0x80)  # that is an accent before a plain letter
            often = fits and char in reading.frequent
            likelihood += math.log(0.5 / len(reading.frequent) if often else 0.4 / reading.count if fits else 0.05 / 10_000)
            usual, count = usual + fits, count + 1
    return likelihood if count and usual >= _USUAL_SHARE * count else None


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(least <= code <= most for least, most in ranges)
