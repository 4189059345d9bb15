"""From the bytes of a file to its values: format, size and encoding."""

import hashlib
import os
import re
from pathlib import Path

from members.interchange.csv_file import read_csv
from members.interchange.faults import Fault, RefusalError
from members.interchange.tree import Document
from members.interchange.yaml_file import read_yaml

# Some 50,000 members; what is larger is another file, taken by mistake.
MAX_BYTES = 16_000_000

_MARKS = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
_EXPECTED = "expected is UTF-8: save the file in that encoding"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def read_document(path) -> Document:
    """Read a file of members: CSV by its ending, else YAML, or raise RefusalError."""
    content = _content(Path(path))
    text = decoded(content)
    if not text.strip():
        raise RefusalError([Fault(0, 0, "The file is empty.")])
    is_csv = Path(path).suffix.lower() == ".csv"
    document = read_csv(text) if is_csv else read_yaml(text)
    document.sha256 = hashlib.sha256(content).hexdigest()
    document.name = os.fsencode(Path(path).name).decode(errors="replace")[:300]
    return document


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
            size = max(os.fstat(file.fileno()).st_size, len(content))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", "") or str(error)
        raise RefusalError([Fault(0, 0, f"Cannot read {path}: {reason}.")]) from error
    if len(content) > MAX_BYTES:
        text = (
            f"The file is too large: {size / 1e6:.1f} MB, and at most "
            f"{MAX_BYTES / 1e6:.0f} MB are read, which end in this line."
        )
        raise RefusalError([Fault(content.count(b"\n") + 1, 0, text)])
    return content


def decoded(content: bytes) -> str:
    """The text of `content`, which is UTF-8, with or without its mark (BOM)."""
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            text = f"The file is {encoding}, as its first bytes say; {_EXPECTED}."
            raise RefusalError([Fault(1, 1, text)])
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise RefusalError([_undecodable(content, error.start)]) from error
    if found := _CONTROL.search(text):
        raise RefusalError([_control(text, found)])
    return text


def _undecodable(content: bytes, start: int) -> Fault:
    if encoding := _wide(content):
        return Fault(1, 1, f"The file looks like {encoding}; {_EXPECTED}.")
    line, column = _place(content[:start].decode())
    byte = content[start]
    if _CONTROL.search(content[:4096].decode("latin-1")):
        return Fault(line, column, "This is not a text file: expected is YAML or CSV.")
    char = bytes([byte]).decode("cp1252", errors="replace")
    return Fault(
        line,
        column,
        f"The byte 0x{byte:02X} is not UTF-8; the file looks like Latin-1 or "
        f"Windows-1252, where it is “{char}”; {_EXPECTED}.",
    )


def _control(text: str, found: re.Match) -> Fault:
    line, column = _place(text[: found.start()])
    if encoding := _wide(text.encode()):
        return Fault(1, 1, f"The file looks like {encoding}; {_EXPECTED}.")
    code = ord(found.group())
    name = "NUL byte" if code == 0 else f"control character (U+{code:04X})"
    return Fault(
        line, column, f"There is a {name} here: a text file holds none of these."
    )


def _wide(content: bytes) -> str:
    """UTF-16 that does not say so: every other byte is nearly always zero."""
    start = content[:4096]
    for half, order in ((start[::2], "big"), (start[1::2], "little")):
        if len(half) > 1 and half.count(0) > 0.6 * len(half):
            return f"UTF-16 ({order}-endian, without a mark)"
    return ""


def _place(before: str) -> tuple[int, int]:
    """Line and column of what follows `before`."""
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
