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

from dedup import lsh, passages
from dedup.background import Background
from dedup.buckets import distinct, pairs_within
from dedup.compared import related
from dedup.index import keyed
from dedup.index.bags import Bags
from dedup.index.content import Folding, gather, joined
from dedup.index.given import GIVEN, Given, Held, without
from dedup.index.incoming import Order
from dedup.index.keys import ITEM_BITS, RUN, items_of, keys_of, once, packed
from dedup.index.promising import promising
from dedup.index.rows import Contents, Rows, piece
from dedup.index.view import View
from dedup.index.words import Counts, LocalVocabulary
from dedup.kernels import I64, U64
from dedup.kinds import IS_COPIED
from dedup.minhash import sign
from dedup.repeated import all_keys
from dedup.settings import Settings
from dedup.shingles import shingle
from dedup.sides import present, ready
from dedup.sorting import among, run_ends, run_starts
from dedup.terms import FEW, Terms, rare_pairs
from dedup.tokens import Tokens
from dedup.weigh import weigh

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
        self.rows = rows
        self.view = view
        self.settings = settings
        self.folding = folding
        self.counts = base, Counts.joined(given.changes, base.bits)
        self.total = view.texts + given.more_texts
        self.complete = True
        self.contents: Contents = {GIVEN: (given.marks, given.content)}
        self.held: dict[int, Held] = {}  # every text that was looked at, by number
        self.gone: set[int] = set()  # numbers that lead nowhere
        for row, no in enumerate(given.numbers.tolist()):
            paragraph = int(given.texts.first[row])
            words = int(given.texts.words[paragraph])
            if words >= settings.min_words:
                self.held[no] = self._with_own(no, row, paragraph, words)
        self.own = set(self.held)
        self.looked_up: set[int] = set()  # of which all runs were looked up, and …
        self.words_of: set[int] = set()  # … of which the words were
        self.by_word: set[int] = set()  # who has two of those
        self._rows: dict[int, int] = {}  # of the texts that were cut into words, by number
        self._cut = gather([], folding)[0]
        self._begins = np.empty(0, dtype=np.int64)
        self.postings = np.empty(0, dtype=np.uint64)  # of all runs that were looked up
        self.asked = np.empty(0, dtype=np.uint64)  # keys that were looked up, sorted

    def _with_own(self, no: int, row: int, paragraph: int, words: int) -> Held:
        """A text of the story, with the story among its places."""
        given, known = self.given, self.given.before.get(no)
        if known is not None and known.order < given.order:
            return known
        again = known.again + 1 if known else 0
        mark = int(given.texts.fingerprints[row : row + 1].view(np.int64)[0])
        return Held(no, mark, words, given.order, GIVEN, paragraph, again)

    def gather(self) -> Neighbours:
        """Look up the story, then its relatives."""
        if self.total <= FEW:
            return self._everything()
        self._look_up(self.own, self.own)
        relatives, telling, related = self._related()
        if not related:
            return self._neighbours(sorted(self.own, key=self._rank), None)
        if relatives or telling:
            self._look_up(relatives, telling)
        return self._around()

    def _rank(self, no: int) -> tuple[Order, int]:
        return self.held[no].order, self.held[no].paragraph

    def _related(self) -> tuple[set[int], set[int], bool]:
        """The texts that are worth comparing with one of the story, as far as they are new.

        Beside them those of which a retelling may lead on to another text, and whether there is
        anything to be compared at all.
        """
        shared = self._sharing()
        chosen = sorted({*self.own, *shared.reshape(-1).tolist(), *self.by_word}, key=self._rank)
        numbers = np.array(chosen, dtype=np.int64)
        stories = np.array([self.held[no].story for no in chosen], dtype=np.int64)
        if (stories == stories[:1]).all():
            return set(), set(), False
        tokens, _ = self._tokens(chosen)
        pairs = _each_with_all(np.array([no in self.own for no in chosen]))
        pairs = pairs[stories[pairs[:, 0]] != stories[pairs[:, 1]]]
        by_runs = _among(pairs, _positions(numbers, shared), len(chosen))
        maybe = promising(
            tokens, Bags.of(tokens, *self.counts, self.total), pairs, by_runs,
            width=self.settings.shingle, containment=self.settings.containment,
        )  # fmt: skip
        if not maybe.any():
            return set(), set(), False
        pairs, copies = self._compared(tokens, pairs[maybe], by_runs[maybe])
        relatives = set(numbers[pairs].reshape(-1).tolist()) - self.looked_up
        telling = set(numbers[pairs[copies]].reshape(-1).tolist()) - self.words_of
        room = RELATIVES - len(self.looked_up) + len(self.own)
        if len(relatives) > room:
            self.complete = False
            relatives = set(sorted(relatives, key=self._rank)[:room])
        return relatives, telling & (relatives | self.looked_up), len(pairs) > 0

    def _compared(self, tokens: Tokens, pairs: I64, by_runs: np.ndarray) -> tuple[I64, np.ndarray]:
        """Those of some pairs of texts that are related, and which of them may be copies.

        by_runs: bool (pairs,), those that share a run; the others are if a scan would do so.
        """
        _, words = self._words(tokens)
        rare = all_keys(rare_pairs(words.heaviest))
        retold = passages.candidates(rare, len(tokens), bucket=self.settings.word_bucket)
        chosen = by_runs | _among(pairs, retold, len(tokens))
        pairs, by_runs = pairs[chosen], by_runs[chosen]
        texts = present(pairs, len(tokens))
        found = related(
            ready(tokens.take(texts), width=self.settings.shingle), np.searchsorted(texts, pairs),
            by_runs, weigh(words, pairs), retold=True, containment=self.settings.containment,
            partial_words=self.settings.partial_words,
        )  # fmt: skip
        copies = IS_COPIED[found.by_runs] | (found.weights.jaccard >= _RETOLD)
        return pairs[found.rows], copies

    def _sharing(self) -> I64:
        """Pairs of texts, by number, that share a run, one of them looked up; the earlier first."""
        keys = self.postings >> _SHIFT
        shared = ~(run_starts(keys) & run_ends(keys))
        keys, items = keys[shared], items_of(self.postings[shared])
        if not len(keys):
            return np.empty((0, 2), dtype=np.int64)
        held = np.array(sorted(np.unique(items).tolist(), key=self._rank), dtype=np.int64)
        entries = np.sort(packed(keys, _positions(held, items)))
        pairs = pairs_within(
            entries >> _SHIFT, items_of(entries), bound=self.settings.bucket, ordered=True
        )
        middle = among(np.array(sorted(self.looked_up), dtype=np.int64), held)
        pairs = pairs[middle[pairs[:, 0]] | middle[pairs[:, 1]]]
        return np.asarray(held[distinct(pairs, len(held))])

    def _neighbours(self, chosen: list[int], pairing: Pairing | None) -> Neighbours:
        own = {no: k for k, no in enumerate(chosen) if no in self.own}
        held = [self.held[no] for no in chosen]
        return Neighbours(held, own, self.contents, self.complete, pairing)

    def _everything(self) -> Neighbours:
        """All texts of a small index."""
        least = self.settings.min_words
        numbers = self.rows.connection.execute("SELECT no FROM text WHERE words >= ?", (least,))
        self._look_at({row[0] for row in numbers.fetchall()})
        chosen = sorted(self.held, key=self._rank)
        tokens, begins = self._tokens(chosen)
        vocabulary, held = self._words(tokens)
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
        chosen = sorted(
            {*self.looked_up, *pairs.reshape(-1).tolist(), *self.by_word}, key=self._rank
        )
        tokens, begins = self._tokens(chosen)
        vocabulary, words = self._words(tokens)
        by_runs = _positions(np.array(chosen, dtype=np.int64), pairs)
        rare = all_keys(rare_pairs(words.heaviest))
        retold = passages.candidates(rare, len(chosen), bucket=self.settings.word_bucket)
        telling = np.array([no in self.words_of for no in chosen], dtype=bool)
        retold = retold[telling[retold].any(axis=1)]
        worn = self._worn(tokens, self.postings >> _SHIFT)
        known = Background(vocabulary, words, worn, tokens.offsets)
        return self._neighbours(chosen, Pairing(tokens, begins, known, by_runs, retold))

    def _look_up(self, texts: set[int], telling: set[int]) -> None:
        """Find who shares a run with some texts, or two of the rarest words of one of others."""
        middle = sorted(texts | telling)
        tokens, _ = self._tokens(middle)
        runs = self._run_postings(tokens, middle, texts - self.looked_up)
        words = self._word_keys(tokens, middle, telling - self.words_of)
        keys = _once(runs >> _SHIFT)
        if texts is not self.own:  # theirs are in the index; what only one text has leads nowhere
            keys = self.view.several(keys[~among(self.asked, keys)])
            words = self.view.several(words[~among(self.asked, words)])
        self.looked_up |= texts
        self.words_of |= telling
        asked = np.sort(np.concatenate((keys, words)))
        self.asked = np.sort(np.concatenate((self.asked, asked)))
        found = self._found(asked)
        of_words = among(words, found >> _SHIFT)
        sharing = set(np.unique(items_of(found[of_words])).tolist())
        shared = found[~of_words]
        items = items_of(shared)
        self._look_at(sharing.union(np.unique(items).tolist()))
        self.by_word |= sharing & self.held.keys()
        if self.gone:
            shared = shared[~among(np.array(sorted(self.gone), dtype=np.int64), items)]
        self.postings = once(np.concatenate((self.postings, runs, shared)))

    def _run_postings(self, tokens: Tokens, middle: list[int], texts: set[int]) -> U64:
        """The postings of the runs of some texts, sorted."""
        chosen = [k for k, no in enumerate(middle) if no in texts]
        runs = shingle(tokens.take(np.array(chosen, dtype=np.int64)), width=self.settings.passage)
        numbers = np.array([middle[k] for k in chosen], dtype=np.int64)
        return once(packed(keys_of(runs.values, RUN), np.repeat(numbers, np.diff(runs.offsets))))

    def _word_keys(self, tokens: Tokens, middle: list[int], texts: set[int]) -> U64:
        """The keys of the rarest words of some texts, sorted."""
        chosen = [k for k, no in enumerate(middle) if no in texts]
        tokens = tokens.take(np.array(chosen, dtype=np.int64))
        return Bags.of(tokens, *self.counts, self.total).rarest()

    def _found(self, keys: U64) -> U64:
        """Postings of the index under some sorted keys."""
        return self.view.find(self.rows.connection, _once(keys))

    def _look_at(self, numbers: set[int]) -> None:
        """Know where texts stand."""
        fresh = numbers - self.held.keys() - self.gone
        if not fresh:
            return
        given = self.given
        places = self.rows.places(fresh)
        held = without(places, self.rows, given.old, counted=given.counted, turned=given.turned)
        self.held |= {no: one for no, one in held.items() if one.words >= self.settings.min_words}
        self.gone |= fresh - self.held.keys()

    def _tokens(self, chosen: list[int]) -> tuple[Tokens, I64]:
        """The words of texts at their first places."""
        missing = [no for no in chosen if no not in self._rows]
        if missing:
            texts = [self.held[no] for no in missing]
            self.contents |= self.rows.contents({t.story for t in texts} - self.contents.keys())
            pieces = [piece(self.contents[text.story], text.paragraph) for text in texts]
            tokens, begins = gather(pieces, self.folding)
            known = len(self._rows)
            self._cut = joined([self._cut, tokens]) if known else tokens
            self._begins = np.concatenate((self._begins, begins))
            self._rows |= {no: known + row for row, no in enumerate(missing)}
        rows = np.array([self._rows[no] for no in chosen], dtype=np.int64)
        return self._cut.take(rows), self._begins[rows]

    def _words(self, tokens: Tokens) -> tuple[LocalVocabulary, Terms]:
        vocabulary = LocalVocabulary.of(list(self.counts), tokens.stems, self.total)
        return vocabulary, vocabulary.terms(tokens)

    def _worn(self, tokens: Tokens, keys: U64) -> np.ndarray:
        """The words in well-worn runs; keys: of every text with the runs that were looked up."""
        runs = shingle(tokens, width=self.settings.passage)
        away = passages.WORN - 1
        worn = keys[away:][keys[away:] == keys[:-away]]
        out = np.zeros(len(tokens.values), dtype=bool)
        rows = np.flatnonzero(among(worn, keys_of(runs.values, RUN)))
        texts = np.searchsorted(runs.offsets, rows, side="right") - 1
        first = tokens.offsets[texts] + rows - runs.offsets[texts]
        for step in range(self.settings.passage):
            out[np.minimum(first + step, tokens.offsets[texts + 1] - 1)] = True
        return out

    def alike(self) -> set[int]:
        """Stories whose signatures agree with that of the story on a band."""
        given = self.given
        texts = sorted(self.own)
        found = sign(
            shingle(self._tokens(texts)[0], width=self.settings.shingle),
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


def _once(keys: U64) -> U64:
    """Sorted keys, each once."""
    first = np.concatenate((np.ones(min(1, len(keys)), dtype=bool), keys[1:] != keys[:-1]))
    return np.asarray(keys[first])


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
