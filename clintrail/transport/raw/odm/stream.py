"""An XML file as a stream of events: nothing is kept of it, lines are exact, and what could harm is refused before it is read.

Python's own expat is used here, not lxml: it builds nothing in memory, and libxml2 counts lines up to 65,535 only.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from clintrail.errors import Place, Problem, Problems, unreadable

Attributes = Mapping[str, str]
Started = Callable[[list[str], Attributes], bool]
Ended = Callable[[list[str], str], None]
_CHUNK = 1 << 18
_LONGEST = 10_000_000  # bytes of one tag, characters of one text: as libxml2 limits them
_DEEPEST = 100  # ODM needs fifteen levels, extensions of vendors a few more
_DECLARED = re.compile(rb"""<\?xml[^>]{0,100}?\sencoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]{0,40})["']""")
_VERSION = re.compile(r"1\.[0-9]")
_OF_EXPAT = frozenset({"utf-8", "utf-16", "iso8859-1", "ascii"})
_OF_PYTHON = re.compile(r"(gb|big5|cp\d|iso8859|iso2022_|shift_jis|euc_|koi8|mac-|johab|tis-620)")
AGAIN = "the export was cut short or damaged: export or copy it again"
_NO_EXPORT = "no export of a study is like that: ask where the file comes from"


class XmlStream:
    """An XML file that is read once, from its start to its end.

    `names` are the names of the open elements from the root on, that of the element at hand last: plain names in the namespace
    of the root, 'namespace name' in others. `started` is called with these and the attributes and tells whether the element's
    text is wanted; `ended` is called with these and that text, or ''. `namespace` is that of the root.
    """

    def __init__(self, path: Path, started: Started, ended: Ended) -> None:
        self.path, self.names, self.namespace = path, list[str](), ""
        self._started, self._ended = self._first = started, ended
        self._handed = 0  # depth of the element that is handed over
        self._local: dict[str, str] = {}
        self._text: list[str] = []
        self._length = 0
        self._text_depth = 0  # of the element whose text is kept
        self._parser = _parser(self, None)

    @property
    def line(self) -> int:
        """The line of the event at hand."""
        return self._parser.CurrentLineNumber

    def refuse(self, problem: str, fix: str) -> NoReturn:
        """Raises `Problems` at the line of the event at hand."""
        raise Problems([Problem(Place(str(self.path), self.line), "", problem, fix)])

    def read(self) -> str:
        """Reads the file; the SHA-256 of its bytes. Raises `Problems` where it is no well-formed XML, has a DOCTYPE or stops early."""
        digest, fed = hashlib.sha256(), 0
        try:
            with self.path.open("rb") as file:
                data = file.read(_CHUNK)
                if not data:
                    raise Problems([Problem(Place(str(self.path)), "", "the file is empty", AGAIN)])
                decoder = self._decoder(data)
                while data:
                    digest.update(data)
                    text = data if decoder is None else self._decoded(decoder, data)
                    fed += len(text)
                    self._parse(text)
                    if fed - self._parser.CurrentByteIndex > _LONGEST:
                        self.refuse("a tag or a comment is longer than 10 million bytes", _NO_EXPORT)
                    data = file.read(_CHUNK)
                if decoder is not None:
                    self._parse(self._decoded(decoder, b"", at_end=True))
        except OSError as error:
            raise Problems([unreadable(self.path, error)]) from None
        self._parse(b"", at_end=True)
        return digest.hexdigest()

    def _decoder(self, data: bytes) -> codecs.IncrementalDecoder | None:
        """What makes Unicode of the file, where expat does not know its encoding."""
        declared = _DECLARED.match(data)
        if not declared:
            return None
        encoding = declared[1].decode("ascii")
        try:
            name = codecs.lookup(encoding).name
        except LookupError:
            name = ""
        if name in _OF_EXPAT and (name != "utf-8" or encoding.lower() in ("utf-8", "utf8")):  # Python takes UTF and UTF-- for it
            return None
        if not _OF_PYTHON.match(name):
            self._refuse_encoding(encoding)
        self._parser = _parser(self, "utf-8")
        return codecs.getincrementaldecoder(name)()

    def _refuse_encoding(self, encoding: str) -> NoReturn:
        what = f"the file says that its encoding is {encoding}, which is not known here"
        raise Problems([Problem(Place(str(self.path), 1), "", what, "export it as UTF-8")])

    def _decoded(self, decoder: codecs.IncrementalDecoder, data: bytes, at_end: bool = False) -> bytes:
        try:
            return decoder.decode(data, at_end).encode("utf-8")
        except UnicodeDecodeError:
            self.refuse("bytes behind this line that are not text of the encoding that the file states", AGAIN)

    def _parse(self, data: bytes, at_end: bool = False) -> None:
        try:
            self._parser.Parse(data, at_end)
        except (LookupError, ValueError) as error:  # Python, whom expat asks about an encoding
            if "encoding" not in str(error):
                raise
            self._refuse_encoding("an unusual one")
        except expat.ExpatError as error:
            place = Place(str(self.path), error.lineno)
            if at_end:
                raise Problems([Problem(place, "", "the XML stops in the middle", AGAIN)]) from None
            what = f"not well-formed XML: {expat.ErrorString(error.code)}"
            raise Problems([Problem(place, "", what, AGAIN)]) from None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins (called by the parser)."""
        names = self.names
        names.append(self._local.get(name) or self._named(name))
        if len(names) > _DEEPEST:
            self.refuse(f"elements are nested deeper than {_DEEPEST} levels", _NO_EXPORT)
        if self._started(names, attributes) and not self._text_depth:
            self._text.clear()
            self._length, self._text_depth = 0, len(names)
            self._parser.CharacterDataHandler = self._keep

    def end(self, _: str) -> None:
        """An element ends (called by the parser)."""
        names, text = self.names, ""
        if self._text_depth == len(names):
            text = "".join(self._text)
            self._text_depth = 0
            self._parser.CharacterDataHandler = None
        self._ended(names, text)
        if self._handed == len(names):
            self._handed = 0
            self._started, self._ended = self._first
        names.pop()

    def hand_over(self, started: Started, ended: Ended) -> None:
        """From the element at hand to its end, others take the events."""
        self._started, self._ended, self._handed = started, ended, len(self.names)

    def _named(self, name: str) -> str:
        namespace, _, local = name.rpartition(" ")
        if not self.names:
            self.namespace = namespace
        self._local[name] = local if namespace == self.namespace else name
        return self._local[name]

    def _keep(self, text: str) -> None:
        self._text.append(text)
        self._length += len(text)
        if self._length > _LONGEST:
            self.refuse("a text is longer than 10 million characters", _NO_EXPORT)

    def declaration(self, version: str, *_: object) -> None:
        """The XML declaration (called by the parser, which lets any version pass)."""
        if not _VERSION.fullmatch(version):
            self.refuse(f"XML of the version {version[:10]!r}", "write version 1.0 into the first line")

    def refuse_doctype(self, *_: object) -> None:
        """A DOCTYPE begins (called by the parser): entities, and files to be fetched, are declared in it."""
        self.refuse("a DOCTYPE, which can hold entities", "remove it: ODM has none")


def _parser(stream: XmlStream, encoding: str | None) -> expat.XMLParserType:
    parser = expat.ParserCreate(encoding, " ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = stream.start, stream.end
    parser.StartDoctypeDeclHandler = stream.refuse_doctype
    parser.XmlDeclHandler = stream.declaration
    return parser
