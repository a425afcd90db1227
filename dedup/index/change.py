"""What one transaction changes: stories in, stories out, and all that follows from it.

A distinct paragraph is one text, however often it stands in the index, with the place where it was
first seen; so a scan sees it (texts.py). Stories come (arrive.py) and go (leave.py); here is what
both have to do, and how it is written down.

Postings of texts that are gone stay until they are made anew: the number of a text is never given
again, and who finds one that is not there passes it over.
"""

from __future__ import annotations

import sqlite3

import numpy as np

from dedup.errors import BadInput
from dedup.index import derive, keyed, merging, segments
from dedup.index.content import Folding, gather
from dedup.index.incoming import Order
from dedup.index.keys import merged
from dedup.index.rows import Contents, Place, Rows, bits_of, counted_anew, piece
from dedup.index.view import View, packed_counts
from dedup.index.words import Counts
from dedup.kernels import I64, U64
from dedup.settings import Settings

_PENDING = 2**21  # postings gathered before they are stored


class Change:
    """One transaction: call `insert` and `remove`, then `finish`."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        view: View,
        settings: Settings,
        folding: Folding,
        *,
        keep_text: bool,
        where: str,
    ) -> None:
        """Change what a connection, in a transaction, has; `view` is what it has now."""
        self.connection = connection
        self.view = view
        self.settings = settings
        self.folding = folding
        self.keep_text = keep_text
        self.where = where
        self.meta = dict(view.meta)
        self.bits = int(view.meta["bits"])  # of a slot, at which words are counted
        self.rows = Rows(connection, where)
        self.postings: list[U64] = []
        self.counts: list[Counts] = []
        self.words: list[tuple[I64, I64]] = []  # of new texts
        self._rearranged = False  # postings, of which none is new

    def earliest(self, text: int) -> tuple[Order, int, int]:
        """Of the places in `again`, the earliest."""
        found = self.rows.earliest(text, counted=not self.meta["mixed"])
        if found is None:
            raise BadInput(
                f"text {text} has lost its places", where=self.where, remedy="Run verify on it."
            )
        return found

    def refirst(self, texts: set[int]) -> None:
        """Find the first places of texts anew, after the order of stories has changed."""
        held = [place for place in self.rows.places(texts) if place.again]
        dates = self.orders({place.story for place in held})
        moved = []
        for place in held:
            # Stories on their way out have no row any more.
            found = self.rows.earliest(place.no, counted=not self.meta["mixed"])
            if place.story in dates and found is not None:
                order, paragraph, story = found
                if (order, paragraph) < (dates[place.story], place.paragraph):
                    moved.append((place, story, paragraph))
        self.swap(moved, {})

    def swap(
        self,
        moved: list[tuple[Place, int, int]],
        gone: Contents,
    ) -> None:
        """Give texts another first place, one of those in `again`; the old one goes there."""
        for place, story, paragraph in moved:
            self.connection.execute(
                "DELETE FROM again WHERE text = ? AND story = ? AND paragraph = ?",
                (place.no, story, paragraph),
            )
            if place.story not in gone:
                self.connection.execute(
                    "INSERT INTO again (text, story, paragraph) VALUES (?, ?, ?)",
                    (place.no, place.story, place.paragraph),
                )
            self.connection.execute(
                "UPDATE text SET story = ?, paragraph = ?, again = again - ? WHERE no = ?",
                (story, paragraph, int(place.story in gone), place.no),
            )
        long = [one for one in moved if one[0].words >= self.settings.min_words]
        self.recount([(place.story, place.paragraph) for place, _, _ in long], gone, sign=-1)
        self.recount([(story, paragraph) for _, story, paragraph in long], gone, sign=1)

    def recount(
        self,
        places: list[tuple[int, int]],
        gone: Contents,
        *,
        sign: int,
    ) -> None:
        """Add the words of some paragraphs to the counts, or take them away."""
        if not places:
            return
        held = gone | self.rows.contents({story for story, _ in places} - set(gone))
        pieces = [piece(held[story], paragraph) for story, paragraph in places]
        counts = Counts.of(gather(pieces, self.folding)[0], self.bits)
        self.counts.append(counts if sign > 0 else counts.minus())

    def expect(self, lengths: int) -> None:
        """Count in paragraphs of so many bytes; the first ones decide how words are counted."""
        self.meta["bytes"] = int(self.meta["bytes"]) + lengths
        if not self.view.texts and not self.counts:
            self.bits = bits_of(int(self.meta["bytes"]))

    # The end

    def finish(self) -> None:
        """Write what was gathered: postings, counts, counters."""
        bits = bits_of(int(self.meta["bytes"]))
        if bits == self.bits:
            before = self.view.counts if self.view.texts else Counts.none(bits)
            counts = before.plus(self.counts)
        else:
            counts = counted_anew(self.rows, bits, self.settings, self.folding)
        self.meta["bits"] = bits
        self.postings.append(np.sort(keyed.rare_words(self.words, counts)))
        fresh = merged(self.postings)
        held = sum(len(one) for one in self.view.recent)
        if self._rearranged:
            pass
        elif bits != int(self.view.meta["bits"]) or held + len(fresh) >= merging.SMALLEST:
            self._flush(fresh, counts)
        else:
            change = Counts.joined(self.counts, bits)
            self.connection.execute(
                "INSERT INTO recent (postings, counts) VALUES (?, ?)",
                (fresh.tobytes(), packed_counts(change)),
            )
        self.meta["generation"] = int(self.meta["generation"]) + 1
        self.connection.executemany(
            "UPDATE meta SET value = ? WHERE name = ?",
            [(v, k) for k, v in self.meta.items() if v != self.view.meta[k]],
        )

    def compact(self) -> None:
        """Make all postings anew, so that none leads to what is gone, as one sorted list."""
        segments.drop(self.connection, segments.every(self.connection, self.view.segments))
        pending: list[U64] = []
        words: list[tuple[I64, I64]] = []
        for part in derive.parts(self.rows, self.settings, self.folding):
            pending.append(part.postings)
            words.append(part.words)
            if sum(map(len, pending)) >= _PENDING:
                self._write_segment(pending, words)
        self._write_segment(pending, words)
        self.connection.execute("DELETE FROM recent")
        self._rebase(self.view.counts)
        merging.join_all(self.connection, threads=self.settings.threads)
        self._rearranged = True

    def join(self) -> None:
        """Merge a part of all lists of postings into one."""
        self._rearranged = True
        merging.join(self.connection, self.view.segments, threads=self.settings.threads)

    def _write_segment(self, pending: list[U64], words: list[tuple[I64, I64]]) -> None:
        """Store what was gathered, with the rarest of the words, and forget it."""
        pending.append(np.sort(keyed.rare_words(words, self.view.counts)))
        joined = merged(pending)
        segments.write(self.connection, [segments.encoded(joined)], len(joined))
        pending.clear()
        words.clear()

    def _flush(self, fresh: U64, counts: Counts) -> None:
        """Make a segment of what is recent, and merge a part of them where there are many."""
        joined = merged([*self.view.recent, fresh]) if self.view.recent else fresh
        segments.write(self.connection, [segments.encoded(joined)], len(joined))
        self.connection.execute("DELETE FROM recent")
        self._rebase(counts)
        merging.tidy(self.connection, self.view.segments, threads=self.settings.threads)

    def _rebase(self, counts: Counts) -> None:
        """Keep these as the counts on which later changes stand."""
        self.connection.execute("DELETE FROM vocabulary")
        self.connection.execute(
            "INSERT INTO vocabulary VALUES (?, ?, ?)", (self.view.base + 1, *counts.pack())
        )

    def count_ids(self, come: list[str], gone: list[str]) -> None:
        """Count ids that are no whole numbers; the first and the last change the order of all."""
        before = int(self.meta["mixed"])
        after = before + _unlike_numbers(come) - _unlike_numbers(gone)
        self.meta["mixed"] = after
        if (before == 0) != (after == 0):
            rows = self.connection.execute("SELECT no FROM text WHERE again > 0").fetchall()
            self.refirst({row[0] for row in rows})

    def orders(self, stories: set[int]) -> dict[int, Order]:
        """The places of stories in the order of all."""
        return self.rows.orders(stories, counted=not self.meta["mixed"])


def _unlike_numbers(ids: list[str]) -> int:
    return sum(not name.isdecimal() for name in ids)
