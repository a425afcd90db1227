"""Bytes to UTF-8, and what they may be if they are not.

Everything downstream works on UTF-8 bytes, so a file that is UTF-8 is checked and never decoded.
A byte order mark says how a file is encoded and is no part of its text.
"""

from __future__ import annotations

import codecs

import numpy as np

from dedup.errors import BadInput, BadSetting, quoted
from dedup.readers.faults import reason

_MARK = codecs.BOM_UTF8
_PACKED = {b"\x1f\x8b": ("gzip", ".gz"), b"\x28\xb5\x2f\xfd": ("Zstandard", ".zst")}


def check(encoding: str) -> None:
    """Raise BadSetting if Python knows no text encoding of this name."""
    try:
        "".encode(encoding)
        b"".decode(encoding)
    except (LookupError, ValueError):
        raise BadSetting(
            f"{quoted(encoding)} is no known text encoding",
            where="encoding",
            remedy="Use a name such as utf-8, utf-16, cp1252 or latin-1.",
        ) from None


def names_utf8(encoding: str) -> bool:
    """Whether this is a name of UTF-8."""
    return codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")


def utf8(content: bytes, *, encoding: str, where: str) -> bytes:
    """The content as UTF-8; if that is what it is said to be, it may still hold faults.

    Raises:
        BadInput: it is in another encoding throughout.
    """
    if names_utf8(encoding):
        if _is_wide(content) or content.startswith(tuple(_PACKED)):
            raise BadInput("it is not UTF-8 text", where=where, remedy=guess(content))
        return content.removeprefix(_MARK)
    try:
        return content.decode(encoding).removeprefix("\ufeff").encode()
    except UnicodeDecodeError as error:
        raise BadInput(
            f"it is not {encoding}: {reason(ValueError(error.reason))} at byte {error.start + 1}",
            where=f"{where}, line {_line(content[: error.start], encoding)}",
            remedy="Name its encoding with --encoding.",
        ) from None
    except UnicodeError as error:
        raise BadInput(
            f"it is not {encoding}: {reason(error)}",
            where=where,
            remedy="Name its encoding with --encoding.",
        ) from None


def is_utf8(content: bytes | memoryview) -> bool:
    """Whether all of it is valid; nothing is decoded or copied."""
    import pyarrow as pa

    bounds = pa.py_buffer(np.array([0, len(content)], dtype=np.int64))
    whole = pa.Array.from_buffers(pa.large_string(), 1, [None, bounds, pa.py_buffer(content)])
    try:
        whole.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def text(content: bytes, *, where: str, whole: bytes | None = None) -> str:
    """Decode UTF-8.

    Args:
        whole: the file this is a part of, from which to guess what it is instead.

    Raises:
        BadInput: it is not UTF-8.
    """
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise bad_byte(
            content[error.start], error.start, where=where, whole=whole or content
        ) from None


def bad_byte(byte: int, position: int, *, where: str, whole: bytes) -> BadInput:
    """The fault of a byte that UTF-8 does not allow where it stands."""
    return BadInput(
        f"byte 0x{byte:02x} at position {position + 1} is not UTF-8",
        where=where,
        remedy=guess(whole),
    )


def guess(content: bytes) -> str:
    """What content that is not UTF-8 may be, as advice."""
    for mark, (name, suffix) in _PACKED.items():
        if content.startswith(mark):
            return f"It is packed with {name}: unpack it, or let its name end in {suffix}."
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "It may be UTF-16: try --encoding utf-16."
    if _is_wide(content):
        order = "le" if content[1:2] == b"\0" else "be"
        return f"It may be UTF-16: try --encoding utf-16-{order}."
    if b"\0" in content:
        return "It may be no text at all."
    try:
        content.decode("cp1252")
    except UnicodeDecodeError:
        return "Name its encoding with --encoding."
    return "It may be Windows-1252, or an encoding like it: try --encoding cp1252."


def _is_wide(content: bytes) -> bool:
    """Whether it begins as UTF-16 does: with its mark, or a Latin letter beside a zero."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    return sorted(byte == 0 for byte in content[:4]) == [False, False, True, True]


def _line(before: bytes, encoding: str) -> int:
    return before.decode(encoding, "replace").count("\n") + 1
