"""A story and its neighbours, judged by the steps of a scan: the verdict.

The neighbours are a small corpus in which each text stands at its first place and, where it has any
in another story, at one more. Matches, families and recycled words come from the very functions
that make a report.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import partial

import numpy as np

from dedup.alike import nearly_same
from dedup.blocks import beside
from dedup.evidence import evidence
from dedup.families import Families, assemble, covered
from dedup.index.content import Content, Folding, Marks, gather
from dedup.index.given import GIVEN, Given, Held
from dedup.index.neighbours import RELATIVES, Neighbours, Pairing
from dedup.index.rows import Rows
from dedup.index.verdict import FURNITURE, NEW, AlikeStory, Earlier, Origin, Seen, Verdict
from dedup.kernels import I64, U8
from dedup.kinds import KINDS, RECYCLED, SAME, TEMPLATE
from dedup.match import match
from dedup.matches import NO_MATCHES, Matches
from dedup.ragged import offsets_of
from dedup.settings import Settings
from dedup.shingles import Shingles, shingle
from dedup.sorting import among
from dedup.stories import moment
from dedup.texts import Texts
from dedup.tokens import Tokens
from dedup.wordings import join_wordings

_SHOWN = (*RECYCLED, TEMPLATE)


class Judge:
    """What the neighbours say of a story."""

    def __init__(
        self, given: Given, near: Neighbours, rows: Rows, settings: Settings, folding: Folding
    ) -> None:
        """Judge the story by these neighbours."""
        self.given = given
        self.near = near
        self.rows = rows
        self.settings = settings
        self.folding = folding
        self.complete = near.complete
        self._origins: dict[int, Origin] = {}
        count = len(near.texts)
        stories = sorted({(text.order, text.story) for text in near.texts})
        rank = {story: k for k, (_, story) in enumerate(stories)}
        self.stories = np.array([rank[text.story] for text in near.texts], dtype=np.int64)
        self.matches = self._matches()
        self.texts = self._two_places(count)
        self.families = self._families(self._place_stories(len(stories)))
        self.covered = covered(self.matches, self.texts.words[::2])

    def _matches(self) -> Matches:
        pairing, settings = self.near.pairing, self.settings
        if pairing is None:
            return NO_MATCHES
        return match(
            pairing.by_runs, pairing.tokens.take, by_words=pairing.by_words,
            stories=self.stories, background=pairing.background, width=settings.shingle,
            containment=settings.containment, partial_words=settings.partial_words,
            further=partial(self._beside, pairing=pairing), threads=1,
        )  # fmt: skip

    def _beside(self, pairs: I64, kinds: U8, pairing: Pairing) -> Matches:
        near = self.near
        if not len(pairs) and all(near.texts[at].story == GIVEN for at in near.own.values()):
            return NO_MATCHES  # there is nothing to stand beside
        return beside(
            pairs, kinds, *self._sequence(), pairing.tokens.take, pairing.background,
            width=self.settings.shingle, threads=1,
        )  # fmt: skip

    def _sequence(self) -> tuple[I64, I64, I64]:
        """The texts of the neighbours' stories in their order, as `beside` takes them.

        A text that is no neighbour has a number behind theirs.
        """
        near = self.near
        orders = {text.story: text.order for text in near.texts} | {GIVEN: self.given.order}
        sequence = sorted(orders, key=orders.__getitem__)
        marks = [near.contents[story][0] for story in sequence]
        sizes = np.fromiter(map(len, marks), dtype=np.int64, count=len(marks))
        begins = dict(zip(sequence, offsets_of(sizes).tolist(), strict=False))
        stories = np.repeat(np.arange(len(marks)), sizes)
        no, _, _, words = Marks(b"".join(one.held for one in marks)).rows.T
        numbers = np.array([text.no for text in near.texts], dtype=np.int64)
        by_number = np.argsort(numbers)
        at = np.minimum(np.searchsorted(numbers[by_number], no), len(numbers) - 1)
        of = np.where(numbers[by_number[at]] == no, by_number[at], -1)
        first = [begins[text.story] + text.paragraph for text in near.texts]
        others = np.flatnonzero((of < 0) & (words >= self.settings.min_words))
        of[others] = len(first) + np.arange(len(others))
        return of, stories, np.concatenate((np.array(first, dtype=np.int64), others))

    def _families(self, stories: I64) -> Families:
        """The families of the neighbours; stories: of each of their paragraphs."""
        if len(self.matches):
            return join_wordings(
                assemble(self.matches, self.texts, stories), self.matches, self.texts
            )
        heads = np.flatnonzero(stories[::2] < stories[1::2])
        none = np.empty(0, dtype=np.int64)
        passages = np.empty((0, 2), dtype=np.int32)
        return Families(heads, none, none, passages, np.zeros(len(heads) + 1, np.int64), none)

    def _two_places(self, count: int) -> Texts:
        """The neighbours as texts, each with two paragraphs of its own."""
        words = np.array([text.words for text in self.near.texts], dtype=np.int32)
        return Texts(
            words=np.repeat(words, 2),
            of=np.repeat(np.arange(count), 2),
            furniture=np.zeros(2 * count, dtype=bool),
            fingerprints=np.array([text.print for text in self.near.texts], np.int64).view(
                np.uint64
            ),
            occurrences=np.arange(2 * count),
            offsets=2 * np.arange(count + 1),
        )

    def _place_stories(self, later: int) -> I64:
        """The story of each paragraph: of the second, `later`, where it is in another one."""
        out = np.repeat(self.stories, 2)
        for k, text in enumerate(self.near.texts):
            if self._stands_elsewhere(text):
                out[2 * k + 1] = later
        return out

    def _stands_elsewhere(self, text: Held) -> bool:
        """Whether a text stands in another story than its first."""
        own = text.no in self.near.own
        if own and text.story != GIVEN:
            return True
        if not text.again:
            return False
        if own and text.no in self.given.before:
            return True
        found = self.rows.connection.execute(
            "SELECT 1 FROM again WHERE text = ? AND story <> ? AND story <> ? LIMIT 1",
            (text.no, text.story, self.given.old),
        ).fetchone()
        return found is not None

    # The verdict

    def verdict(self, stories: Iterable[int]) -> Verdict:
        """What is to be said. stories: others that may be near-duplicates, by number."""
        given = self.given
        paragraphs = given.paragraphs
        counted = self._member_of()
        seen = [self._seen(number, counted) for number in range(len(paragraphs))]
        words = int(given.texts.words.sum())
        recycled = sum(one.recycled_words for one in seen)
        furniture = sum(one.words for one in seen if one.kind == FURNITURE)
        alike = self._alike({*stories, *self._linked(counted)})
        return Verdict(
            story=given.incoming.ids[0],
            words=words,
            recycled_words=recycled,
            furniture_words=furniture,
            recycled=recycled / max(words - furniture, 1),
            paragraphs=tuple(seen),
            near_duplicates=alike,
            complete=self.complete,
        )

    def _member_of(self) -> dict[int, list[tuple[int, int, int]]]:
        """For each text of the story its families, with the words of its passage in each."""
        families, own = self.families, set(self.near.own.values())
        out: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        for family, head in enumerate(families.heads.tolist()):
            if head in own:
                out[head].append((family, 0, self.near.texts[head].words))
        for row in np.flatnonzero(among(np.array(sorted(own)), families.members)).tolist():
            family = int(np.searchsorted(families.offsets, row, side="right")) - 1
            start, end = families.passages[row].tolist()
            out[int(families.members[row])].append((family, start, end))
        return out

    def _seen(self, number: int, member_of: dict[int, list[tuple[int, int, int]]]) -> Seen:
        """What is said of one paragraph."""
        given = self.given
        start, end = int(given.paragraphs.starts[number]), int(given.paragraphs.ends[number])
        words = int(given.texts.words[number])
        span = (given.content.character(start), given.content.character(end))
        row = int(given.texts.of[number])
        no = int(given.numbers[row]) if row >= 0 else -1
        at = self.near.own.get(no)
        if at is None:
            known = given.before.get(no)
            kind = FURNITURE if known is not None and words else NEW
            return Seen(number, *span, words, 0, kind)
        text = self.near.texts[at]
        again = text.story != GIVEN
        found = self._equal(at, number) if again else self._closest(at, number)
        recycled = words if again else int(self.covered[at])
        kind = found.kind if found else NEW
        seen = Seen(number, *span, words, recycled, kind, match=found)
        return self._with_family(seen, member_of.get(at, []))

    def _with_family(self, seen: Seen, families: list[tuple[int, int, int]]) -> Seen:
        """With the family of its longest passage; of equal ones, the first."""
        if not families:
            return seen
        family, _, _ = max(families, key=lambda one: (one[2] - one[1], -one[0]))
        head = self.near.texts[int(self.families.heads[family])]
        others = sum(self._other_places(k) for k in _texts_of(self.families, family))
        return Seen(
            seen.paragraph, seen.start, seen.end, seen.words, seen.recycled_words, seen.kind,
            f"{head.print % 2**64:016x}", self._origin(head.story), others, seen.match,
        )  # fmt: skip

    def _other_places(self, at: int) -> int:
        """The places of a text in the index."""
        text = self.near.texts[at]
        return text.again + (text.story != GIVEN)

    def _equal(self, at: int, number: int) -> Earlier:
        """The first place of a paragraph that stands in the index word for word."""
        text = self.near.texts[at]
        start, end, content = self._place(text)
        given = self.given
        own = (int(given.paragraphs.starts[number]), int(given.paragraphs.ends[number]))
        shown = given.content.character
        run = (*content.span(text.paragraph, start, end), shown(own[0]), shown(own[1]))
        return Earlier(
            KINDS[SAME], self._origin(text.story), text.paragraph, run[0], run[1], (run,),
            1.0, 1.0, 1.0, content.shown(start, end),
        )  # fmt: skip

    def _closest(self, at: int, number: int) -> Earlier | None:
        """Of the earlier texts that a paragraph matches, the closest."""
        matches, pairing = self.matches, self.near.pairing
        rows = np.flatnonzero(matches.pairs[:, 1] == at)
        if pairing is None or not len(rows):
            return None
        kinds = np.array([_SHOWN.index(kind) for kind in matches.kinds[rows].tolist()])
        share = -matches.found.right_containment[rows]
        row = int(rows[np.lexsort((matches.pairs[rows, 0], share, kinds))[0]])
        left = int(matches.pairs[row, 0])
        text = self.near.texts[left]
        start, end, content = self._place(text)
        first = int(self.given.texts.first[self.given.texts.of[number]])
        moved = int(self.given.paragraphs.starts[number] - self.given.paragraphs.starts[first])
        runs = tuple(
            self._run(quad, pairing.begins[[left, at]].tolist(), content, moved)
            for quad in matches.runs[
                int(matches.found.offsets[row]) : int(matches.found.offsets[row + 1])
            ].tolist()
        )
        found = matches.found.take(np.array([row]))
        return Earlier(
            KINDS[int(matches.kinds[row])], self._origin(text.story), text.paragraph,
            *content.span(text.paragraph, start, end), runs,
            float(found.jaccard[0]), float(found.right_containment[0]),
            float(found.left_containment[0]), content.shown(start, end),
            self._evidence(row, pairing),
        )  # fmt: skip

    def _run(
        self, quad: list[int], begins: list[int], content: Content, moved: int
    ) -> tuple[int, int, int, int]:
        """A run of a match in characters of both stories."""
        base, own = begins
        shown = self.given.content.character
        return (
            content.character(quad[0] - base), content.character(quad[1] - base),
            shown(quad[2] - own + moved), shown(quad[3] - own + moved),
        )  # fmt: skip

    def _evidence(self, row: int, pairing: Pairing) -> tuple[str, ...]:
        alone = self.matches.take(np.array([row]))
        found = evidence(alone, pairing.tokens.take, pairing.background.words)
        own = int(pairing.begins[int(alone.pairs[0, 1])])
        return tuple(self.given.content.shown(a - own, b - own) for a, b in found.places.tolist())

    def _place(self, text: Held) -> tuple[int, int, Content]:
        """The first place of a text: its bytes in its story, and that story's content."""
        marks, content = self.near.contents[text.story]
        return *marks.span(text.paragraph), content

    def _origin(self, story: int) -> Origin:
        if story not in self._origins:
            self._origins[story] = self._named([story])[story]
        return self._origins[story]

    def _named(self, stories: Iterable[int]) -> dict[int, Origin]:
        """Stories by what people call them."""
        incoming = self.given.incoming
        rows = self.rows.of("no id headline source published", "story", list(stories))
        own = (
            GIVEN, incoming.ids[0], incoming.headlines[0], incoming.sources[0],
            incoming.published[0],
        )  # fmt: skip
        return {
            no: Origin(name, headline, source, moment(published))
            for no, name, headline, source, published in (own, *rows)
        }  # fmt: skip

    # Whole stories

    def _linked(self, member_of: dict[int, list[tuple[int, int, int]]]) -> set[int]:
        """Stories with which the story shares a passage by a family."""
        out, later = set(), set[int]()
        for families in member_of.values():
            for family, _, _ in families:
                head = self.near.texts[int(self.families.heads[family])]
                if head.story != GIVEN:
                    out.add(head.story)
                else:  # the story has it first: all that have it later are linked to it
                    later.update(*map(self._stories_with, _texts_of(self.families, family)))
        later -= {GIVEN, self.given.old}
        if len(later) > RELATIVES:
            self.complete = False
            later = set(sorted(later)[:RELATIVES])
        return out | later

    def _stories_with(self, at: int) -> set[int]:
        """The stories in which a text stands; of very many, the first that came."""
        text = self.near.texts[at]
        before = self.given.before.get(text.no)
        rows = self.rows.connection.execute(
            "SELECT DISTINCT story FROM again WHERE text = ? AND story <> ? ORDER BY story LIMIT ?",
            (text.no, self.given.old, RELATIVES + 1),
        ).fetchall()
        return {text.story, before.story if before else GIVEN, *(row[0] for row in rows)}

    def _alike(self, stories: set[int]) -> tuple[AlikeStory, ...]:
        """Those of some stories that are mostly the same text."""
        chosen = sorted(stories - {GIVEN, self.given.old})
        if not chosen:
            return ()
        contents = self.near.contents | self.rows.contents(
            [story for story in chosen if story not in self.near.contents]
        )
        chosen = [story for story in chosen if story in contents]
        words = [int(contents[story][0].rows[:, 3].sum()) for story in (*chosen, GIVEN)]
        tokens = [self._whole(contents[story][1]) for story in (*chosen, GIVEN)]
        shingles = [shingle(one, width=self.settings.shingle).values for one in tokens]
        bounds = offsets_of(np.array([len(one) for one in shingles]))
        held = Shingles(np.concatenate(shingles), bounds, self.settings.shingle)
        last = len(chosen)
        pairs = np.stack((np.arange(last), np.full(last, last)), axis=1)
        pairs, counts = nearly_same(
            pairs, np.array(words, dtype=np.int64), lambda rows: _rows(held, rows),
            story_threshold=self.settings.story_threshold, threads=1,
        )  # fmt: skip
        names = self._named([chosen[k] for k in pairs[:, 0].tolist()])
        orders = self.rows.orders(set(names) - {GIVEN}, counted=self.given.counted)
        found = []
        for (k, _), (shared, left, right) in zip(pairs.tolist(), counts.tolist(), strict=True):
            story = chosen[k]
            one = AlikeStory(
                names[story], shared / max(left + right - shared, 1), shared / max(right, 1),
                shared / max(left, 1),
            )  # fmt: skip
            found.append((orders[story], one))
        return tuple(one for _, one in sorted(found, key=lambda pair: pair[0]))

    def _whole(self, content: Content) -> Tokens:
        """All words of a story as one span."""
        if content.words is not None:
            held = content.words
            ends = np.array([0, len(held.values)], dtype=np.int64)
            return Tokens(held.values, held.starts, held.ends, held.flags, ends, held.stems)
        size = len(content.text or b"")
        return gather([(content, 0, 0, size)], self.folding)[0]


def _rows(held: Shingles, rows: I64) -> Shingles:
    """The shingles of some stories."""
    parts = [held.values[held.offsets[k] : held.offsets[k + 1]] for k in rows.tolist()]
    bounds = offsets_of(np.array([len(one) for one in parts]))
    return Shingles(np.concatenate(parts), bounds, held.width)


def _texts_of(families: Families, family: int) -> list[int]:
    """The texts of a family; one that holds a passage of it and retells it too is there twice."""
    low, high = families.offsets[family : family + 2].tolist()
    return [int(families.heads[family]), *families.members[low:high].tolist()]
