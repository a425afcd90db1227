"""How often each word was counted, kept up as texts come and go.

The counts are those of a scan (vocabulary.py): a word once for each distinct text that has it, its
capitals as the text's first occurrence writes them. They are kept for the slots that are used,
sorted, and what a text adds or takes away is a list of the same form. A scan gives slots more bits
as the corpus grows, and so must the index: at four sizes, the last at some 25 MB of text, all texts
are counted anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from dedup.kernels import I32, I64, U64
from dedup.ragged import sizes_of
from dedup.sorting import run_starts
from dedup.terms import CLASS, CLASS_BITS, Terms, draft, known
from dedup.tokens import CAPITAL, FIGURE, OPENS, Tokens
from dedup.vocabulary import Vocabulary, named, weights

_MANY = 50_000  # words, of which to search for each costs more than a table
_ONE, _TWO, _SLOT = np.uint64(1), np.uint64(2), np.uint64(40)


@dataclass(frozen=True, eq=False, slots=True)
class Counts:
    """Counts of some slots.

    bits: of a slot's number.
    slots: int64 (slots,), sorted.
    counts: int32 (slots, 3), as `rated` takes them, on its side: texts, capitals, places.
    """

    bits: int
    slots: I64
    counts: I32

    @classmethod
    def none(cls, bits: int) -> Counts:
        """Of no text."""
        return cls(bits, np.empty(0, dtype=np.int64), np.empty((0, 3), dtype=np.int32))

    @classmethod
    def of(cls, tokens: Tokens, bits: int) -> Counts:
        """Of some texts."""
        slots = slots_of(tokens.stems, bits).astype(np.uint64)
        owners = np.repeat(np.arange(len(tokens), dtype=np.uint64), sizes_of(tokens.offsets))
        inside = tokens.flags & OPENS == 0
        capital = inside & (tokens.flags & CAPITAL != 0) & (tokens.flags & FIGURE == 0)
        marks = inside.astype(np.uint64) | (capital.astype(np.uint64) << _ONE)
        held = np.sort((slots << _SLOT) | (owners << _TWO) | marks)
        if not len(held):
            return cls.none(bits)
        slots, texts = held >> _SLOT, held >> _TWO
        first = np.flatnonzero(np.concatenate(([True], slots[1:] != slots[:-1])))
        columns = (
            np.concatenate(([True], texts[1:] != texts[:-1])), (held >> _ONE) & _ONE, held & _ONE,
        )  # fmt: skip
        counts = [np.add.reduceat(one.astype(np.int32), first) for one in columns]
        return cls(bits, slots[first].astype(np.int64), np.stack(counts, axis=1))

    @classmethod
    def joined(cls, parts: list[Counts], bits: int) -> Counts:
        """Their sum; slots that come to nothing are left out."""
        if len(parts) == 1 and parts[0].counts.any(axis=1).all():
            return parts[0]
        slots = np.concatenate([np.empty(0, dtype=np.int64), *(part.slots for part in parts)])
        counts = np.concatenate(
            [np.empty((0, 3), dtype=np.int32), *(part.counts for part in parts)]
        )
        order = np.argsort(slots, kind="stable")
        slots, counts = slots[order], counts[order]
        first = np.flatnonzero(run_starts(slots))
        if len(first) < len(slots):
            counts = np.add.reduceat(counts, first, axis=0, dtype=np.int32)
            slots = slots[first]
        held = np.flatnonzero(counts.any(axis=1))
        return cls(bits, slots[held], counts[held])

    def plus(self, others: list[Counts]) -> Counts:
        """With these added; counts of slots that are known already are added in one step."""
        change = Counts.joined(others, self.bits)
        if not len(change.slots):
            return self
        places = np.minimum(np.searchsorted(self.slots, change.slots), max(0, len(self.slots) - 1))
        if len(self.slots) and (self.slots[places] == change.slots).all():
            counts = self.counts.copy()
            counts[places] += change.counts
            return Counts(self.bits, self.slots, counts)
        return Counts.joined([self, change], self.bits)

    def minus(self) -> Counts:
        """What takes these away again."""
        return Counts(self.bits, self.slots, -self.counts)

    def rows(self, slots: I64) -> I32:
        """The counts of some slots, int32 (slots, 3)."""
        out = np.zeros((len(slots), 3), dtype=np.int32)
        if len(self.slots):
            places = np.minimum(np.searchsorted(self.slots, slots), len(self.slots) - 1)
            known = self.slots[places] == slots
            out[known] = self.counts[places[known]]
        return out

    def texts(self, slots: I64) -> I32:
        """How many texts have each of some slots, int32; of many, by a table of all."""
        if len(slots) < _MANY:
            return np.ascontiguousarray(self.rows(slots)[:, 0])
        table = np.zeros(2**self.bits, dtype=np.int32)
        table[self.slots] = self.counts[:, 0]
        return table[slots]

    def pack(self) -> tuple[bytes, bytes]:
        """As bytes for the file."""
        return (
            self.slots.astype(np.uint32).tobytes(),
            np.ascontiguousarray(self.counts, dtype=np.int32).tobytes(),
        )

    @classmethod
    def unpack(cls, slots: bytes, counts: bytes, bits: int) -> Counts:
        """From bytes of the file."""
        return cls(
            bits,
            np.frombuffer(slots, dtype=np.uint32).astype(np.int64),
            np.frombuffer(counts, dtype=np.int32).reshape(-1, 3),
        )


def slots_of(stems: U64, bits: int) -> I64:
    """The slot of each word."""
    return np.asarray(stems >> np.uint64(64 - bits)).astype(np.int64)


@dataclass(frozen=True, eq=False, slots=True)
class LocalVocabulary(Vocabulary):
    """The vocabulary of all texts, cut down to the words of some.

    A slot is the position of the word among those; the order of slots is that of the whole.

    held: int64 (slots,), their numbers in the whole, sorted.
    whole_bits: of those.
    """

    held: I64
    whole_bits: int

    @classmethod
    def of(cls, counts: list[Counts], stems: U64, texts: int) -> LocalVocabulary:
        """For the words with these stems.

        counts: that add up to those of the whole. texts: how many were counted.
        """
        bits = counts[0].bits
        held = np.sort(slots_of(stems, bits))
        held = held[run_starts(held)]
        rows = np.sum([part.rows(held) for part in counts], axis=0, dtype=np.int32)
        columns = np.ascontiguousarray(rows.T)
        return cls(columns[0], weights(columns[0], texts), named(columns), held, bits)

    @property
    def bits(self) -> int:
        """Of a slot's number in the whole."""
        return self.whole_bits

    def slots(self, words: U64) -> I64:
        """The slot of each word, int64."""
        return self.local(slots_of(words, self.whole_bits))

    def local(self, slots: np.ndarray) -> I64:
        """The slots here of some of the whole."""
        return np.asarray(np.searchsorted(self.held, slots), dtype=np.int64)

    def terms(self, tokens: Tokens) -> Terms:
        """The distinct words of each text, and what is known of them."""
        drafts = draft(tokens, self.whole_bits)
        slots = self.local(drafts.codes >> CLASS_BITS).astype(np.int32)
        codes = (slots << CLASS_BITS) | (drafts.codes & CLASS)
        return known(replace(drafts, codes=codes), self, threads=1)
