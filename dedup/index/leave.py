"""Stories that go: their texts lose a place, move to their next one, or go along."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from dedup.index.change import Change
from dedup.index.content import Content, Marks, unpack


@dataclass(frozen=True, eq=False, slots=True)
class Gone:
    """A story that is being taken out."""

    no: int
    marks: Marks
    content: Content


def remove(change: Change, nos: Collection[int]) -> None:
    """Take stories out, by number."""
    rows = change.rows.of("no id marks text", "story", nos)
    change.connection.executemany("DELETE FROM story WHERE no = ?", [(row[0],) for row in rows])
    change.count_ids([], [row[1] for row in rows])
    detach(change, [Gone(row[0], Marks(row[2]), unpack(row[3], change.where)) for row in rows])


def detach(change: Change, gone: list[Gone]) -> None:
    """Take the places of stories from their texts; their rows are deleted already."""
    if not gone:
        return
    contents = {one.no: (one.marks, one.content) for one in gone}
    lengths = sum(one.marks.lengths for one in gone)
    change.meta["bytes"] = int(change.meta["bytes"]) - lengths
    places = [
        (text, one.no, paragraph)
        for one in gone
        for paragraph, text in enumerate(one.marks.rows[:, 0].tolist())
        if text >= 0
    ]
    change.connection.executemany(
        "DELETE FROM again WHERE text = ? AND story = ? AND paragraph = ?", places
    )
    lost = Counter(text for text, _, _ in places)
    held = change.rows.places(lost)
    ended, moved = [], []
    for place in held:
        of_first = place.story in contents
        left = place.again - lost[place.no] + of_first
        change.connection.execute("UPDATE text SET again = ? WHERE no = ?", (left, place.no))
        if not of_first:
            continue
        if left == 0:
            ended.append(place)
        else:
            _, paragraph, story = change.earliest(place.no)
            moved.append((place, story, paragraph))
    change.connection.executemany("DELETE FROM text WHERE no = ?", [(place.no,) for place in ended])
    long = [place for place in ended if place.words >= change.settings.min_words]
    change.meta["texts"] = int(change.meta["texts"]) - len(long)
    change.meta["words"] = int(change.meta["words"]) - sum(place.words for place in long)
    change.recount([(place.story, place.paragraph) for place in long], contents, sign=-1)
    change.swap(moved, contents)
