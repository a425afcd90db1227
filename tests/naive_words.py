"""The slow truth about words: how rare each is, which two texts share and which of these are
evidence, which are well worn.

A text is its words in order, each with its flags. Words are compared and sorted, nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import log
from typing import NamedTuple

from tests.naive import CAPITAL, FIGURE, OPENS, shingles

PLAIN, NAME, NUMBER = 0, 1, 2

Text = Sequence[tuple[int, int]]


class Word(NamedTuple):
    """What a corpus knows of a word."""

    texts: int
    weight: float
    name: bool


def vocabulary(texts: Sequence[Text]) -> dict[int, Word]:
    """How many texts have each word, its scaled idf, and whether it is nearly always a name."""
    out = {}
    for word in {word for text in texts for word, _ in text}:
        having = sum(word in [other for other, _ in text] for text in texts)
        weight = 10 * log((len(texts) + 10) / (having + 1)) / log(len(texts) + 10)
        inside = [f for text in texts for other, f in text if other == word and not f & OPENS]
        capital = sum(1 for flags in inside if flags & CAPITAL and not flags & FIGURE)
        out[word] = Word(having, weight, 5 * capital > 4 * len(inside))
    return out


def terms(text: Text, known: Mapping[int, Word]) -> dict[int, int]:
    """The class of each distinct word, a name or figure if it is one anywhere in the text."""
    out: dict[int, int] = {}
    for word, flags in text:
        capital = flags & CAPITAL and not flags & OPENS
        own = NUMBER if flags & FIGURE else NAME if known[word].name or capital else PLAIN
        out[word] = max(out.get(word, PLAIN), own)
    return out


def rare_pairs(text: Text, known: Mapping[int, Word], kept: int) -> set[tuple[int, int]]:
    """Each two of the heaviest words that another text has too; of equal weights the lower."""
    shared = {word for word, _ in text if known[word].texts > 1}
    heaviest = sorted(shared, key=lambda word: (-known[word].weight, word))[:kept]
    return set(combinations(sorted(heaviest), 2))


def weigh(left: Text, right: Text, known: Mapping[int, Word]) -> dict[str, float]:
    """The columns of a weighed pair; of two texts equally long the left one is the shorter."""
    shorter, longer = (right, left) if len(right) < len(left) else (left, right)
    a, b = terms(shorter, known), terms(longer, known)
    kinds = {word: max(a[word], b[word]) for word in a.keys() & b.keys()}

    def total(words) -> float:
        return sum(known[word].weight for word in words)

    return {
        "shared": total(kinds),
        "shared_facts": total(word for word, kind in kinds.items() if kind != PLAIN),
        "shorter": total(a.keys() - b.keys()),
        "longer": total(b.keys() - a.keys()),
        "shared_plain": list(kinds.values()).count(PLAIN),
        "shorter_facts": total(word for word in a.keys() - b.keys() if a[word] != PLAIN),
        "longer_facts": total(word for word in b.keys() - a.keys() if b[word] != PLAIN),
    }


def evidence(
    left: Text, right: Text, long: Sequence[bool], known: Mapping[int, Word], most: int
) -> list[int]:
    """Which words of the right text speak for its being told after the left one.

    long: which words of the right text are too long for a particle.
    """
    chosen = []
    for place, (word, flags) in enumerate(right):
        fact = flags & FIGURE or (flags & CAPITAL and not flags & OPENS)
        again = word in [other for other, _ in right[:place]]
        if word in [other for other, _ in left] and not again and (fact or long[place]):
            chosen.append((not fact, -known[word].weight, place))
    return sorted(place for *_, place in sorted(chosen)[:most])


def disagree(counts: Mapping[str, int]) -> bool:
    """Whether each text has names or figures of its own, one in 25 words of the shorter text."""
    facts = min(counts[f"{side}_figures"] + counts[f"{side}_names"] for side in ("left", "right"))
    return 25 * facts >= max(1, min(counts["left_words"], counts["right_words"]))


def contested_share(
    pairs: Sequence[tuple[int, int]], chosen: Sequence[bool], conflicting: Sequence[bool]
) -> list[float]:
    """Of the chosen pairs of each text the part that conflicts, counting one more that does not."""

    def share(text: int) -> float:
        own = [k for k, pair in enumerate(pairs) if text in pair and chosen[k]]
        return sum(1 for k in own if conflicting[k]) / (len(own) + 1)

    return [max(share(left), share(right)) for left, right in pairs]


def well_worn(texts: Sequence[Sequence[int]], width: int, least: int) -> list[bool]:
    """Of all words in order, which lie in a run that so many texts have."""
    runs = [shingles(text, width) for text in texts]
    out = []
    for text, own in zip(texts, runs, strict=True):
        worn = [sum(run in other for other in runs) >= least for run in own]
        out += [
            any(worn[i] for i in range(max(0, k - width + 1), min(k + 1, len(own))))
            for k in range(len(text))
        ]
    return out


def sentences(text: Text) -> list[range]:
    """The places of the words of each sentence."""
    begins = [k for k, (_, flags) in enumerate(text) if flags & OPENS or k == 0]
    return [range(*span) for span in zip(begins, [*begins[1:], len(text)], strict=True)]


def say_the_same(
    left: Text, right: Text, worn: Sequence[Sequence[bool]], known: Mapping[int, Word]
) -> bool:
    """Whether a sentence of each shares words of enough weight with one of the other."""

    def words_of(text: Text, sentence: range, of: Sequence[bool]) -> dict[int, bool]:
        out: dict[int, bool] = {}
        for k in sentence:
            word, flags = text[k]
            fact = flags & FIGURE or (flags & CAPITAL and not flags & OPENS) or known[word].name
            if not of[k]:
                out[word] = out.get(word, False) or bool(fact)
        return out

    def total(words) -> float:
        return sum(known[word].weight for word in words)

    for one in sentences(left):
        for other in sentences(right):
            a, b = words_of(left, one, worn[0]), words_of(right, other, worn[1])
            both = a.keys() & b.keys()
            if (
                min(len(one), len(other)) >= 5
                and total(both) >= 20
                and sum(not a[word] and not b[word] for word in both) >= 3
                and total(both) >= 0.45 * min(total(a), total(b))
                and total(both) >= 0.15 * total(a.keys() | b.keys())
            ):
                return True
    return False


def spoken_for(
    stories: Sequence[Sequence[int | None]], links: set[tuple[int, int]]
) -> set[tuple[int, int]]:
    """Pairs of texts that two things speak for: recycled ones as far away, or a common third.

    stories: the texts of each story in order, None for what is no text. A text's first place is
        that of the first story that has it; elsewhere nothing is looked for.
    """
    lines = [[text for text in story if text is not None] for story in stories]
    first: dict[int, tuple[int, int]] = {}
    pairs = []
    for s, line in enumerate(lines):
        for k, text in enumerate(line):
            if first.setdefault(text, (s, k))[0] != s:
                pairs.append((first[text], (s, k)))
    pairs += [(first[a], first[b]) for a, b in links]
    speaking: dict[tuple[int, int], int] = {}
    for (s, i), (t, j) in pairs:
        for away in (-2, -1, 1, 2):
            if 0 <= i + away < len(lines[s]) and 0 <= j + away < len(lines[t]):
                a, b = sorted((lines[s][i + away], lines[t][j + away]))
                if {first[a], first[b]} == {(s, i + away), (t, j + away)}:
                    speaking[a, b] = speaking.get((a, b), 0) + 1
    out = set()
    for (a, b), count in speaking.items():
        third = any({(min(a, c), max(a, c)), (min(b, c), max(b, c))} <= links for c in first)
        if (a, b) not in links and count + third >= 2:
            out.add((a, b))
    return out
