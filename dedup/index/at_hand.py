"""The texts that a search has come across: where each stands, and its words.

They come in a few at a time, and what was found out of one is kept: no text is read or cut into
words twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

import numpy as np

from dedup.index.bags import Bags
from dedup.index.content import Folding, gather, joined
from dedup.index.given import GIVEN, Given, Held, without
from dedup.index.rows import Contents, Packed, Rows, piece
from dedup.index.view import View
from dedup.index.words import Counts, LocalVocabulary
from dedup.kernels import I64
from dedup.settings import Settings
from dedup.terms import Terms
from dedup.tokens import Tokens


class AtHand:
    """Texts, by the numbers that they have in the index; at first those of the story.

    held: each as it is with the story in the index. gone: numbers that lead nowhere.
    own: those of the story. contents: of each story that a text was read from.
    total: how many long texts the index has, with the story in it.
    """

    def __init__(
        self,
        given: Given,
        rows: Rows,
        view: View,
        base: Counts,
        settings: Settings,
        folding: Folding,
    ) -> None:
        """Of a story, in a view; base: the counts of words there."""
        self.given = given
        self.total = view.texts + given.more_texts
        self.contents: Contents = {GIVEN: (given.marks, given.content)}
        self.held: dict[int, Held] = {}
        self.gone: set[int] = set()
        first = given.texts.first
        for no, mark, paragraph, words in zip(
            given.numbers.tolist(), given.texts.fingerprints.view(np.int64).tolist(),
            first.tolist(), given.texts.words[first].tolist(), strict=True,
        ):  # fmt: skip
            if words >= settings.min_words:
                self.held[no] = self._with_own(no, mark, paragraph, words)
        self.own = set(self.held)
        self._rows = rows
        self._least = settings.min_words
        self._folding = folding
        self._counts = base, Counts.joined(given.changes, base.bits)
        self._packed: Packed = {}
        self._ranks: dict[int, int] = {}
        self._ranked = np.empty(0, dtype=np.int64)
        # The story itself is cut into words already, at their places in it.
        here = {no: text.paragraph for no, text in self.held.items() if text.story == GIVEN}
        paragraphs = np.array([*here.values()], dtype=np.int64)
        self._cut, self._begins = given.tokens.take(paragraphs), np.zeros_like(paragraphs)
        self._cut_rows = {no: row for row, no in enumerate(here)}
        self._bags: Bags | None = None
        self._bag_rows: dict[int, int] = {}

    def _with_own(self, no: int, mark: int, paragraph: int, words: int) -> Held:
        """A text of the story, with the story among its places."""
        given, known = self.given, self.given.before.get(no)
        if known is not None and known.order < given.order:
            return known
        again = known.again + 1 if known else 0
        return Held(no, mark, words, given.order, GIVEN, paragraph, again)

    def look_at(self, numbers: set[int]) -> None:
        """Know where texts stand."""
        fresh = numbers - self.held.keys() - self.gone
        if not fresh:
            return
        given = self.given
        places = self._rows.places(fresh)
        orders, packed = self._rows.orders_and_packed(
            {place.story for place in places}, counted=given.counted
        )
        self._packed |= packed
        held = without(
            places, orders, self._rows, given.old, counted=given.counted, turned=given.turned
        )
        self.held |= {no: one for no, one in held.items() if one.words >= self._least}
        self.gone |= fresh - self.held.keys()

    def in_order(self, numbers: Iterable[int]) -> list[int]:
        """Texts in the order in which they were first seen."""
        self._rank()
        return sorted(numbers, key=self._ranks.__getitem__)

    def ranks(self, numbers: I64) -> tuple[I64, I64]:
        """How many of all texts come before some, and the numbers of all in this order."""
        self._rank()
        rows = np.argsort(self._ranked)
        return np.asarray(rows[np.searchsorted(self._ranked[rows], numbers)]), self._ranked

    def _rank(self) -> None:
        """Put all texts in order, if there are new ones."""
        if len(self._ranks) < len(self.held):
            held = sorted(self.held.values(), key=attrgetter("order", "paragraph"))
            self._ranks = {text.no: rank for rank, text in enumerate(held)}
            self._ranked = np.fromiter(self._ranks, dtype=np.int64, count=len(held))

    def tokens(self, chosen: list[int]) -> tuple[Tokens, I64]:
        """The words of texts at their first places, and where each text begins among them.

        That is what to take from a place in them to have one in the story.
        """
        missing = [no for no in chosen if no not in self._cut_rows]
        if missing:
            texts = [self.held[no] for no in missing]
            wanted = {text.story for text in texts} - self.contents.keys()
            self.contents |= self._rows.contents(wanted, self._packed)
            pieces = [piece(self.contents[text.story], text.paragraph) for text in texts]
            tokens, begins = gather(pieces, self._folding)
            known = len(self._cut_rows)
            self._cut = joined([self._cut, tokens])
            self._begins = np.concatenate((self._begins, begins))
            self._cut_rows |= {no: known + row for row, no in enumerate(missing)}
        rows = np.array([self._cut_rows[no] for no in chosen], dtype=np.int64)
        return self._cut.take(rows), self._begins[rows]

    def bags(self, chosen: list[int], tokens: Tokens) -> Bags:
        """The distinct words of texts with these tokens."""
        if self._bags is None or not set(chosen) <= self._bag_rows.keys():
            self._bags = Bags.of(tokens, *self._counts, self.total)
            self._bag_rows = {no: row for row, no in enumerate(chosen)}
        rows = [self._bag_rows[no] for no in chosen]
        return self._bags.take(np.array(rows, dtype=np.int64))

    def words(self, tokens: Tokens) -> tuple[LocalVocabulary, Terms]:
        """The vocabulary of some texts, and their terms in it."""
        vocabulary = LocalVocabulary.of(list(self._counts), tokens.stems, self.total)
        return vocabulary, vocabulary.terms(tokens)
