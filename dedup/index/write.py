"""What one transaction changes: stories in, stories out, and all that follows from it.

A distinct paragraph is one text, however often it stands in the index, with the place where it was
first seen; so a scan sees it (texts.py). A story that comes may bring new texts, or stand before the
first place of known ones; one that goes may take texts along, or leave them to their next place.
Postings of texts that are gone stay until segments are merged: the number of a text is never given
again, and who finds one that is not there passes it over.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from dedup.errors import BadInput
from dedup.index import keyed, segments
from dedup.index.content import Content, Folding, Marks, gather, in_characters, pack, some, unpack
from dedup.index.incoming import Incoming, Order, order_of
from dedup.index.keys import LARGEST, PRINT, items_of, keys_of, once, packed
from dedup.index.rows import Contents, Place, Rows
from dedup.index.view import View, packed_counts
from dedup.index.words import Counts
from dedup.kernels import I64, U64, chunks, spread
from dedup.minhash import Signatures, sign
from dedup.paragraphs import split
from dedup.settings import Settings
from dedup.shingles import shingle
from dedup.texts import CHUNK, Texts, collapse
from dedup.tokens import Tokens, tokenise
from dedup.vocabulary import slot_bits


@dataclass(frozen=True, eq=False, slots=True)
class _Gone:
    """A story that is being taken out."""

    no: int
    marks: Marks
    content: Content


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
        self.rows = Rows(connection, where)
        self._postings: list[U64] = []
        self._counts: list[Counts] = []
        self._words: list[tuple[I64, I64]] = []  # of new texts

    # Stories in

    def insert(self, given: Incoming) -> None:
        """Put stories in; one whose id is known takes the place of the older version."""
        given, old, renewed = self._without_older(given)
        self._count_ids(given.ids, renewed)
        counted = not self.meta["mixed"]
        orders = [
            order_of(given.published[k], given.versions[k], given.ids[k], counted=counted)
            for k in range(len(given))
        ]
        ranked = sorted(range(len(given)), key=orders.__getitem__)
        given, orders = given.take(ranked), [orders[k] for k in ranked]
        first = int(self.meta["next_story"])
        self.meta["next_story"] = first + len(given)
        self._store(given, orders, first)
        self._detach(old)

    def _without_older(self, given: Incoming) -> tuple[Incoming, list[_Gone], list[str]]:
        """The stories that are newer than what is there, and those whose place they take."""
        rows = self.rows.of(
            "SELECT id, no, version, published, replaced, marks, text FROM story WHERE id IN",
            given.ids,
        )
        known = {row[0]: row[1:] for row in rows}
        if not known:
            return given, [], []
        published, replaced = list(given.published), list(given.replaced)
        kept, old, renewed = [], [], []
        for k, name in enumerate(given.ids):
            if name not in known:
                kept.append(k)
                continue
            no, version, date, before, marks, text = known[name]
            published[k] = min(date, published[k])
            if given.versions[k] < version:
                self.connection.execute(
                    "UPDATE story SET published = ?, replaced = ? WHERE no = ?",
                    (published[k], before + 1 + replaced[k], no),
                )
                if published[k] < date:
                    self._refirst(set(Marks.unpack(marks).rows[:, 0].tolist()))
                continue
            replaced[k] += before + (given.versions[k] > version)
            kept.append(k)
            old.append(_Gone(no, Marks.unpack(marks), unpack(text, self.where)))
            self.connection.execute("DELETE FROM story WHERE no = ?", (no,))
            renewed.append(name)
        given = replace(given, published=published, replaced=replaced)
        return given.take(kept), old, renewed

    def _store(self, given: Incoming, orders: list[Order], first: int) -> None:
        """Write the rows of stories, sorted, and of their texts."""
        settings, table = self.settings, self.folding.table(given.buffer)
        paragraphs = split(given.buffer, given.starts, given.ends)
        threads = settings.threads if len(given) > 50 else 1
        texts = collapse(given.buffer, paragraphs, table, min_words=1, threads=threads)
        words = texts.words[texts.first] if len(texts) else np.empty(0, dtype=np.int32)
        known = self._known(texts.fingerprints)
        numbers = np.array(
            [known[p].no if p in known else 0 for p in texts.fingerprints.tolist()], dtype=np.int64
        )
        fresh = np.flatnonzero(numbers == 0)
        numbers[fresh] = int(self.meta["next_text"]) + np.arange(len(fresh))
        self.meta["next_text"] = int(self.meta["next_text"]) + len(fresh)
        if int(self.meta["next_text"]) > LARGEST or int(self.meta["next_story"]) > LARGEST:
            raise BadInput("it is full", where=self.where, remedy="Begin another index.")
        of = np.where(texts.of < 0, -1, numbers[texts.of] if len(numbers) else -1)
        bounds = np.searchsorted(paragraphs.stories, np.arange(len(given) + 1))
        rows = np.stack(
            (
                of,
                paragraphs.starts - given.starts[paragraphs.stories],
                paragraphs.ends - given.starts[paragraphs.stories],
                texts.words,
            ),
            axis=1,
        ).astype(np.int32)
        self._write_stories(given, rows, bounds, first)
        self._write_texts(
            texts.fingerprints, words, numbers, fresh,
            first + paragraphs.stories[texts.occurrences],
            texts.occurrences - bounds[paragraphs.stories[texts.occurrences]], texts.offsets,
        )  # fmt: skip
        self._move_up(known, texts, paragraphs.stories, bounds, orders, first)
        self._postings.append(packed(keys_of(texts.fingerprints[fresh], PRINT), numbers[fresh]))

        long = np.flatnonzero(words >= settings.min_words)
        starts = paragraphs.starts[texts.first[long]]
        ends = paragraphs.ends[texts.first[long]]
        is_fresh = np.zeros(len(numbers), dtype=bool)
        is_fresh[fresh] = True
        signatures = np.empty((len(long), settings.permutations), dtype=np.uint32)

        def look(part: slice) -> tuple[U64, Counts, tuple[I64, I64]]:
            tokens = tokenise(given.buffer, starts[part], ends[part], table)
            signatures[part] = sign(
                shingle(tokens, width=settings.shingle),
                permutations=settings.permutations,
                seed=settings.seed,
            ).rows
            new = is_fresh[long[part]]
            own = numbers[long[part]][new]
            fresh_tokens = tokens if new.all() else some(tokens, np.flatnonzero(new))
            return (
                keyed.runs(fresh_tokens, own, passage=settings.passage),
                Counts.of(fresh_tokens, int(self.view.meta["bits"])),
                keyed.distinct_words(fresh_tokens, own),
            )

        for postings, counts, found in spread(
            look, chunks(ends - starts, CHUNK // 2), threads=threads
        ):
            self._postings.append(postings)
            self._counts.append(counts)
            self._words.append(found)
        self.meta["texts"] = int(self.meta["texts"]) + int(is_fresh[long].sum())
        self.meta["words"] = int(self.meta["words"]) + int(words[long][is_fresh[long]].sum())
        row = np.full(len(numbers) + 1, -1, dtype=np.int64)  # the last for what is no text
        row[long] = np.arange(len(long))
        keys, stories = keyed.bands(
            Signatures(signatures, settings.seed, settings.shingle), row[texts.of], bounds,
            recall=settings.recall,
        )  # fmt: skip
        owners = np.repeat(first + stories, keys.shape[1])
        self._postings.append(packed(keys.reshape(-1), owners))

    def _write_stories(self, given: Incoming, rows: np.ndarray, bounds: I64, first: int) -> None:
        words: list[Tokens] | None = None
        if not self.keep_text:
            words = [self._words_of(given, rows[a:b], k) for k, (a, b) in enumerate(_pairs(bounds))]
        self.connection.executemany(
            "INSERT INTO story (no, id, version, published, headline, source, replaced, marks, text)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    first + k, given.ids[k], given.versions[k], given.published[k],
                    given.headlines[k], given.sources[k], given.replaced[k],
                    Marks(rows[a:b]).pack(), pack(given.text(k), words[k] if words else None),
                )
                for k, (a, b) in enumerate(_pairs(bounds))
            ),
        )  # fmt: skip

    def _words_of(self, given: Incoming, rows: np.ndarray, k: int) -> Tokens:
        """The words of a story whose text is not kept."""
        base = int(given.starts[k])
        places = rows[:, 1:3].astype(np.int64) + base
        starts, ends = np.ascontiguousarray(places[:, 0]), np.ascontiguousarray(places[:, 1])
        tokens = tokenise(given.buffer, starts, ends, self.folding.table(given.buffer))
        return in_characters(given.buffer, base, tokens)

    def _write_texts(
        self, prints: U64, words: np.ndarray, numbers: I64, fresh: I64, stories: I64,
        places: I64, offsets: I64,
    ) -> None:  # fmt: skip
        """New texts with their first place, and every other place of all texts."""
        signed = prints.view(np.int64)
        sizes = np.diff(offsets)
        first = offsets[:-1]
        self.connection.executemany(
            "INSERT INTO text (no, print, words, story, paragraph, again) VALUES (?,?,?,?,?,?)",
            zip(
                numbers[fresh].tolist(), signed[fresh].tolist(), words[fresh].tolist(),
                stories[first[fresh]].tolist(), places[first[fresh]].tolist(),
                (sizes[fresh] - 1).tolist(), strict=True,
            ),
        )  # fmt: skip
        other = np.ones(len(stories), dtype=bool)
        other[first[fresh]] = False
        owners = np.repeat(numbers, sizes)[other]
        self.connection.executemany(
            "INSERT INTO again (text, story, paragraph) VALUES (?, ?, ?)",
            zip(owners.tolist(), stories[other].tolist(), places[other].tolist(), strict=True),
        )
        held = np.setdiff1d(np.arange(len(numbers)), fresh)
        self.connection.executemany(
            "UPDATE text SET again = again + ? WHERE no = ?",
            zip(sizes[held].tolist(), numbers[held].tolist(), strict=True),
        )

    def _known(self, prints: U64) -> dict[int, Place]:
        """The texts that are there already, by fingerprint."""
        keys = np.sort(keys_of(prints, PRINT))
        items = items_of(self.view.find(self.connection, keys))
        wanted = set(prints.tolist())
        found = self.rows.places(items.tolist())
        return {one.print % 2**64: one for one in found if one.print % 2**64 in wanted}

    def _move_up(
        self, known: dict[int, Place], texts: Texts, stories: I64, bounds: I64,
        orders: list[Order], first: int,
    ) -> None:  # fmt: skip
        """Known texts that now stand in an earlier story: that one is their first place."""
        held = list(known.values())
        dates = self._orders({place.story for place in held})
        at = {p: k for k, p in enumerate(texts.fingerprints.tolist())}
        moved = {}
        for place in held:
            row = int(texts.first[at[place.print % 2**64]])
            story = int(stories[row])
            before = dates.get(place.story)  # none where the story has just been taken out
            if before is not None and orders[story] < before:
                moved[place.no] = (place, first + story, row - int(bounds[story]))
        self._swap(list(moved.values()), {})

    # Stories out

    def remove(self, nos: Iterable[int]) -> None:
        """Take stories out, by number."""
        rows = self.rows.of("SELECT no, id, marks, text FROM story WHERE no IN", list(nos))
        self.connection.executemany("DELETE FROM story WHERE no = ?", [(row[0],) for row in rows])
        self._count_ids([], [row[1] for row in rows])
        self._detach(
            [_Gone(row[0], Marks.unpack(row[2]), unpack(row[3], self.where)) for row in rows]
        )

    def _detach(self, gone: list[_Gone]) -> None:
        """Take the places of stories from their texts; their rows are deleted already."""
        if not gone:
            return
        contents = {one.no: (one.marks, one.content) for one in gone}
        places = [
            (text, one.no, paragraph)
            for one in gone
            for paragraph, text in enumerate(one.marks.rows[:, 0].tolist())
            if text >= 0
        ]
        self.connection.executemany(
            "DELETE FROM again WHERE text = ? AND story = ? AND paragraph = ?", places
        )
        lost = Counter(text for text, _, _ in places)
        held = self.rows.places(lost)
        ended, moved = [], []
        for place in held:
            of_first = place.story in contents
            left = place.again - lost[place.no] + of_first
            self.connection.execute("UPDATE text SET again = ? WHERE no = ?", (left, place.no))
            if not of_first:
                continue
            if left == 0:
                ended.append(place)
            else:
                _, paragraph, story = self._earliest(place.no)
                moved.append((place, story, paragraph))
        self.connection.executemany(
            "DELETE FROM text WHERE no = ?", [(place.no,) for place in ended]
        )
        long = [place for place in ended if place.words >= self.settings.min_words]
        self.meta["texts"] = int(self.meta["texts"]) - len(long)
        self.meta["words"] = int(self.meta["words"]) - sum(place.words for place in long)
        self._recount([(place.story, place.paragraph) for place in long], contents, sign=-1)
        self._swap(moved, contents)

    def _earliest(self, text: int) -> tuple[Order, int, int]:
        """Of the places in `again`, the earliest."""
        found = self.rows.earliest(text, counted=not self.meta["mixed"])
        if found is None:
            raise BadInput(
                f"text {text} has lost its places", where=self.where, remedy="Run verify on it."
            )
        return found

    def _refirst(self, texts: set[int]) -> None:
        """Find the first places of texts anew, after the order of stories has changed."""
        held = [place for place in self.rows.places(texts) if place.again]
        dates = self._orders({place.story for place in held})
        moved = []
        for place in held:
            if place.story in dates:  # else its story is on its way out
                order, paragraph, story = self._earliest(place.no)
                if (order, paragraph) < (dates[place.story], place.paragraph):
                    moved.append((place, story, paragraph))
        self._swap(moved, {})

    def _swap(
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
        self._recount([(place.story, place.paragraph) for place, _, _ in long], gone, sign=-1)
        self._recount([(story, paragraph) for _, story, paragraph in long], gone, sign=1)

    def _recount(
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
        pieces = []
        for story, paragraph in places:
            marks, content = held[story]
            _, start, end, _ = marks.rows[paragraph].tolist()
            pieces.append((content, paragraph, start, end))
        counts = Counts.of(gather(pieces, self.folding)[0], int(self.view.meta["bits"]))
        self._counts.append(counts if sign > 0 else counts.minus())

    # The end

    def finish(self) -> None:
        """Write what was gathered: postings, counts, counters."""
        bits = slot_bits(int(self.meta["words"]))
        counts = self.view.counts.plus(self._counts)
        if bits != int(self.view.meta["bits"]):
            counts = self._counted_anew(bits)
            self.meta["bits"] = bits
        self._postings.append(keyed.rare_words(self._words, counts))
        fresh = once(np.concatenate(self._postings))
        held = sum(len(one) for one in self.view.recent)
        if bits != int(self.view.meta["bits"]) or held + len(fresh) >= segments.SMALLEST:
            self._flush(fresh, counts)
        else:
            change = Counts.joined(self._counts, bits)
            self.connection.execute(
                "INSERT INTO recent (postings, counts) VALUES (?, ?)",
                (fresh.tobytes(), packed_counts(change)),
            )
        self.meta["generation"] = int(self.meta["generation"]) + 1
        self.connection.executemany(
            "UPDATE meta SET value = ? WHERE name = ?",
            [(v, k) for k, v in self.meta.items() if v != self.view.meta[k]],
        )

    def _counted_anew(self, bits: int) -> Counts:
        """The counts of all texts, at another size of slots."""
        total = Counts.none(bits)
        for tokens in self.first_places():
            total = total.plus([Counts.of(tokens, bits)])
        return total

    def first_places(self) -> Iterable[Tokens]:
        """The words of every long text at its first place, in parts."""
        rows = self.connection.execute(
            "SELECT story, paragraph FROM text WHERE words >= ? ORDER BY story",
            (self.settings.min_words,),
        ).fetchall()
        for start in range(0, len(rows), 4096):
            part = rows[start : start + 4096]
            held = self.rows.contents({story for story, _ in part})
            pieces = []
            for story, paragraph in part:
                marks, content = held[story]
                _, a, b, _ = marks.rows[paragraph].tolist()
                pieces.append((content, paragraph, a, b))
            yield gather(pieces, self.folding)[0]

    def _flush(self, fresh: U64, counts: Counts) -> None:
        """Make a segment of what is recent, and merge segments where there are many."""
        joined = once(np.concatenate([*self.view.recent, fresh]))
        segments.write(self.connection, [joined], len(joined))
        self.connection.execute("DELETE FROM recent")
        base = self.view.base + 1
        self.connection.execute("DELETE FROM vocabulary")
        self.connection.execute("INSERT INTO vocabulary VALUES (?, ?, ?)", (base, *counts.pack()))
        held = [
            segments.load(self.connection, no)
            for (no,) in self.connection.execute("SELECT no FROM segment").fetchall()
        ]
        if chosen := segments.due(held):
            segments.merge(self.connection, chosen)

    def _count_ids(self, come: list[str], gone: list[str]) -> None:
        """Count ids that are no whole numbers; the first and the last change the order of all."""
        before = int(self.meta["mixed"])
        after = before + _unlike_numbers(come) - _unlike_numbers(gone)
        self.meta["mixed"] = after
        if (before == 0) != (after == 0):
            rows = self.connection.execute("SELECT no FROM text WHERE again > 0").fetchall()
            self._refirst({row[0] for row in rows})

    def _orders(self, stories: set[int]) -> dict[int, Order]:
        return self.rows.orders(stories, counted=not self.meta["mixed"])


def _unlike_numbers(ids: list[str]) -> int:
    return sum(not name.isdecimal() for name in ids)


def _pairs(bounds: I64) -> list[tuple[int, int]]:
    """Each bound with the next."""
    held = bounds.tolist()
    return list(zip(held[:-1], held[1:], strict=True))
