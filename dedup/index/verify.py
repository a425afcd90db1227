"""Everything in an index looked at: does each part say what the stories say?"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator

import numpy as np

from dedup.errors import DedupError
from dedup.index import derive, segments
from dedup.index.content import Folding
from dedup.index.keys import ITEM_BITS, LARGEST
from dedup.index.rows import Rows, bits_of, counted_anew
from dedup.index.segments import Segment
from dedup.index.view import View
from dedup.kernels import U64
from dedup.settings import Settings
from dedup.sorting import among, run_starts

_SHOWN = 20  # faults of one kind


def faults(
    connection: sqlite3.Connection,
    view: View,
    settings: Settings,
    folding: Folding,
    *,
    where: str,
) -> Iterator[str]:
    """What is wrong, a sentence each."""
    for (said,) in connection.execute("PRAGMA integrity_check").fetchall():
        if said != "ok":
            yield f"SQLite: {said}."
    rows = Rows(connection, where)
    try:
        yield from _order(connection, view)
        yield from _stories(rows, view, settings, folding)
        yield from _counted(rows, view, settings, folding)
    except DedupError as error:
        yield str(error)


def _order(connection: sqlite3.Connection, view: View) -> Iterator[str]:
    """Whether postings are sorted, as many as is said, and let through by their sieve."""
    for segment in view.segments:
        count, last = 0, np.zeros(0, dtype=np.uint64)
        for part in segments.postings(connection, segment):
            joined = np.concatenate((last, part))
            if (joined[1:] <= joined[:-1]).any():
                yield f"Segment {segment.no} is not sorted."
            count, last = count + len(part), part[-1:]
            if not segments.passing(segment, part).all():
                yield f"Segment {segment.no} has postings that its sieve keeps back."
        if count != segment.size:
            yield f"Segment {segment.no} has {count:,} postings, not {segment.size:,}."


def _stories(rows: Rows, view: View, settings: Settings, folding: Folding) -> Iterator[str]:
    """Whether texts are those of their stories, stand where it is said, and are found."""
    stands: Counter[int] = Counter()
    first: dict[int, tuple[int, int]] = {}
    for part in derive.parts(rows, settings, folding):
        own = {place.print % 2**64 for place in part.places.values()}
        wrong = set(part.prints.values()) - own
        if wrong:
            yield f"{len(wrong)} paragraphs have other words than their texts."
        for story, (marks, _) in part.contents.items():
            for paragraph, no in enumerate(marks.rows[:, 0].tolist()):
                if no < 0:
                    continue
                stands[no] += 1
                place = part.places.get(no)
                if place is None:
                    yield f"Story number {story} has a text {no} that is not there."
                elif (place.story, place.paragraph) == (story, paragraph):
                    first[no] = story, paragraph
        missing = part.postings[~_have(rows.connection, view, part.postings)]
        if len(missing):
            yield f"{len(missing):,} postings are missing."
    yield from _places(rows, stands, first)


def _places(rows: Rows, stands: Counter[int], first: dict[int, tuple[int, int]]) -> Iterator[str]:
    """Whether each text has its first place, and the earliest, and all others."""
    connection = rows.connection
    mixed = connection.execute("SELECT value FROM meta WHERE name = 'mixed'").fetchone()[0]
    orders = rows.orders(
        [row[0] for row in connection.execute("SELECT no FROM story")], counted=not mixed
    )
    again = Counter(row[0] for row in connection.execute("SELECT text FROM again"))
    told = 0
    for place in rows.places([row[0] for row in connection.execute("SELECT no FROM text")]):
        what = ""
        if first.get(place.no) != (place.story, place.paragraph):
            what = "does not stand where it is said to be first"
        elif stands[place.no] != place.again + 1 or again[place.no] != place.again:
            what = "does not stand as often as is said"
        elif place.again:
            found = rows.earliest(place.no, counted=not mixed)
            if found and found[:2] < (orders[place.story], place.paragraph):
                what = "has an earlier place than its first"
        if what and told < _SHOWN:
            told += 1
            yield f"Text {place.no} {what}."
    if mixed != sum(not order[3].isdecimal() for order in orders.values()):
        yield "Ids that are no numbers were counted wrongly."


def _counted(rows: Rows, view: View, settings: Settings, folding: Folding) -> Iterator[str]:
    """Whether texts and words are counted rightly."""
    texts, words = rows.connection.execute(
        "SELECT count(*), coalesce(sum(words), 0) FROM text WHERE words >= ?",
        (settings.min_words,),
    ).fetchone()
    if (texts, words) != (view.texts, int(view.meta["words"])):
        yield f"There are {texts:,} texts of {words:,} words, and other figures are kept."
    if bits_of(int(view.meta["bytes"])) != view.counts.bits:
        yield "Words are counted in slots of the wrong size."
    counts = counted_anew(rows, view.counts.bits, settings, folding)
    kept = view.counts.plus([counts.minus()])
    if kept.counts.any():
        yield f"{int(kept.counts.any(axis=1).sum()):,} words are not counted rightly."


def _have(connection: sqlite3.Connection, view: View, postings: U64) -> np.ndarray:
    """Which postings are there, bool."""
    wanted = np.sort(postings)
    out = np.zeros(len(postings), dtype=bool)
    for held in view.recent:
        out |= among(held, postings)
    for segment in view.segments:
        out |= among(_all_of(connection, segment, wanted), postings)
    return out


def _all_of(connection: sqlite3.Connection, segment: Segment, wanted: U64) -> U64:
    """All postings of the blocks in which some sorted ones would stand."""
    start, end = (np.uint64(key << ITEM_BITS) for key in (segment.low, segment.high - 1))
    end |= np.uint64(LARGEST)
    own = wanted[np.searchsorted(wanted, start) : np.searchsorted(wanted, end, side="right")]
    at = np.maximum(np.searchsorted(segment.heads, own, side="right") - 1, 0)
    return segments.blocks(connection, segment, at[run_starts(at)])
