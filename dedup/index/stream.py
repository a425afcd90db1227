"""Stories in, verdicts out, a line of JSON each: a pipe into any language.

Each line is answered with one line, in order, as soon as it is there. What is wrong with a line is
its answer, `{"error": …}`, and the next one is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import orjson

from dedup.errors import BadInput, Busy
from dedup.index.incoming import Incoming, of_table
from dedup.index.index import Index
from dedup.readers import encodings, jsonl
from dedup.readers.faults import Faults, Origin
from dedup.stories import Story, moment

_NAME = "standard input"


class _Line(Origin):
    """One line of standard input."""

    __slots__ = ()

    def at(self, unit: str, number: int) -> str:  # noqa: ARG002
        """Its place: it holds one record, whatever a reader counts."""
        return self.where


def answers(
    index: Index,
    lines: Iterable[bytes],
    *,
    fields: Mapping[str, str] | None = None,
    encoding: str = "utf-8",
    adding: bool = False,
) -> Iterator[bytes]:
    """The verdict on the story in each line; blank lines are passed over.

    adding: put each story in after it was checked; it must have an id.

    Raises:
        BadOutput: the index cannot be written any more.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            story = _story(line, number, fields or {}, encoding, adding=adding)
            verdict = index.check_and_add(story) if adding else index.check(story)
            yield _line(verdict.to_dict())
        except (BadInput, Busy) as fault:
            yield _line({"error": str(fault)})


def _story(
    line: bytes, number: int, fields: Mapping[str, str], encoding: str, *, adding: bool
) -> Story:
    """The story in a line.

    Raises:
        BadInput: there is none.
    """
    origin = _Line(f"{_NAME}:{number}", f"{_NAME}, line {number}")
    content = encodings.utf8(line, encoding=encoding, where=origin.where)
    read = jsonl.line_by_line(content, named=fields, origin=origin, faults=Faults(False))
    if adding and "id" not in read.fields:
        raise BadInput(
            "the story has no id", where=origin.where,
            remedy="Give each an id, or name its field with --id-field.",
        )  # fmt: skip
    return _first(of_table(read.table))


def _first(held: Incoming) -> Story:
    return Story(
        held.ids[0], held.text(0).decode(), held.headlines[0], held.sources[0],
        moment(held.published[0]), held.versions[0],
    )  # fmt: skip


def _line(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_UTC_Z) + b"\n"
