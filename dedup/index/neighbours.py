"""The part of the index that a story has to be compared with.

It is gathered in rounds. The texts of the story are looked up: who shares a run of words with them,
or two of the rarest words. A run that many texts have leads to the earliest of them alone, as in a
scan (buckets.py). Those that prove related are looked up in turn, so that what a scan knows of them
is known here too: how often their matches disagree, which of their runs are well worn, which
earlier text they are a copy of. An index of up to FEW texts is taken whole, as in a scan.

What a scan finds by its sketches alone is not looked for: of 32,394 matches among 5,000 Reuters
stories that was 201 templates and 3 others.

Time O(keys of the story and of its relatives); of a run or word that very many texts have, the
first few hundred are read.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from dedup import lsh, passages, rare
from dedup.background import Background
from dedup.buckets import distinct, pairs_within
from dedup.compared import related
from dedup.index import keyed
from dedup.index.at_hand import AtHand
from dedup.index.given import Held
from dedup.index.keys import ITEM_BITS, RUN, each_once, items_of, keys_of, once, packed
from dedup.index.promising import Promising, promising
from dedup.index.rows import Contents, Rows
from dedup.index.view import View
from dedup.kernels import I64, U8, U64
from dedup.kinds import IS_COPIED
from dedup.minhash import sign
from dedup.ragged import sizes_of
from dedup.repeated import all_keys
from dedup.settings import Settings
from dedup.shingles import shingle
from dedup.sides import present, ready
from dedup.sorting import among, run_ends, run_starts
from dedup.tokens import Tokens

RELATIVES = 128  # that are looked up in turn
_RETOLD = 0.2  # of the weight of words: less is no retelling, as a rule
_SHIFT = np.uint64(ITEM_BITS)


@dataclass(frozen=True, eq=False, slots=True)
class Pairing:
    """What is to be compared.

    tokens: the words of the texts. begins: what to take from a place in them to have one in the
        story.
    by_runs, by_words: candidate pairs, as `match` takes them.
    """

    tokens: Tokens
    begins: I64
    background: Background
    by_runs: I64
    by_words: I64


@dataclass(frozen=True, eq=False, slots=True)
class Neighbours:
    """Some texts, in the order in which they were first seen, and all that is known of them.

    texts: as they are with the story in the index; those of the story are among them.
    own: the position of each text of the story here, by its number.
    contents: the paragraphs and content of each story that is a first place.
    complete: whether nothing was left out for being too much.
    pairing: what may prove to be more than a candidate pair, if anything may.
    """

    texts: list[Held]
    own: dict[int, int]
    contents: Contents
    complete: bool
    pairing: Pairing | None


class Search:
    """The gathering of the neighbours of one story."""

    def __init__(self, hand: AtHand, rows: Rows, view: View, settings: Settings) -> None:
        """In a view; hand: the texts of the story."""
        self.hand = hand
        self.rows = rows
        self.view = view
        self.settings = settings
        self.complete = True
        self.looked_up: set[int] = set()  # texts of which all runs were looked up, and …
        self.words_of: set[int] = set()  # … of which the words were
        self.by_word: set[int] = set()  # who has two of those
        self.postings = np.empty(0, dtype=np.uint64)  # of all runs that were looked up
        self.asked = np.empty(0, dtype=np.uint64)  # keys that were looked up, sorted

    def gather(self) -> Neighbours:
        """Look up the story, then its relatives."""
        if self.hand.total <= rare.FEW:
            return self._everything()
        self._look_up(self.hand.own, self.hand.own)
        relatives, telling, some = self._related()
        if not some:
            return self._neighbours(self.hand.in_order(self.hand.own), None)
        if relatives or telling:
            self._look_up(relatives, telling)
        return self._around()

    def _related(self) -> tuple[set[int], set[int], bool]:
        """The texts that are worth comparing with one of the story, as far as they are new.

        Beside them those of which a retelling may lead on to another text, and whether there is
        anything to be compared at all.
        """
        shared = self._sharing()
        chosen = self.hand.in_order({*self.hand.own, *shared.reshape(-1).tolist(), *self.by_word})
        numbers = np.array(chosen, dtype=np.int64)
        stories = np.array([self.hand.held[no].story for no in chosen], dtype=np.int64)
        if (stories == stories[:1]).all():
            return set(), set(), False
        tokens, _ = self.hand.tokens(chosen)
        pairs = _each_with_all(np.array([no in self.hand.own for no in chosen]))
        pairs = pairs[stories[pairs[:, 0]] != stories[pairs[:, 1]]]
        by_runs = _among(pairs, _positions(numbers, shared), len(chosen))
        bags = self.hand.bags(chosen, tokens)
        maybe = promising(
            tokens, bags, pairs, by_runs,
            width=self.settings.shingle, containment=self.settings.containment,
        )  # fmt: skip
        if not by_runs[maybe.rows].all():
            retold = bags.sharing(bucket=self.settings.word_bucket)
            maybe = maybe.take((by_runs | _among(pairs, retold, len(chosen)))[maybe.rows])
        if not len(maybe.rows):
            return set(), set(), False
        pairs, copies = self._compared(tokens, pairs[maybe.rows], by_runs[maybe.rows], maybe)
        relatives = set(numbers[pairs].reshape(-1).tolist()) - self.looked_up
        telling = set(numbers[pairs[copies]].reshape(-1).tolist()) - self.words_of
        room = RELATIVES - len(self.looked_up) + len(self.hand.own)
        if len(relatives) > room:
            self.complete = False
            relatives = set(self.hand.in_order(relatives)[:room])
        return relatives, telling & (relatives | self.looked_up), len(pairs) > 0

    def _compared(
        self, tokens: Tokens, pairs: I64, by_runs: np.ndarray, weighed: Promising
    ) -> tuple[I64, np.ndarray]:
        """Those of some pairs of texts that are related, and which of them may be copies.

        by_runs: bool (pairs,), those that share a run.
        """
        texts = present(pairs, len(tokens))
        found = related(
            ready(tokens.take(texts), width=self.settings.shingle), np.searchsorted(texts, pairs),
            by_runs, weighed.retelling, weighed.jaccard, containment=self.settings.containment,
            partial_words=self.settings.partial_words,
        )  # fmt: skip
        copies = IS_COPIED[found.by_runs] | (weighed.jaccard[found.rows] >= _RETOLD)
        return pairs[found.rows], copies

    def _sharing(self) -> I64:
        """Pairs of texts, by number, that share a run, one of them looked up; the earlier first."""
        keys = self.postings >> _SHIFT
        shared = ~(run_starts(keys) & run_ends(keys))
        keys, items = keys[shared], items_of(self.postings[shared])
        if not len(keys):
            return np.empty((0, 2), dtype=np.int64)
        ranks, held = self.hand.ranks(items)
        entries = np.sort(packed(keys, ranks))
        pairs = pairs_within(
            entries >> _SHIFT, items_of(entries), bound=self.settings.bucket, ordered=True
        )
        middle = among(np.array(sorted(self.looked_up), dtype=np.int64), held)
        pairs = pairs[middle[pairs[:, 0]] | middle[pairs[:, 1]]]
        return np.asarray(held[distinct(pairs, len(held))])

    def _neighbours(self, chosen: list[int], pairing: Pairing | None) -> Neighbours:
        own = {no: k for k, no in enumerate(chosen) if no in self.hand.own}
        held = [self.hand.held[no] for no in chosen]
        return Neighbours(held, own, self.hand.contents, self.complete, pairing)

    def _everything(self) -> Neighbours:
        """All texts of a small index."""
        least = self.settings.min_words
        numbers = self.rows.connection.execute("SELECT no FROM text WHERE words >= ?", (least,))
        self.hand.look_at({row[0] for row in numbers.fetchall()})
        chosen = self.hand.in_order(self.hand.held)
        tokens, begins = self.hand.tokens(chosen)
        vocabulary, held = self.hand.words(tokens)
        count = len(chosen)
        runs = all_keys(shingle(tokens, width=self.settings.passage))
        found = sign(
            shingle(tokens, width=self.settings.shingle),
            permutations=self.settings.permutations, seed=self.settings.seed,
        )  # fmt: skip
        by_sketch = lsh.candidates(
            found, threshold=self.settings.threshold, recall=self.settings.recall,
            bucket=self.settings.bucket, threads=1,
        )  # fmt: skip
        by_passage = passages.candidates(runs, count, bucket=self.settings.bucket)
        worn = passages.well_worn(runs, tokens.offsets, width=self.settings.passage)
        every = np.stack(np.triu_indices(count, 1), axis=1).astype(np.int64)
        known = Background(vocabulary, held, worn, tokens.offsets)
        by_runs = np.concatenate((by_sketch, by_passage))
        return self._neighbours(chosen, Pairing(tokens, begins, known, by_runs, every))

    def _around(self) -> Neighbours:
        """All texts that were looked up, and those that are candidates to go with them."""
        pairs = self._sharing()
        chosen = self.hand.in_order({*self.looked_up, *pairs.reshape(-1).tolist(), *self.by_word})
        tokens, begins = self.hand.tokens(chosen)
        vocabulary, words = self.hand.words(tokens)
        by_runs = _positions(np.array(chosen, dtype=np.int64), pairs)
        retold = rare.candidates(words.heaviest, bucket=self.settings.word_bucket, threads=1)
        telling = np.array([no in self.words_of for no in chosen], dtype=bool)
        retold = retold[telling[retold].any(axis=1)]
        worn = self._worn(tokens, self.postings >> _SHIFT)
        known = Background(vocabulary, words, worn, tokens.offsets)
        return self._neighbours(chosen, Pairing(tokens, begins, known, by_runs, retold))

    def _look_up(self, texts: set[int], telling: set[int]) -> None:
        """Find who shares a run with some texts, or two of the rarest words of one of others."""
        middle = sorted(texts | telling)
        tokens, _ = self.hand.tokens(middle)
        runs = self._run_postings(tokens, middle, texts - self.looked_up)
        words = self._word_keys(tokens, middle, telling - self.words_of)
        keys = each_once(runs >> _SHIFT)
        if texts is not self.hand.own:
            # Theirs are in the index: what only one text has leads nowhere.
            keys = self.view.several(keys[~among(self.asked, keys)])
            words = self.view.several(words[~among(self.asked, words)])
        self.looked_up |= texts
        self.words_of |= telling
        asked = np.sort(np.concatenate((keys, words)))
        self.asked = np.sort(np.concatenate((self.asked, asked)))
        found = self._found(asked)
        of_words = among(words, found >> _SHIFT)
        sharing = set(items_of(found[of_words]).tolist())
        shared = found[~of_words]
        items = items_of(shared)
        self.hand.look_at(sharing.union(items.tolist()))
        self.by_word |= sharing & self.hand.held.keys()
        if self.hand.gone:
            shared = shared[~among(np.array(sorted(self.hand.gone), dtype=np.int64), items)]
        self.postings = once(np.concatenate((self.postings, runs, shared)))

    def _run_postings(self, tokens: Tokens, middle: list[int], texts: set[int]) -> U64:
        """The postings of the runs of some texts, sorted."""
        chosen = [k for k, no in enumerate(middle) if no in texts]
        runs = shingle(tokens.take(np.array(chosen, dtype=np.int64)), width=self.settings.passage)
        numbers = np.array([middle[k] for k in chosen], dtype=np.int64)
        return once(packed(keys_of(runs.values, RUN), np.repeat(numbers, sizes_of(runs.offsets))))

    def _word_keys(self, tokens: Tokens, middle: list[int], texts: set[int]) -> U64:
        """The keys of the rarest words of some texts, sorted."""
        chosen = [k for k, no in enumerate(middle) if no in texts]
        tokens = tokens.take(np.array(chosen, dtype=np.int64))
        return self.hand.bags([middle[k] for k in chosen], tokens).rarest()

    def _found(self, keys: U64) -> U64:
        """Postings of the index under some sorted keys."""
        return self.view.find(self.rows.connection, each_once(keys))

    def _worn(self, tokens: Tokens, keys: U64) -> U8:
        """The words in well-worn runs, as Background has them.

        keys: of every text with the runs that were looked up.
        """
        runs = shingle(tokens, width=self.settings.passage)
        away = passages.WORN - 1
        worn = keys[away:][keys[away:] == keys[:-away]]
        out = np.zeros(len(tokens.values), dtype=bool)
        rows = np.flatnonzero(among(worn, keys_of(runs.values, RUN)))
        texts = np.searchsorted(runs.offsets, rows, side="right") - 1
        first = tokens.offsets[texts] + rows - runs.offsets[texts]
        for step in range(self.settings.passage):
            out[np.minimum(first + step, tokens.offsets[texts + 1] - 1)] = True
        return np.packbits(out, bitorder="little")

    def alike(self) -> set[int]:
        """Stories whose signatures agree with that of the story on a band."""
        given = self.hand.given
        texts = sorted(self.hand.own)
        found = sign(
            shingle(self.hand.tokens(texts)[0], width=self.settings.shingle),
            permutations=self.settings.permutations, seed=self.settings.seed,
        )  # fmt: skip
        bounds = np.array([0, len(texts)], dtype=np.int64)
        keys, told = keyed.bands(found, np.arange(len(texts)), bounds, recall=self.settings.recall)
        if not len(told):
            return set()
        postings = self._found(np.sort(keys[0]))
        orders = self.rows.orders(set(items_of(postings).tolist()), counted=given.counted)
        buckets: dict[int, list[int]] = defaultdict(list)
        for key, story in zip(
            (postings >> _SHIFT).tolist(), items_of(postings).tolist(), strict=True
        ):
            if story in orders and story != given.old:
                buckets[key].append(story)
        out: set[int] = set()
        for bucket in buckets.values():
            first = min(bucket, key=orders.__getitem__)
            if len(bucket) < self.settings.bucket or given.order < orders[first]:
                out.update(bucket)
            else:
                out.add(first)
        return out


def _each_with_all(chosen: np.ndarray) -> I64:
    """Pairs of the items that are chosen, bool (items,), each with each of all items, once."""
    one = np.flatnonzero(chosen)
    left, right = np.repeat(one, len(chosen)), np.tile(np.arange(len(chosen)), len(one))
    fresh = (left < right) | ~chosen[right]
    left, right = left[fresh], right[fresh]
    return np.stack((np.minimum(left, right), np.maximum(left, right)), axis=1)


def _positions(numbers: I64, wanted: I64) -> I64:
    """Where some numbers stand among others, each of which is there once."""
    order = np.argsort(numbers)
    return np.asarray(order[np.searchsorted(numbers[order], wanted)])


def _among(pairs: I64, held: I64, count: int) -> np.ndarray:
    """Which pairs are among others, bool (pairs,); items are below `count`."""
    packed = np.sort(held[:, 0] * count + held[:, 1])
    return among(packed, pairs[:, 0] * count + pairs[:, 1])
