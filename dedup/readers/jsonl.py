"""JSON Lines: one story a line.

The first lines tell which fields to keep. Large content all of whose fields are strings is read by
lines.py, of a plain file no more than some segments at a time. Otherwise all bytes go to Arrow's
parser, which is looser than the format: it takes two objects on one line, one object on two, bytes
that are not UTF-8, and it falls over a bare `null`. So it only gets lines that open a brace, all of
it valid UTF-8, and must give back as many stories as there are lines. Where either has a doubt,
each line is read by itself.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dedup.errors import BadInput
from dedup.readers import columns, encodings, fields, lines
from dedup.readers.faults import Faults, Origin, printable
from dedup.readers.records import Found, Read, collect
from dedup.readers.values import kind
from dedup.scratch import Scratch

if TYPE_CHECKING:
    import pyarrow as pa

_PEEKED = 100
_BLOCK = 1 << 22  # parsed by one thread; a longer line makes it longer
_LONGEST = 2**31 - 2
_SMALL = 1 << 14
_LARGE = 1 << 22  # bytes, beyond which reading strings by our own kernel is worth its loading


def stories(content: bytes, *, named: Mapping[str, str], origin: Origin, faults: Faults) -> Read:
    """Read UTF-8 content.

    Raises:
        BadInput: a line is no story, unless bad input is skipped; no field holds the text.
    """
    whole = None
    if len(content) > _SMALL:  # below, starting the parser costs more than it saves
        whole = all_at_once(content, named=named, origin=origin)
    return whole or line_by_line(content, named=named, origin=origin, faults=faults)


def line_by_line(
    content: bytes, *, named: Mapping[str, str], origin: Origin, faults: Faults
) -> Read:
    """The slow way. A field may first turn up in the last line, so names are gathered first."""
    present: dict[str, bool] = {}
    sound = False
    for _, _, record in _records(content, origin):
        if isinstance(record, BadInput):
            if not faults.skip_bad:
                raise record
        else:
            sound = True
            _note(record, present)
    chosen = fields.choose(present, named=named, where=origin.where) if sound else {}
    return collect(_records(content, origin), chosen, origin=origin, faults=faults)


def from_file(
    path: Path, scratch: Scratch, *, named: Mapping[str, str], origin: Origin
) -> Read | None:
    """Read a large file that is never held whole, or nothing if there is any doubt."""
    try:
        if not path.is_file() or path.stat().st_size <= _LARGE:
            return None
        with path.open("rb") as file:
            return _strings(lines.Filed(file), scratch, named=named, origin=origin)
    except OSError:
        return None


def all_at_once(content: bytes, *, named: Mapping[str, str], origin: Origin) -> Read | None:
    """The fast way, or nothing if there is any doubt."""
    import pyarrow as pa

    if len(content) > _LARGE:
        found = _strings(lines.Held(content), Scratch(), named=named, origin=origin)
        if found:
            return found
    starts = _starts(content)
    bytes_ = np.frombuffer(content, dtype=np.uint8)
    if not len(starts) or not (bytes_[starts] == ord("{")).all() or not encodings.is_utf8(content):
        return None
    longest = int(np.diff(starts, append=len(content)).max())
    if longest >= _LONGEST:
        return None
    choice = _choose(list(islice(_records(content, origin), _PEEKED)), named, origin)
    if choice is None:
        return None
    chosen, kinds, rivals = choice
    wanted = pa.schema([*kinds.items(), *((name, pa.large_string()) for name in rivals)])
    table = _parsed(content, wanted, block=max(_BLOCK, longest + 1))
    if table is None or len(table) != len(starts):
        return None
    if any(table[name].null_count < len(table) for name in rivals):
        return None
    raw = pa.table({part: table[name] for part, name in chosen.items()})
    return columns.convert(raw, chosen, origin=origin)


def _strings(
    content: lines.Content, scratch: Scratch, *, named: Mapping[str, str], origin: Origin
) -> Read | None:
    """All fields as strings (lines.py), or nothing if there is any doubt."""
    import pyarrow as pa

    first = b"\n".join(lines.opening(content, _PEEKED))
    choice = _choose(list(_records(first, origin)), named, origin)
    if choice is None:
        return None
    chosen, kinds, rivals = choice
    if set(kinds.values()) != {pa.large_string()}:
        return None
    table = lines.strings(content, list(kinds), rivals, longest=chosen["text"], scratch=scratch)
    if table is None:
        return None
    raw = pa.table({part: table[name] for part, name in chosen.items()})
    return columns.convert(raw, chosen, origin=origin, valid=True)


def _choose(
    first: list[Found], named: Mapping[str, str], origin: Origin
) -> tuple[dict[str, str], dict[str, pa.DataType], list[str]] | None:
    """By the first records: which field is which, their types, and which may not turn up later."""
    present: dict[str, bool] = {}
    kinds: dict[str, set[type]] = {}
    for _, _, record in first:
        if isinstance(record, BadInput):
            return None
        _note(record, present)
        for name, value in record.items():
            kinds.setdefault(name, set()).add(type(value))
    try:
        chosen = fields.choose(present, named=named, where=origin.where)
        kept = {name: _arrow_type(kinds[name]) for name in chosen.values()}
    except (BadInput, ValueError):
        return None
    return chosen, kept, sorted(fields.rivals(chosen, present, named=named))


def _records(content: bytes, origin: Origin) -> Iterator[Found]:
    """Every line that is not blank, as an object or as what is wrong with it."""
    for number, line in enumerate(io.BytesIO(content), 1):
        if line.strip():
            where = origin.at("line", number)
            yield Found(number, where, _record(line, where, content))


def _record(line: bytes, where: str, content: bytes) -> Mapping[str, object] | BadInput:
    remedy = "Mend the line, or leave it out with --skip-bad."
    try:
        record = json.loads(encodings.text(line.rstrip(), where=where, whole=content))
    except BadInput as fault:
        return fault
    except json.JSONDecodeError as error:
        said = error.msg[0].lower() + error.msg[1:]
        what = f"the JSON is broken at character {error.pos + 1} ({printable(said)})"
        return BadInput(what, where=where, remedy=remedy)
    except (ValueError, RecursionError):  # a number of thousands of digits; lists in lists
        return BadInput("the JSON is too long or too deep to be read", where=where, remedy=remedy)
    if not isinstance(record, dict):
        return BadInput(f"the line is {kind(record)}, not an object", where=where, remedy=remedy)
    return record


def _note(record: Mapping[str, object], present: dict[str, bool]) -> None:
    for name, value in record.items():
        present[name] = present.get(name, False) or value is not None


def _arrow_type(kinds: set[type]) -> pa.DataType:
    """The type that holds what the first lines have in a field."""
    import pyarrow as pa

    seen = kinds - {type(None)}
    if seen <= {str}:
        return pa.large_string()
    if seen <= {int}:
        return pa.int64()
    if seen <= {int, float}:
        return pa.float64()
    raise ValueError(seen)


def _parsed(content: bytes, wanted: pa.Schema, *, block: int) -> pa.Table | None:
    import pyarrow as pa
    import pyarrow.json

    try:
        return pyarrow.json.read_json(
            pa.BufferReader(content),
            read_options=pyarrow.json.ReadOptions(block_size=block),
            parse_options=pyarrow.json.ParseOptions(
                explicit_schema=wanted, unexpected_field_behavior="ignore"
            ),
        )
    except pa.ArrowException:
        return None


def _starts(content: bytes) -> NDArray[np.int64]:
    """Where each line starts; in slices, so that what is compared stays in the cache."""
    bytes_ = np.frombuffer(content, dtype=np.uint8)
    step = 1 << 20
    ends = [
        np.flatnonzero(bytes_[first : first + step] == ord("\n")) + first
        for first in range(0, len(bytes_), step)
    ]
    starts = np.concatenate([np.zeros(1, dtype=np.int64), *(end + 1 for end in ends)])
    return starts[starts < len(bytes_)]
