"""Plain text: one story a file, named after it.

A file may say its date at its start, as in `date 2022-02-02 WASHINGTON, February 2.` That is no
part of what is compared, so blanks take its place: cut out, it would shift every character after
it, and a passage is shown by where it stands in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from dedup.errors import BadInput
from dedup.readers import contents, encodings
from dedup.readers.faults import Faults, Origin
from dedup.readers.paths import File
from dedup.readers.records import Found, Read, collect

_DATE = re.compile(r"\A\s*(?P<said>date[ \t]+(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2}))(?![\w-])")
_FIELDS = {"id": "id", "text": "text", "published": "date"}


def stories(files: Iterable[File], *, encoding: str, faults: Faults) -> Read:
    """Read files, each a story.

    Raises:
        BadInput: one is no text in this encoding, two have one name; unless bad input is skipped.
    """
    nowhere = Origin("", "")
    found = _records(files, encoding)
    return collect(found, _FIELDS, origin=nowhere, faults=faults)


def dated(text: str) -> tuple[str, str]:
    """A text without its date but of the same length, and the date."""
    found = _DATE.match(text)
    if not found:
        return text, ""
    start, end = found.span("said")
    return text[:start] + " " * (end - start) + text[end:], found["day"]


def _records(files: Iterable[File], encoding: str) -> Iterable[Found]:
    seen: dict[str, str] = {}
    for number, file in enumerate(files, 1):
        where = file.origin.where
        try:
            if file.name in seen:
                raise BadInput(
                    f"it gives its story the id of {seen[file.name]}",
                    where=where,
                    remedy="Name the folder that holds both: ids are paths below it.",
                )
            text, day = dated(_text(file, encoding))
        except BadInput as fault:
            yield Found(number, where, fault)
            continue
        seen[file.name] = where
        yield Found(number, where, {"id": file.name, "text": text, "date": day})


def _text(file: File, encoding: str) -> str:
    where = file.origin.where
    content = encodings.utf8(contents.content(file), encoding=encoding, where=where)
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise encodings.bad_byte(
            content[error.start],
            error.start - content.rfind(b"\n", 0, error.start) - 1,
            where=file.origin.at("line", line),
            whole=content,
        ) from None
    if "\0" in text:
        raise BadInput(
            "it holds NUL bytes and is no text file",
            where=where,
            remedy=encodings.guess(content),
        )
    return text
