"""Texts as a program has them, as bytes with bounds: a part at a time, and nothing copied twice.

A list of `str` is encoded a part of about a megabyte at a time, by the thread that works on it, so
that one curly quote does not widen all of it and no second copy of the texts is ever held. A column
of Arrow, pandas or Polars is taken as it lies in memory, and so is a corpus.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from dedup.errors import BadInput
from dedup.kernels import I64, U8, chunks
from dedup.stories import Corpus

if TYPE_CHECKING:
    import pyarrow as pa

PART = 1 << 20  # bytes, about
_COUNTED = 4096  # texts of a list whose lengths are added up at a time

Bytes = tuple[U8, I64, I64]
"""A buffer, uint8 (bytes,), and where each text starts and ends in it, int64 (texts,)."""


class Strings(Protocol):
    """Texts by their positions."""

    def __len__(self) -> int:
        """How many there are."""

    def parts(self) -> list[slice]:
        """All positions, cut into slices of about PART bytes."""

    def bytes_of(self, part: slice | I64) -> Bytes:
        """Some of the texts. From several threads at a time."""


class Spans:
    """Texts that lie in one buffer."""

    def __init__(self, buffer: U8, starts: I64, ends: I64) -> None:
        self._all = buffer, starts, ends

    def __len__(self) -> int:
        return len(self._all[1])

    def parts(self) -> list[slice]:
        """As Strings has it."""
        return chunks(self._all[2] - self._all[1], PART)

    def bytes_of(self, part: slice | I64) -> Bytes:
        """As Strings has it."""
        buffer, starts, ends = self._all
        return buffer, starts[part], ends[part]


class _Listed:
    """Texts in a list."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        for first in range(0, len(texts), _COUNTED):
            given = texts[first : first + _COUNTED]
            if not set(map(type, given)) <= {str}:
                for number, text in enumerate(given, first):
                    if not isinstance(text, str):
                        raise _no_text(type(text).__name__, number)

    def __len__(self) -> int:
        return len(self._texts)

    def parts(self) -> list[slice]:
        """As Strings has it; bytes are taken for characters."""
        sizes = np.fromiter(map(len, self._texts), dtype=np.int64, count=len(self._texts))
        return chunks(sizes + 1, PART)

    def bytes_of(self, part: slice | I64) -> Bytes:
        """As Strings has it."""
        texts = self._texts
        given = texts[part] if isinstance(part, slice) else [texts[k] for k in part.tolist()]
        try:
            encoded = [text.encode() for text in given]
        except UnicodeEncodeError:
            raise self._half(part) from None
        ends = np.cumsum(np.fromiter(map(len, encoded), dtype=np.int64, count=len(encoded)))
        starts = np.concatenate((np.zeros(min(1, len(ends)), dtype=np.int64), ends[:-1]))
        return np.frombuffer(b"".join(encoded), dtype=np.uint8), starts, ends

    def _half(self, part: slice | I64) -> BadInput:
        """The fault of the first text that UTF-8 cannot hold."""
        for number in np.arange(len(self))[part].tolist():
            try:
                self._texts[number].encode()
            except UnicodeEncodeError as error:
                return BadInput(
                    f"it holds half a character, \\u{ord(error.object[error.start]):04x}",
                    where=f"text {number}",
                    remedy="Surrogates stand in pairs: mend it or leave it out.",
                )
        raise AssertionError("no text is at fault")


class _Column:
    """Texts in an Arrow column, of one chunk or several."""

    def __init__(self, column: pa.ChunkedArray) -> None:
        self._column = column
        self._bounds = np.cumsum([0, *(len(chunk) for chunk in column.chunks)])
        self._chunks = [_spans(chunk) for chunk in column.chunks]

    def __len__(self) -> int:
        return int(self._bounds[-1])

    def parts(self) -> list[slice]:
        """As Strings has it; a part lies in one chunk."""
        return [
            slice(part.start + first, part.stop + first)
            for first, chunk in zip(self._bounds.tolist(), self._chunks, strict=False)
            for part in chunk.parts()
        ]

    def bytes_of(self, part: slice | I64) -> Bytes:
        """As Strings has it."""
        if isinstance(part, slice):
            chunk = int(np.searchsorted(self._bounds, part.start, side="right")) - 1
            first = int(self._bounds[chunk])
            return self._chunks[chunk].bytes_of(slice(part.start - first, part.stop - first))
        taken = self._column.take(part).combine_chunks()
        return _spans(taken).bytes_of(slice(None))


def strings(texts: Any) -> Strings:
    """Texts from Python, or from a column or corpus.

    texts: `str` objects, a column of Arrow, pandas or Polars, a NumPy array, or a Corpus.

    Raises:
        BadInput: it is something else, or one of them is no text.
    """
    if isinstance(texts, Corpus):
        return Spans(texts.buffer, texts.starts, texts.ends)
    if isinstance(texts, list | tuple):
        return _Listed(texts)
    if any(hasattr(texts, name) for name in ("__arrow_c_stream__", "__arrow_c_array__")):
        return _Column(_column(texts))
    if hasattr(texts, "__array__"):
        return strings(np.asarray(texts).tolist())
    if isinstance(texts, str | bytes) or not isinstance(texts, Iterable):
        raise BadInput(
            f"{type(texts).__name__} is no list of texts",
            remedy="Pass a list of str, or a column of Arrow, pandas or Polars.",
        )
    return _Listed(list(texts))


def _column(texts: Any) -> pa.ChunkedArray:
    """The column as Arrow's large strings, every one of them there and valid."""
    import pyarrow as pa

    remedy = "Pass one column of strings, such as frame['text']."
    try:
        column = texts if isinstance(texts, pa.ChunkedArray) else pa.chunked_array(texts)
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        held = column.type
        checks = pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view
        if not any(holds(held) for holds in (*checks, pa.types.is_null)):
            raise BadInput(f"its values are {held}, not strings", where="texts", remedy=remedy)
        column = column.cast(pa.large_string())
        column.validate(full=True)
    except (pa.ArrowException, TypeError, ValueError) as error:
        told = str(error).partition("\n")[0].rstrip(". ")
        raise BadInput(f"they cannot be read ({told})", where="texts", remedy=remedy) from error
    if column.null_count:
        missing = np.flatnonzero(column.is_null().to_numpy())
        raise _no_text("null", int(missing[0]))
    return column


def _spans(array: pa.LargeStringArray) -> Spans:
    _, offsets, values = array.buffers()
    if not len(array):
        return Spans(np.empty(0, np.uint8), np.empty(0, np.int64), np.empty(0, np.int64))
    bounds = np.frombuffer(offsets, np.int64, count=len(array) + 1, offset=8 * array.offset)
    content = np.frombuffer(values, np.uint8) if values else np.empty(0, np.uint8)
    return Spans(content, bounds[:-1], bounds[1:])


def _no_text(kind: str, number: int) -> BadInput:
    return BadInput(
        f"it is {kind}, not str",
        where=f"text {number}",
        remedy="Leave it out or put an empty string in its place.",
    )
