"""What an index keeps of a story's text: the text itself, compressed, or only its words as hashes.

Of a story without its text the words are kept as a scan sees them (tokens.py), with their places in
characters: enough to find, compare and place every passage, not enough to show one.

    paragraphs of a story  `Marks`: for each its text's number, first and last byte, and its words
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dedup.characters import characters
from dedup.errors import BadInput
from dedup.kernels import I64, U8
from dedup.ragged import end_to_end
from dedup.tokens import FoldTable, Tokens, fold_table, tokenise

_LEVEL = 6
_TEXT, _WORDS = b"t", b"w"
_ASCII = bytes(range(128))
_MARK, _SPAN = 16, struct.Struct("=ii")  # bytes of a paragraph's marks; two of its numbers
_MANY = 1 << 18  # bytes, of which to look at each costs more than a table


class Folding:
    """The fold table of all characters met so far; made anew when there is a new one."""

    def __init__(self) -> None:
        # One attribute, so that a thread never sees characters without a table that has them.
        self._held = set[str](), fold_table(np.empty(0, dtype=np.uint8))

    def table(self, buffer: U8) -> FoldTable:
        """A table that knows the characters of this text too."""
        if len(buffer) > _MANY:
            return fold_table(buffer, threads=1)
        known, table = self._held
        rest = buffer.tobytes().translate(None, _ASCII)
        if rest and (fresh := set(rest.decode()) - known):
            known = known | fresh
            table = fold_table(np.frombuffer("".join(sorted(known)).encode(), dtype=np.uint8))
            self._held = known, table
        return table


@dataclass(frozen=True, eq=False, slots=True)
class Marks:
    """The paragraphs of a story.

    held: four numbers of 32 bits for each: that of its text, or -1 where it has no word; its first
        byte and the one after its last; its words. They stand as bytes in the file too.
    """

    held: bytes

    @classmethod
    def of(cls, rows: np.ndarray) -> Marks:
        """From a table (paragraphs, 4) of these numbers."""
        return cls(np.ascontiguousarray(rows, dtype=np.int32).tobytes())

    def __len__(self) -> int:
        return len(self.held) // _MARK

    @property
    def rows(self) -> np.ndarray:
        """All of them, int32 (paragraphs, 4)."""
        return np.frombuffer(self.held, dtype=np.int32).reshape(-1, 4)

    def span(self, paragraph: int) -> tuple[int, int]:
        """The first byte of a paragraph, and the one after its last."""
        start, end = _SPAN.unpack_from(self.held, _MARK * paragraph + 4)
        return start, end

    @property
    def lengths(self) -> int:
        """The bytes of all paragraphs."""
        rows = self.rows
        return int((rows[:, 2] - rows[:, 1]).sum())


@dataclass(frozen=True, eq=False, slots=True)
class Content:
    """The packed content of one story, opened.

    text: UTF-8, or None where it was left out.
    words: its words where the text was left out, their places in characters; else None.
    spans: int64 (paragraphs, 2), the characters of its paragraphs, where the text was left out.
    """

    text: bytes | None
    words: Tokens | None = None
    spans: I64 | None = None

    @property
    def bytes(self) -> int:
        """What it takes in memory."""
        if self.words is None:
            return len(self.text or b"")
        words = self.words
        return sum(one.nbytes for one in (words.values, words.stems, words.starts, words.ends))

    def shown(self, start: int, end: int) -> str:
        """The text between two bytes, or nothing where it was left out."""
        return "" if self.text is None else self.text[start:end].decode()

    def character(self, byte: int) -> int:
        """The character at a byte; where the text was left out, places are characters already."""
        return byte if self.text is None else len(self.text[:byte].decode())

    def span(self, paragraph: int, start: int, end: int) -> tuple[int, int]:
        """The characters of a paragraph, whose bytes are start:end."""
        if self.spans is not None:
            first, last = self.spans[paragraph].tolist()
            return first, last
        return self.character(start), self.character(end)


def pack(text: bytes) -> bytes:
    """Content for the file: the text."""
    return _TEXT + zlib.compress(text, _LEVEL)


def pack_words(buffer: U8, base: int, starts: I64, ends: I64, table: FoldTable) -> bytes:
    """Content for the file without its text: the words of its paragraphs, starts[k]:ends[k].

    base: where the story begins in the buffer.
    """
    words = tokenise(buffer, starts, ends, table)
    places = np.concatenate((words.starts, words.ends, starts, ends))
    own = buffer[base : int(places.max(initial=base))]
    counted = characters(own).before(places - base)
    count = len(words.values)
    arrays = (
        counted[2 * count :].astype(np.uint32),
        words.offsets.astype(np.uint32),
        words.values,
        words.stems,
        counted[: 2 * count].astype(np.uint32),
        words.flags,
    )
    counts = np.array([len(words), len(words.values)], dtype=np.uint32)
    return _WORDS + zlib.compress(b"".join(a.tobytes() for a in (counts, *arrays)), 1)


def unpack(held: bytes, where: str) -> Content:
    """Open content from the file.

    Raises:
        BadInput: it is damaged.
    """
    try:
        content = zlib.decompress(memoryview(held)[1:])
    except zlib.error as error:
        raise BadInput(
            f"the text of a story is damaged ({error})",
            where=where,
            remedy="Restore the file from a copy, or build the index anew.",
        ) from error
    return Content(content) if held[:1] == _TEXT else _without_text(content)


def _without_text(content: bytes) -> Content:
    spans, words = np.frombuffer(content, np.uint32, 2).tolist()
    at = 8

    def take(kind: type, count: int) -> np.ndarray:
        nonlocal at
        out: np.ndarray = np.frombuffer(content, kind, count, at)
        at += out.nbytes
        return out.copy()  # at a place that kernels take

    bounds = take(np.uint32, 2 * spans).astype(np.int64).reshape(2, spans)
    offsets = take(np.uint32, spans + 1).astype(np.int64)
    values, stems = take(np.uint64, words), take(np.uint64, words)
    starts = take(np.uint32, words).astype(np.int64)
    ends = take(np.uint32, words).astype(np.int64)
    flags = take(np.uint8, words)
    return Content(None, Tokens(values, starts, ends, flags, offsets, stems), bounds.T)


def gather(pieces: Sequence[tuple[Content, int, int, int]], folding: Folding) -> tuple[Tokens, I64]:
    """The words of some paragraphs as those of one buffer, and where each begins in it.

    pieces: for each paragraph the content of its story, its number there, its first byte and the
        one after its last.

    A place in the result, less the paragraph's beginning, is the place in its story.
    """
    told = [content.text[a:b] if content.text is not None else b"" for content, _, a, b in pieces]
    sizes = np.array([len(one) for one in told], dtype=np.int64)
    ends = np.cumsum(sizes)
    buffer = np.frombuffer(b"".join(told), dtype=np.uint8)
    tokens = tokenise(buffer, ends - sizes, ends, folding.table(buffer))
    begins = ends - sizes - np.array([a for _, _, a, _ in pieces], dtype=np.int64)
    if all(content.text is not None for content, *_ in pieces):
        return tokens, begins
    parts = []
    for k, (content, paragraph, _, _) in enumerate(pieces):
        if content.words is None:
            parts.append(_span(tokens, k))
        else:
            parts.append(_span(content.words, paragraph))
            begins[k] = 0
    return joined(parts), begins


def _span(tokens: Tokens, k: int) -> Tokens:
    a, b = int(tokens.offsets[k]), int(tokens.offsets[k + 1])
    return Tokens(
        tokens.values[a:b], tokens.starts[a:b], tokens.ends[a:b], tokens.flags[a:b],
        np.array([0, b - a], dtype=np.int64), tokens.stems[a:b],
    )  # fmt: skip


def joined(parts: list[Tokens]) -> Tokens:
    """The words of one part behind those of the other; each keeps the places that it has."""
    return Tokens(
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.starts for part in parts]),
        np.concatenate([part.ends for part in parts]),
        np.concatenate([part.flags for part in parts]),
        end_to_end([part.offsets for part in parts]),
        np.concatenate([part.stems for part in parts]),
    )
