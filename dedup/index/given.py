"""A story that the index is asked about, and what the index would count if it were in it.

Of a story whose id is known, the version in the index does not count: it is as if it were taken out
first. So each text has a first place and a number of others without it, and the counts of words are
those of the texts that are left, with those of the story.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from dedup.index.content import Content, Folding, Marks, gather
from dedup.index.incoming import Incoming, Order, order_of
from dedup.index.keys import LARGEST, PRINT, items_of, keys_of
from dedup.index.rows import Place, Rows, bits_of, piece
from dedup.index.view import View
from dedup.index.words import Counts
from dedup.kernels import I64
from dedup.paragraphs import Paragraphs, split
from dedup.settings import Settings
from dedup.texts import Texts, distinct
from dedup.tokens import Tokens, tokenise

GIVEN = 0  # the number of the story that is asked about


class Held(NamedTuple):
    """A text as it is with the story in the index.

    order, story, paragraph: its first place. GIVEN is the story asked about.
    again: its other places in the index.
    """

    no: int
    print: int
    words: int
    order: Order
    story: int
    paragraph: int
    again: int


@dataclass(frozen=True, eq=False)
class Given:
    """The story.

    incoming: it alone, its date that of its earliest version. order: its place among all.
    tokens: the words of its paragraphs.
    numbers: int64 (texts,), of each of its texts: that in the index, or one from LARGEST down.
    before: its texts that stand in the index too, by number, as they are without the story.
    bits: of a slot with the story in the index. changes: what it does to the counts of words;
        more_texts: to how many long texts there are.
    old: the number of its version in the index, or 0; old_bytes: of that one's paragraphs.
    counted: how ids are sorted (`order_of`); turned: whether that is otherwise in the index.
    """

    incoming: Incoming
    order: Order
    content: Content
    marks: Marks
    paragraphs: Paragraphs
    tokens: Tokens
    texts: Texts
    numbers: I64
    before: dict[int, Held]
    bits: int
    changes: list[Counts]
    more_texts: int
    old: int
    old_bytes: int
    counted: bool
    turned: bool


def take_in(
    incoming: Incoming, rows: Rows, view: View, settings: Settings, folding: Folding
) -> Given:
    """Look a story up, text by text."""
    found = rows.named("id no published marks", incoming.ids)
    old, old_marks = 0, Marks(b"")
    if found:
        _, old, published, marks = found[0]
        old_marks = Marks(marks)
        incoming = replace(incoming, published=[min(published, incoming.published[0])])
    mixed = int(view.meta["mixed"]) + (not old and not incoming.ids[0].isdecimal())
    counted, turned = not mixed, bool(mixed) != bool(view.meta["mixed"])
    turned = turned and not rows.even(view.generation)
    order = order_of(incoming.published[0], incoming.versions[0], incoming.ids[0], counted=counted)
    paragraphs = split(incoming.buffer, incoming.starts, incoming.ends, threads=1)
    table = folding.table(incoming.buffer)
    tokens = tokenise(incoming.buffer, paragraphs.starts, paragraphs.ends, table)
    texts = distinct(tokens, paragraphs.stories, min_words=1)
    items = view.find(rows.connection, np.sort(keys_of(texts.fingerprints, PRINT)))
    wanted = {p: k for k, p in enumerate(texts.fingerprints.view(np.int64).tolist())}
    places = [one for one in rows.places(items_of(items).tolist()) if one.print in wanted]
    numbers = LARGEST - np.arange(len(texts))
    for place in places:
        numbers[wanted[place.print]] = place.no
    others = set(old_marks.rows[:, 0].tolist()) - {-1} - {place.no for place in places}
    places += rows.places(others)
    orders = rows.orders({place.story for place in places}, counted=counted)
    held = without(places, orders, rows, old, counted=counted, turned=turned)
    marks_rows = np.stack(
        (
            np.where(texts.of < 0, -1, numbers[texts.of]) if len(texts) else texts.of,
            paragraphs.starts, paragraphs.ends, texts.words,
        ), axis=1,
    )  # fmt: skip
    given = Given(
        incoming, order, Content(incoming.text(0)), Marks.of(marks_rows),
        paragraphs, tokens, texts, numbers, held, 0, [], 0, old, old_marks.lengths, counted, turned,
    )  # fmt: skip
    return _counted(given, places, rows, view, settings, folding)


def without(
    places: list[Place],
    orders: dict[int, Order],
    rows: Rows,
    old: int,
    *,
    counted: bool,
    turned: bool,
) -> dict[int, Held]:
    """Texts as they are without one story, by number; those that are nowhere else are left out.

    orders: of the stories in which they stand first. turned: whether stories are sorted in another
    way than in the index (`counted`).
    """
    out = {}
    for place in places:
        again = place.again
        if old and (again or place.story == old):
            own = rows.connection.execute(
                "SELECT count(*) FROM again WHERE text = ? AND story = ?", (place.no, old)
            ).fetchone()[0]
            again -= own
        order, story, paragraph = orders[place.story], place.story, place.paragraph
        if place.story == old or (turned and again):
            first = rows.earliest(place.no, counted=counted, without=old)
            if place.story == old:
                if first is None:
                    continue
                again -= 1
            if place.story == old or (first is not None and first[:2] < (order, paragraph)):
                order, paragraph, story = first  # type: ignore[misc]
        out[place.no] = Held(place.no, place.print, place.words, order, story, paragraph, again)
    return out


def _counted(
    given: Given,
    places: list[Place],
    rows: Rows,
    view: View,
    settings: Settings,
    folding: Folding,
) -> Given:
    """With what the story changes in the counts of words."""
    least = settings.min_words
    own = {
        no: int(paragraph)
        for no, paragraph in zip(given.numbers.tolist(), given.texts.first.tolist(), strict=True)
    }
    stored = {place.no: place for place in places}
    gone: list[tuple[int, int]] = []
    come: list[tuple[int, int]] = []
    more_texts = 0
    for no in {*own, *stored}:
        place, now = stored.get(no), given.before.get(no)
        words = place.words if place else int(given.texts.words[own[no]])
        if words < least:
            continue
        before = (place.story, place.paragraph) if place else None
        after = (now.story, now.paragraph) if now else None
        if no in own and (now is None or given.order < now.order):
            after = (GIVEN, own[no])
        if before == after:
            continue
        if before is not None:
            gone.append(before)
        if after is not None:
            come.append(after)
        more_texts += (after is not None) - (before is not None)
    bits = bits_of(int(view.meta["bytes"]) + given.marks.lengths - given.old_bytes)

    def elsewhere(places: list[tuple[int, int]]) -> Counts:
        contents = rows.contents({story for story, _ in places})
        pieces = [piece(contents[story], paragraph) for story, paragraph in places]
        return Counts.of(gather(pieces, folding)[0], bits)

    here = [paragraph for story, paragraph in come if story == GIVEN]
    moved = [place for place in come if place[0] != GIVEN]
    changes = [elsewhere(gone).minus()] if gone else []
    if here:
        changes.append(Counts.of(given.tokens.take(np.array(here, dtype=np.int64)), bits))
    if moved:
        changes.append(elsewhere(moved))
    return replace(given, bits=bits, changes=changes, more_texts=more_texts)
