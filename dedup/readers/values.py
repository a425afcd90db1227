"""One value of a record: what may stand in each part of a story, and what is said of the rest."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from dedup.errors import BadInput, quoted
from dedup.readers import dates

_DIGITS = re.compile("[0-9]{1,10}")
_VERSIONS = range(-(2**31), 2**31)
_KINDS = {bool: "true or false", int: "a number", float: "a number", str: "a string"} | {
    list: "a list",
    dict: "an object",
    bytes: "bytes",
    type(None): "null",
}


def read_id(value: object, field: str, where: str) -> str:
    """An id; a number becomes its digits."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if value is None or value == "":
        raise BadInput(
            f"{field} is {'missing or null' if value is None else 'empty'}",
            where=where,
            remedy="Each story needs an id: name its field with --id-field.",
        )
    if not isinstance(value, str | bytes):
        raise BadInput(
            f"{field} is {kind(value)}",
            where=where,
            remedy="An id is a string or a whole number: name its field with --id-field.",
        )
    return _string(value, field, where)


def read_text(value: object, field: str, where: str) -> str:
    """A text, perhaps empty."""
    if not isinstance(value, str | bytes):
        raise BadInput(
            f"{field} is {kind(value)}",
            where=where,
            remedy="A text is a string, empty if there is none: name its field with --text-field.",
        )
    return _string(value, field, where)


def read_label(value: object, field: str, where: str) -> str:
    """A headline or source; feeds also list several names, or describe who bears one."""
    names = []
    for one in value if isinstance(value, list) else [value]:
        name = one.get("name", one) if isinstance(one, dict) else one
        if isinstance(name, str | bytes):
            names.append(_string(name, field, where))
        elif name is not None:
            told = kind(value) if one is value else f"{kind(value)} with {kind(name)} in it"
            raise BadInput(f"{field} is {told}", where=where, remedy="Give it as a string or null.")
    return ", ".join(names)


def read_published(value: object, field: str, where: str) -> int | None:
    """Microseconds since 1970 in UTC, or None where nothing is said."""
    if isinstance(value, bytes):
        value = _string(value, field, where)
    if isinstance(value, list | dict):
        raise BadInput(f"{field} is {kind(value)}", where=where, remedy=dates.REMEDY)
    try:
        return dates.micros(value)
    except ValueError as error:
        raise BadInput(str(error), where=where, remedy=dates.REMEDY) from None


def read_version(value: object, field: str, where: str) -> int | None:
    """A whole number, or None where nothing is said."""
    if value is None or value == "":
        return None
    digits = isinstance(value, str) and _DIGITS.fullmatch(value)
    whole = isinstance(value, float) and value.is_integer()
    number = int(value) if digits or whole else value  # type: ignore[call-overload]
    if isinstance(number, bool) or not isinstance(number, int) or number not in _VERSIONS:
        told = quoted(value) if isinstance(value, str | int | float) else kind(value)
        raise BadInput(
            f"{field} is {told}", where=where, remedy="A version is a whole number below 2**31."
        )
    return number


def _string(value: str | bytes, field: str, where: str) -> str:
    """The value as text that UTF-8 can hold."""
    try:
        text = value.decode() if isinstance(value, bytes) else value
        text.encode()
    except UnicodeDecodeError as error:
        raise BadInput(
            f"{field} is not UTF-8: byte 0x{error.object[error.start]:02x} "
            f"at position {error.start + 1}",
            where=where,
            remedy="Write it anew as UTF-8, or leave it out with --skip-bad.",
        ) from None
    except UnicodeEncodeError as error:
        raise BadInput(
            f"{field} holds half a character, \\u{ord(error.object[error.start]):04x}",
            where=where,
            remedy="Surrogates stand in pairs: mend it, or leave it out with --skip-bad.",
        ) from None
    return text


def kind(value: object) -> str:
    """What a value is, in the words of JSON."""
    return _KINDS.get(type(value), f"of type {type(value).__name__}")


READERS: dict[str, Callable[[object, str, str], Any]] = {
    "id": read_id,
    "text": read_text,
    "headline": read_label,
    "source": read_label,
    "published": read_published,
    "version": read_version,
}
