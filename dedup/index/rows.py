"""Rows of the tables, many at a time."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from dedup.index.content import Content, Marks, unpack
from dedup.index.incoming import Order, order_of


@dataclass(frozen=True, slots=True)
class Place:
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


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows that a connection sees.

    where: the file, for what is said of damage.
    """

    connection: sqlite3.Connection
    where: str

    def of(self, query: str, names: Collection[Any]) -> list[Any]:
        """The rows of a query that ends in IN, for these names or numbers."""
        if not names:
            return []
        return self.connection.execute(
            f"{query} (SELECT value FROM json_each(?))", (json.dumps(list(names)),)
        ).fetchall()

    def places(self, numbers: Collection[int]) -> list[Place]:
        """The texts with these numbers that are there."""
        query = "SELECT no, print, words, story, paragraph, again FROM text WHERE no IN"
        return [Place(*row) for row in self.of(query, numbers)]

    def orders(self, stories: Collection[int], *, counted: bool) -> dict[int, Order]:
        """The places of stories in the order of all."""
        rows = self.of("SELECT no, published, version, id FROM story WHERE no IN", stories)
        return {row[0]: order_of(*row[1:], counted=counted) for row in rows}

    def contents(self, stories: Collection[int]) -> Contents:
        """The paragraphs and the content of stories."""
        rows = self.of("SELECT no, marks, text FROM story WHERE no IN", stories)
        return {row[0]: (Marks.unpack(row[1]), unpack(row[2], self.where)) for row in rows}

    def earliest(
        self, text: int, *, counted: bool, without: int = 0
    ) -> tuple[Order, int, int] | None:
        """Of the places of a text in `again`, the earliest: its order, paragraph and story.

        without: a story that does not count.
        """
        rows = self.connection.execute(
            "SELECT s.published, s.version, s.id, a.paragraph, a.story FROM again AS a"
            " JOIN story AS s ON s.no = a.story WHERE a.text = ? AND a.story <> ?",
            (text, without),
        )
        found = ((order_of(*row[:3], counted=counted), row[3], row[4]) for row in rows)
        return min(found, default=None)
