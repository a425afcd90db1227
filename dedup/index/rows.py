"""Rows of the tables, many at a time."""

from __future__ import annotations

import json
import sqlite3
from collections import OrderedDict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, NamedTuple

from dedup.index.content import Content, Folding, Marks, gather, unpack
from dedup.index.incoming import Order, order_of
from dedup.index.words import Counts
from dedup.intake import BYTES
from dedup.kernels import spread
from dedup.settings import Settings
from dedup.tokens import Tokens
from dedup.vocabulary import slot_bits

_PART = 4096  # texts
_OBJECTS = 600  # bytes of what holds a content


class Place(NamedTuple):
    """A text as its row has it.

    print: its fingerprint, as a signed number. words: how many.
    story, paragraph: its first place. again: how many others it has.
    """

    no: int
    print: int
    words: int
    story: int
    paragraph: int
    again: int


Contents = dict[int, tuple[Marks, Content]]
Packed = dict[int, tuple[bytes, bytes]]  # marks and text, as they stand in the file


class Opened:
    """Contents that were read lately, for several threads, as far as they fit into some bytes.

    They stay true, since the number of a story is never given again.
    """

    def __init__(self, room: int = 6_000_000) -> None:
        """Keep contents of so many bytes."""
        self._room = room
        self._held: OrderedDict[int, tuple[int, tuple[Marks, Content]]] = OrderedDict()
        self._lock = Lock()
        self.even = -1, False  # a generation, and whether its ids are equally long

    def some(self, stories: Collection[int]) -> Contents:
        """Those of some stories that are kept."""
        with self._lock:
            found = {story: self._held[story][1] for story in stories if story in self._held}
            for story in found:
                self._held.move_to_end(story)
        return found

    def keep(self, contents: Contents) -> None:
        """Keep some more, in place of those that were not read for longest."""
        sizes = {story: _size(content) for story, content in contents.items()}
        with self._lock:
            for story, size in sizes.items():
                if story not in self._held:
                    self._held[story] = size, contents[story]
                    self._room -= size
            while self._room < 0:
                self._room += self._held.popitem(last=False)[1][0]


def _size(held: tuple[Marks, Content]) -> int:
    """The bytes that a story takes, about."""
    marks, content = held
    return _OBJECTS + len(marks.held) + content.bytes


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows that a connection sees.

    where: the file, for what is said of damage.
    """

    connection: sqlite3.Connection
    where: str
    opened: Opened = field(default_factory=lambda: Opened(0))

    def of(self, columns: str, table: str, numbers: Collection[int]) -> list[Any]:
        """Some columns of the rows of a table that have these numbers."""
        if not numbers:
            return []
        shown = ", ".join(f"own.{column}" for column in columns.split())
        # Joined, since looking up the keys one by one is quicker than IN, which sorts them first.
        return self.connection.execute(
            f"SELECT {shown} FROM json_each(?) AS wanted"
            f" CROSS JOIN {table} AS own ON own.no = wanted.value",
            (json.dumps(sorted(set(numbers))),),
        ).fetchall()

    def named(self, columns: str, ids: Collection[str]) -> list[Any]:
        """Some columns of the stories with these ids that are there."""
        asked = f"SELECT {', '.join(columns.split())} FROM story WHERE id = ?"
        # One by one: in JSON a text would end at its first character 0.
        found = (self.connection.execute(asked, (name,)).fetchone() for name in set(ids))
        return [row for row in found if row is not None]

    def places(self, numbers: Collection[int]) -> list[Place]:
        """The texts with these numbers that are there."""
        rows = self.of("no print words story paragraph again", "text", numbers)
        return [Place._make(row) for row in rows]

    def orders(self, stories: Collection[int], *, counted: bool) -> dict[int, Order]:
        """The places of stories in the order of all."""
        rows = self.of("no published version id", "story", stories)
        return {row[0]: order_of(*row[1:], counted=counted) for row in rows}

    def orders_and_packed(
        self, stories: Collection[int], *, counted: bool
    ) -> tuple[dict[int, Order], Packed]:
        """The same, and what `contents` will want to know of them, in one reading."""
        rows = self.of("no published version id marks text", "story", stories)
        orders = {row[0]: order_of(*row[1:4], counted=counted) for row in rows}
        return orders, {row[0]: row[4:] for row in rows}

    def numbers(self, ids: Collection[str]) -> dict[str, int]:
        """The numbers of the stories with these ids that are there."""
        return dict(self.named("id no", ids))

    def contents(self, stories: Collection[int], read: Packed | None = None) -> Contents:
        """The paragraphs and the content of stories; read: of some, what stands in the file."""
        found = self.opened.some(stories)
        packed = {no: read[no] for no in stories if no not in found and no in read} if read else {}
        missing = [story for story in stories if story not in found and story not in packed]
        for no, *row in self.of("no marks text", "story", missing):
            packed[no] = row[0], row[1]
        fresh = {no: (Marks(one), unpack(text, self.where)) for no, (one, text) in packed.items()}
        self.opened.keep(fresh)
        return found | fresh

    def earliest(
        self, text: int, *, counted: bool, without: int = 0
    ) -> tuple[Order, int, int] | None:
        """Of the places of a text in `again`, the earliest: its order, paragraph and story.

        without: a story that does not count.
        """
        row = self.connection.execute(
            "SELECT s.published, s.version, s.id, a.paragraph, a.story FROM again AS a"
            " JOIN story AS s ON s.no = a.story WHERE a.text = ? AND a.story <> ?"
            f" ORDER BY s.published, s.version, {'length(s.id),' if counted else ''} s.id,"
            " a.paragraph LIMIT 1",
            (text, without),
        ).fetchone()
        return row and (order_of(*row[:3], counted=counted), row[3], row[4])

    def even(self, generation: int) -> bool:
        """Whether all ids are equally long, so that counting and spelling sort them alike.

        generation: of what the connection sees, for which this is looked up once.
        """
        if self.opened.even[0] != generation:
            least, most = self.connection.execute(
                "SELECT min(length(id)), max(length(id)) FROM story"
            ).fetchone()
            self.opened.even = generation, least == most
        return self.opened.even[1]

    def first_places(self, least: int, folding: Folding) -> Iterator[Tokens]:
        """The words of every text of `least` words or more at its first place, in parts."""
        rows = self.connection.execute(
            "SELECT story, paragraph FROM text WHERE words >= ? ORDER BY story", (least,)
        ).fetchall()
        for start in range(0, len(rows), _PART):
            part = rows[start : start + _PART]
            held = self.contents({story for story, _ in part})
            pieces = [piece(held[story], paragraph) for story, paragraph in part]
            yield gather(pieces, folding)[0]


def piece(held: tuple[Marks, Content], paragraph: int) -> tuple[Content, int, int, int]:
    """A paragraph of a story, as `gather` takes it."""
    marks, content = held
    return content, paragraph, *marks.span(paragraph)


def bits_of(size: int) -> int:
    """Bits of a slot's number where all paragraphs have so many bytes, as in a scan (intake.py)."""
    return slot_bits(size // BYTES)


def counted_anew(rows: Rows, bits: int, settings: Settings, folding: Folding) -> Counts:
    """The counts of the words of all texts, at a size of slots."""
    parts = rows.first_places(settings.min_words, folding)
    counted = spread(lambda tokens: Counts.of(tokens, bits), parts, threads=settings.threads)
    total = Counts.none(bits)
    for counts in counted:
        total = total.plus([counts])
    return total
