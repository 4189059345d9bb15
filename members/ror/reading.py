"""A dump of ROR, read record by record: a JSON array, plain or in a zip.

No more of it is in memory than one piece and one record. Whatever is wrong with the
file is told with its place, and before anything is written.
"""

import json
import zipfile
import zlib
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

PIECE = 1 << 20
# The largest record of ROR has some 50,000 characters; the whole dump has 0.3 GB.
LONGEST_RECORD = 4 << 20
LARGEST_FILE = 4 << 30
SPACE = " \t\n\r"
# What fails in the others of zipfile's fails in ways of their own.
COMPRESSIONS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


class RefusalError(Exception):
    """The file was not taken: nothing was written."""


@contextmanager
def opened(path: Path) -> Iterator[tuple[IO[bytes], int]]:
    """The JSON of a dump as a stream of bytes, and how many bytes it has."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                member = _json_of(archive)
                with archive.open(member) as stream:
                    yield stream, _allowed(member.file_size)
        else:
            with path.open("rb") as stream:
                if stream.read(4) == b"PK\x03\x04":
                    raise RefusalError("The zip file is cut off: its end is missing.")
                stream.seek(0)
                yield stream, _allowed(path.stat().st_size)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise RefusalError(f"The zip file is damaged: {error}") from error
    except RuntimeError as error:  # zipfile, of a password or of what it cannot do
        raise RefusalError(f"The zip file cannot be opened: {error}") from error
    except OSError as error:
        raise RefusalError(f"{path}: {error.strerror or error}") from error


def _json_of(archive):
    """The member with the records; dumps may hold an older schema beside it."""
    members = [each for each in archive.infolist() if each.filename.endswith(".json")]
    current = [each for each in members if "schema_v2" in each.filename] or members
    if len(current) != 1:
        found = ", ".join(each.filename for each in members) or "none"
        raise RefusalError(f"Expected one JSON file in the zip; there is: {found}.")
    if current[0].compress_type not in COMPRESSIONS:
        raise RefusalError("Expected a zip that is deflated, as those of ROR are.")
    return current[0]


def _allowed(size):
    if size > LARGEST_FILE:
        raise RefusalError(
            f"{size:,} bytes of JSON are more than a dump of ROR can have "
            f"({LARGEST_FILE:,})."
        )
    return size


class Reader:
    """The elements of a JSON array in a stream of bytes, one after the other.

    `told` is called with the number of bytes of each piece that is read.
    """

    def __init__(self, stream: IO[bytes], told: Callable[[int], object]):
        self.stream, self.told = stream, told
        self.decode = json.JSONDecoder(parse_constant=_refuse_constant).raw_decode
        self.characters = getincrementaldecoder("utf-8-sig")()
        self.text, self.at, self.size = "", 0, 0
        self.line, self.records = 1, 0

    def __iter__(self) -> Iterator[object]:
        if self._next() != "[":
            raise self._refusal("expected “[”, the beginning of a list of records")
        self.at += 1
        if self._next() == "]":
            self.at += 1
        else:
            yield from self._elements()
        if self._next():
            raise self._refusal("expected nothing after the end of the list")

    def _elements(self):
        while True:
            yield self._element()
            after = self._next()
            self.at += 1
            if after == "]":
                return
            if after != ",":
                self.at -= 1
                what = f"expected “,” or “]”, found “{after}”"
                raise self._refusal(what if after else "the file ends here, cut off")
            self._next()

    def _element(self):
        """The record that begins here; what is cut off is read on."""
        while True:
            try:
                record, end = self.decode(self.text, self.at)
            except json.JSONDecodeError as error:
                if len(self.text) - self.at > LONGEST_RECORD or not self._read():
                    raise self._broken(error) from error
            except (ValueError, RecursionError) as error:
                raise self._refusal(f"no JSON that is understood: {error}") from error
            else:
                self.line += self.text.count("\n", self.at, end)
                self.at, self.records = end, self.records + 1
                return record

    def _next(self):
        """The next character that is no space, "" at the end; the reader is at it."""
        while True:
            while self.at < len(self.text):
                char = self.text[self.at]
                if char not in SPACE:
                    return char
                self.line += char == "\n"
                self.at += 1
            if not self._read():
                return ""

    def _read(self):
        """Whether there was more; what was read before this place is forgotten."""
        piece = self.stream.read(PIECE)
        self.told(len(piece))
        self.size += len(piece)
        _allowed(self.size)
        self.text = self.text[self.at :] + self._text(piece)
        self.at = 0
        return bool(piece)

    def _text(self, piece):
        try:
            return self.characters.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            place = self.size - len(error.object) + error.start
            raise self._refusal(f"byte {place:,} is not UTF-8") from error

    def _broken(self, error):
        if len(self.text) - self.at > LONGEST_RECORD:
            return self._refusal("a record is longer than any of ROR")
        before, after = error.doc[: error.pos], error.doc[error.pos :]
        self.line += before.count("\n", len(error.doc) - len(self.text))
        if not after.strip() or error.msg.startswith("Unterminated string"):
            return self._refusal("the file ends here, cut off")
        return self._refusal(f"no JSON: {error.msg}")

    def _refusal(self, what):
        place = f"Line {self.line:,}, after {self.records:,} records"
        return RefusalError(f"{place}: {what}.")


def _refuse_constant(name):
    raise ValueError(f"{name} is no number of JSON")
