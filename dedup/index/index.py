"""`Index`: a durable memory of stories that is asked and added to one story at a time.

It may be used from several threads, and the file from several processes: one writes at a time,
the others wait; readers wait for nobody. After a fork the child goes on with connections of its
own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from dedup.errors import BadInput, BadOutput, quoted
from dedup.index import merging
from dedup.index.arrive import insert
from dedup.index.at_hand import AtHand
from dedup.index.change import Change
from dedup.index.content import Folding, unpack
from dedup.index.given import take_in
from dedup.index.incoming import Incoming, of_story
from dedup.index.judge import Judge
from dedup.index.leave import remove
from dedup.index.neighbours import Search
from dedup.index.rows import Opened, Rows, counted_anew
from dedup.index.segments import Segment
from dedup.index.signatures import signature_of, to_lean, to_minhash
from dedup.index.store import WAIT, Store
from dedup.index.verdict import Verdict
from dedup.index.verify import faults
from dedup.index.view import View, current
from dedup.index.whole import MEMORY, Stats, arriving, portions, stats, whole
from dedup.index.words import Counts
from dedup.memory import give_back
from dedup.pipeline import Source, scan_corpus
from dedup.scratch import Scratch, release
from dedup.settings import Settings
from dedup.stories import EPOCH, Story, moment

if TYPE_CHECKING:
    import sqlite3

    from datasketch import LeanMinHash, MinHash

    from dedup.minhash import Signatures
    from dedup.report.model import Report
    from dedup.report.values import Family

_A_TIME = 2_000  # stories taken out in one transaction


class Index:
    """Stories on disk, and what a new one has in common with them.

    with Index.open("wire.index") as index:
        verdict = index.check_and_add(story)
    """

    def __init__(self, store: Store) -> None:
        """Use an open file; `Index.open` is the way to one."""
        self._store = store
        self._folding = Folding()
        self._opened = Opened()
        self._view: View | None = None
        self._refreshing = threading.Lock()
        self._resized: tuple[int, int, Counts] | None = None

    @classmethod
    def open(
        cls,
        path: str | Path,
        settings: Settings | None = None,
        *,
        keep_text: bool | None = None,
        wait: float = WAIT,
    ) -> Index:
        """Open an index, or make one where there is none.

        settings: of a new index, the defaults if none are given; of one that is there, they must
            be its own.
        keep_text: of a new index, whether the texts are kept, so that they can be shown; they are
            if nothing is said.
        wait: seconds that a write waits for another writer.

        Raises:
            BadInput: the file is no index, is damaged, or of a newer dedup.
            BadSetting: it was made with other settings.
            BadOutput: it cannot be made there.
        """
        return cls(Store(Path(path), settings, keep_text=keep_text, wait=wait))

    def __enter__(self) -> Index:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._store.close()

    @property
    def settings(self) -> Settings:
        """The settings that it was made with."""
        return self._store.settings

    # Asking

    def check(self, story: Story) -> Verdict:
        """Say what of a story was seen before; the index stays as it is.

        Of a story whose id is in the index, that version does not count.

        Raises:
            BadInput: it is no story.
        """
        incoming = of_story(story)
        with self._store.reading() as connection:
            return self._check(connection, incoming)

    def _check(self, connection: sqlite3.Connection, incoming: Incoming) -> Verdict:
        view = self._at(connection)
        rows = Rows(connection, str(self._store.path), self._opened)
        given = take_in(incoming, rows, view, self.settings, self._folding)
        base = self._counts(rows, view, given.bits)
        hand = AtHand(given, rows, view, base, self.settings, self._folding)
        search = Search(hand, rows, view, self.settings)
        judge = Judge(given, search.gather(), rows, self.settings, self._folding)
        return judge.verdict(search.alike())

    def _at(self, connection: sqlite3.Connection) -> View:
        """The view of the snapshot that a connection is in."""
        with self._refreshing:
            view = current(connection, self._view)
            fewer = self._view is not None and not {*self._view.segments} <= {*view.segments}
            if self._view is None or view.generation >= self._view.generation:
                self._view = view
            if fewer:  # the room of directories that are gone would stay with the process in pieces
                give_back()
            return view

    def _counts(self, rows: Rows, view: View, bits: int) -> Counts:
        """The counts of words at a size of slots, which a single story may change."""
        if bits == view.counts.bits:
            return view.counts
        if self._resized is None or self._resized[:2] != (view.generation, bits):
            counts = counted_anew(rows, bits, self.settings, self._folding)
            self._resized = view.generation, bits, counts
        return self._resized[2]

    # Writing

    def add(self, story: Story) -> None:
        """Put a story in; it is on the disk when this returns.

        Of a known id the version that is not lower stays, with the date of the earliest.

        Raises:
            BadInput: it is no story.
            Busy: another writer holds the index.
        """
        incoming = of_story(story)
        with self._changing() as change:
            insert(change, incoming)

    def check_and_add(self, story: Story) -> Verdict:
        """Say what of a story was seen before, and put it in, with nobody else in between."""
        incoming = of_story(story)
        with self._changing() as change:
            verdict = self._check(change.connection, incoming)
            insert(change, incoming)
        return verdict

    def replace(self, story: Story) -> None:
        """Put a story in as it is given, whatever version and date of it were there."""
        incoming = of_story(story)
        with self._changing() as change:
            remove(change, change.rows.numbers(incoming.ids).values())
            insert(change, incoming)

    def add_many(
        self,
        source: Source,
        *,
        fields: Mapping[str, str] | None = None,
        encoding: str = "utf-8",
        skip_bad: bool = False,
        progress: Callable[[str, float], None] | None = None,
    ) -> int:
        """Put in many stories, some thousand a transaction; how many were given.

        If as many are given as were there before, all lists of postings are joined in the end, for
        the quickest look-ups.

        source, fields, encoding, skip_bad: as in `dedup.scan`. A stream of stories is taken as it
            comes, so that it may be longer than memory. So may files of JSON Lines: what does not
            fit stands in a temporary file.

        Raises:
            BadInput: something cannot be read; what came before it is in.
            Busy: another writer holds the index.
        """
        given, before = 0, len(self)
        scratch = Scratch(self.settings.memory or MEMORY)
        for incoming in arriving(
            source, scratch, fields=fields, encoding=encoding, skip_bad=skip_bad
        ):
            for start, end in portions(incoming, empty=not before + given):
                part = incoming.cut(start, end)
                given += len(part)
                with self._changing() as change:
                    insert(change, part)
                release()
                if progress is not None:
                    progress(f"{given:,} stories", end / len(incoming))
        if given >= before:
            self._join(progress)
        return given

    def _join(self, progress: Callable[[str, float], None] | None) -> None:
        """Make one sorted list of all postings that are there now, a part a transaction.

        It can wait where another one writes or the disk is full: who writes next merges a part too.
        """
        held = self._segments()
        first = {one.no for one in held}
        with suppress(BadOutput):
            while merging.lists(held) > 1 and any(one.no in first for one in held):
                if progress is not None:
                    progress("joining lists", 1.0)
                with self._changing() as change:
                    change.join()
                held = self._segments()

    def _segments(self) -> tuple[Segment, ...]:
        with self._store.reading() as connection:
            return self._at(connection).segments

    def remove(self, name: str) -> None:
        """Take a story out.

        Raises:
            BadInput: there is no story with this id.
        """
        with self._changing() as change:
            found = change.rows.numbers([name])
            if not found:
                raise self._no_story(name)
            remove(change, found.values())

    def expire(self, *, before: datetime) -> int:
        """Take out all stories that were published before a moment; how many.

        Those without a date stay. A moment without a time zone is taken as UTC.
        """
        aware = before if before.tzinfo else before.replace(tzinfo=UTC)
        limit = (aware - EPOCH) // timedelta(microseconds=1)
        gone = 0
        while True:
            with self._changing() as change:
                rows = change.connection.execute(
                    "SELECT no FROM story WHERE published < ? LIMIT ?", (limit, _A_TIME)
                ).fetchall()
                remove(change, [row[0] for row in rows])
            gone += len(rows)
            if len(rows) < _A_TIME:
                return gone

    @contextmanager
    def _changing(self) -> Iterator[Change]:
        """A transaction, and what it changes."""
        with self._store.writing() as connection:
            change = Change(
                connection, self._at(connection), self.settings, self._folding,
                keep_text=self._store.keep_text, where=str(self._store.path),
            )  # fmt: skip
            yield change
            change.finish()

    # What is in it

    def __len__(self) -> int:
        with self._store.reading() as connection:
            return int(connection.execute("SELECT count(*) FROM story").fetchone()[0])

    def __contains__(self, name: str) -> bool:
        with self._store.reading() as connection:
            return bool(Rows(connection, "").numbers([name]))

    def story(self, name: str) -> Story:
        """A story as it is kept; without its text where texts are left out.

        Raises:
            BadInput: there is no story with this id.
        """
        with self._store.reading() as connection:
            row = connection.execute(
                "SELECT id, text, headline, source, published, version FROM story WHERE id = ?",
                (name,),
            ).fetchone()
        if row is None:
            raise self._no_story(name)
        content = unpack(row[1], str(self._store.path))
        text = (content.text or b"").decode()
        return Story(row[0], text, row[2], row[3], moment(row[4]), row[5])

    def _no_story(self, name: str) -> BadInput:
        return BadInput(
            f"there is no story {quoted(name)}",
            where=str(self._store.path),
            remedy="Check its id.",
        )

    def to_report(self, *, progress: Callable[[str, float], None] | None = None) -> Report:
        """What a scan of the stories that are now in it says.

        Raises:
            BadInput: the index keeps no texts.
        """
        with self._store.reading() as connection:
            corpus = whole(connection, str(self._store.path))
        if progress is None:
            return scan_corpus(corpus, self.settings)
        return scan_corpus(corpus, self.settings, progress)

    def families(self, *, stories: int = 2) -> Sequence[Family]:
        """The families in so many stories or more, the widest first; it takes as long as a scan."""
        found = [one for one in self.to_report().families if one.stories >= stories]
        return sorted(found, key=lambda one: -one.stories)

    def stats(self) -> Stats:
        """Figures on the index."""
        with self._store.reading() as connection:
            return stats(connection, self._at(connection), self._store.path)

    def verify(self) -> tuple[str, ...]:
        """Look at everything there is; each fault as a sentence, none if all is well."""
        with self._store.reading() as connection:
            return tuple(
                faults(connection, self._at(connection), self.settings, self._folding,
                       where=str(self._store.path))
            )  # fmt: skip

    def compact(self) -> None:
        """Drop what leads to texts that are gone, and give room back to the disk.

        All postings are made anew, as one sorted list, in one transaction: others wait for it.
        """
        with self._changing() as change:
            change.compact()
        self._store.vacuum()

    # For pipelines with a MinHashLSH of their own

    def signature(self, text: str) -> Signatures:
        """The signature of a text with the index's settings."""
        return signature_of(text, self.settings)

    def to_minhash(self, text: str) -> MinHash:
        """The signature of a text as datasketch holds it, to be updated and merged."""
        return to_minhash(self.signature(text))

    def to_datasketch(self) -> Iterator[tuple[str, LeanMinHash]]:
        """The signature of every story, as datasketch holds it, with its id.

        Raises:
            BadInput: the index keeps no texts.
        """
        with self._store.reading() as connection:
            corpus = whole(connection, str(self._store.path))
        for k, name in enumerate(corpus.ids.to_pylist()):
            yield name, to_lean(self.signature(corpus.text(k)))
