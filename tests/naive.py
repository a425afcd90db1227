"""The slow truth: what the kernels compute, in sets, dicts and loops."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from datasketch import MinHash

FIGURE, CAPITAL, OPENS, ALONE = 1, 2, 4, 8
STEM = 5

_SPACELESS = re.compile(
    "CJK UNIFIED|CJK COMPATIBILITY IDEOGRAPH|IDEOGRAPHIC ITERATION|HIRAGANA|KATAKANA|BOPOMOFO"
    "|THAI|LAO|KHMER|MYANMAR|TIBETAN|YI SYLLABLE"
)
_WORD = re.compile(
    r"""
    (?P<alone> A M* )
    |
    (?P<word>
        (?: [Ls] M* \. (?= [Ls] M*+ (?![Ls]) ) )*   # U.S., J.P.: single letters, each with a stop
        [Ls9D]
        (?: [Ls9DM]
          | (?<=9) [.,] (?=9)                       # 1,580 and 1.58
          | (?<=[Ls9DM]) Q (?= [Ls] ) (?! s (?![Ls9DM]) )
        )*
    )
    (?: (?<=[Ls9DM]) Q s (?![Ls9DM]) )?              # a possessive, which is no part of the word
    """,
    re.VERBOSE,
)


class Word(NamedTuple):
    """A folded word, the characters it spans, its flags, and its stem."""

    folded: str
    start: int
    end: int
    flags: int
    stem: str


def words(text: str) -> list[Word]:
    """The words of a text."""
    places = [i for i, char in enumerate(text) if unicodedata.category(char) != "Cf"]
    text = "".join(text[i] for i in places)
    classes = "".join(_class_of(char) for char in text)
    found, last, opens = [], 0, True
    for match in _WORD.finditer(classes):
        group = "alone" if match["alone"] else "word"
        start, end = match.start(), match.end(group)
        inside = classes[start:end]
        capital = unicodedata.category(text[start]) in ("Lu", "Lt")
        flags = 0
        if "9" in inside or "D" in inside:
            flags |= FIGURE
        if capital and group == "word":
            flags |= CAPITAL
        if opens or any(char in ".!?。" for char in text[last:start]):
            flags |= OPENS
        if group == "alone":
            flags |= ALONE
        parts = [_folded(text, classes, i) for i in range(start, end)]
        folded = "".join(parts)
        stem = folded if flags & FIGURE else folded[:STEM]
        found.append(Word(folded, places[start], places[end - 1] + 1, flags, stem))
        last, opens = match.end(), False
        if end == last and text[last : last + 1] == "." and _is_abbreviation(inside, capital):
            last += 1
    return found


def _is_abbreviation(classes: str, capital: bool) -> bool:
    """U.S. has stops inside; Mr. is a capital and two letters more at the most."""
    letters = len(re.findall("[Ls]", classes))
    short = capital and letters <= 3 and not re.search("[9D]", classes)
    return short or re.match(r"[Ls]M*\.", classes) is not None


def _class_of(char: str) -> str:
    category = unicodedata.category(char)
    if char in ".,":
        return char
    if char in "'‘’ʼ＇":
        return "Q"
    if category == "Nd":
        return "9" if char in "0123456789" else "D"
    if category[0] not in "LMN":
        return "_"
    if _SPACELESS.match(unicodedata.name(char, "")):
        return "A"
    if category[0] == "M":
        return "M"
    return "s" if char in "sS" else "L"


def _folded(text: str, classes: str, i: int) -> str:
    """What the character at i adds to its word."""
    if classes[i] == "Q" or "VARIATION SELECTOR" in unicodedata.name(text[i], ""):
        return ""
    if classes[i] == "D":
        return str(unicodedata.decimal(text[i]))
    if classes[i] in ".,":
        if classes[i - 1] != "9":
            return ""
        thousands = classes[i] == "," and re.match("9{3}(?!9)", classes[i + 1 :])
        return "" if thousands else "."
    return _nfkd(_nfkd(text[i]).casefold())


def _nfkd(text: str) -> str:
    return unicodedata.normalize("NFKD", text)


LONG, GROUP, HARD, WRAP = 1500, 150, 20_000, 100
_SPACE = "".join(map(chr, range(33))) + "\u0085\u00a0\u2028\u2029\u202f\u3000"
_SPACE += "".join(map(chr, range(0x2000, 0x200B)))
_CLOSED = re.compile(rf"[。！？]|[.!?][\"')\]’”]*(?=[{_SPACE}]+(?![{_SPACE}a-z])|\Z)")


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text."""
    lines = re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z", text.strip(_SPACE))
    full = [line for line in lines if line.strip(_SPACE)]
    indents = sum(map(_indented, lines[1:]))
    short = all(_bytes(line.lstrip(_SPACE).rstrip("\r\n")) <= WRAP for line in full)
    if len(full) < len(lines):
        blocks = _between_blank_lines(lines)
    elif short and 0 < indents < len(full) - 1:
        blocks = _at_indents(lines)
    else:
        blocks = lines
    return [part for block in blocks for part in _groups(block.strip(_SPACE)) if part]


def _between_blank_lines(lines: list[str]) -> Iterator[str]:
    """Blocks end at a blank line, or behind a line that looks like a paragraph by itself."""
    block = ""
    for line in lines:
        block += line
        bare = line.strip(_SPACE)
        if not bare or (_bytes(bare) > WRAP and bare[-1] in ".!?\"')]’”。！？"):
            yield block
            block = ""
    yield block


def _at_indents(lines: list[str]) -> Iterator[str]:
    block = lines[0]
    for line in lines[1:]:
        if _indented(line):
            yield block
            block = ""
        block += line
    yield block


def _indented(line: str) -> bool:
    bare = line.lstrip(_SPACE)
    return bare != "" and _bytes(line) - _bytes(bare) >= 2


def _groups(block: str) -> Iterator[str]:
    """The block, or the groups of sentences of a long one."""
    if _bytes(block) <= LONG:
        yield block
        return
    while block:
        end = _group_end(block)
        yield block[:end]
        block = block[end:].lstrip(_SPACE)


def _group_end(block: str) -> int:
    """After the first sentence beyond GROUP bytes; beyond HARD bytes, between words or anywhere."""
    hard = len(block.encode()[:HARD].decode(errors="ignore"))
    hard = min(len(block), hard + (_bytes(block[:hard]) < HARD))
    for match in _CLOSED.finditer(block):
        mark = match.start()
        name = block[mark] == "." and re.search("(?<![A-Za-z])[A-Z][A-Za-z]{0,2}$", block[:mark])
        if mark < hard and _bytes(block[: mark + 1]) > GROUP and not name:
            return match.end()
    if hard == len(block):
        return hard
    space = max((i for i in range(hard + 1) if block[i] <= " "), default=0)
    return space if _bytes(block[:space]) > GROUP else hard


def _bytes(text: str) -> int:
    return len(text.encode())


def shingles(text: Sequence[int], width: int) -> list[tuple[int, ...]]:
    """The runs of `width` words, in order; the whole text if it has fewer."""
    if not text:
        return []
    return [tuple(text[i : i + width]) for i in range(max(1, len(text) - width + 1))]


def signature(hashes: Sequence[int], *, permutations: int, seed: int) -> np.ndarray:
    """The row that datasketch makes of 64-bit shingle hashes."""
    return next(signatures([hashes], permutations=permutations, seed=seed))


def signatures(
    sets: Sequence[Sequence[int]], *, permutations: int, seed: int
) -> Iterator[np.ndarray]:
    """The rows of many sets; datasketch draws the permutations once."""
    empty = MinHash(num_perm=permutations, seed=seed, scheme="affine32", hashfunc=lambda h: h)
    for hashes in sets:
        sketch = empty.copy()
        sketch.hashfunc = empty.hashfunc
        sketch.update_batch([h >> 32 for h in hashes])
        yield sketch.hashvalues


def jaccard(left: set, right: set) -> float:
    """Shared elements as a part of all."""
    return len(left & right) / max(1, len(left | right))


def containment(left: set, right: set) -> float:
    """Shared elements as a part of the left set's."""
    return len(left & right) / max(1, len(left))


def pairs_alike(sets: Sequence[set], threshold: float) -> set[tuple[int, int]]:
    """All pairs of at least this Jaccard similarity."""
    return {
        (i, j)
        for i, j in combinations(range(len(sets)), 2)
        if jaccard(sets[i], sets[j]) >= threshold
    }


def pairs_sharing(texts: Sequence[Sequence[int]], width: int) -> set[tuple[int, int]]:
    """All pairs that share a run of `width` words, or a shorter text whole."""
    runs = [set(shingles(text, width)) for text in texts]
    return {(i, j) for i, j in combinations(range(len(texts)), 2) if runs[i] & runs[j]}


def recall(rows: Sequence[int], similarity: float) -> float:
    """The chance that at least one band agrees on all its rows."""
    missed = 1.0
    for r in rows:
        missed *= 1.0 - similarity**r
    return 1.0 - missed


def fewest_bands(permutations: int, threshold: float, least: float) -> int | None:
    """How many bands find `least` of the pairs at `threshold`, or None if no number does."""
    for count in range(1, permutations + 1):
        short, longer = divmod(permutations, count)
        rows = [short + 1] * longer + [short] * (count - longer)
        if recall(rows, threshold) >= least:
            return count
    return None


def bucket_pairs(keys: Sequence[int], items: Sequence[int], bound: int) -> set[tuple[int, int]]:
    """Pairs of items under equal keys: all of a small bucket, a star of a large one."""
    pairs = set()
    for key in set(keys):
        bucket = sorted({item for k, item in zip(keys, items, strict=True) if k == key})
        if len(bucket) <= bound:
            pairs |= set(combinations(bucket, 2))
        else:
            pairs |= {(bucket[0], item) for item in bucket[1:]}
    return pairs


def tiles(left: Sequence[int], right: Sequence[int], width: int) -> list[tuple[int, int, int]]:
    """Greedy string tiling: the longest free run in both, again and again.

    Of runs equally long the first in the left text, then in the right one, is taken.
    """
    left_free, right_free = [True] * len(left), [True] * len(right)
    found = []
    while True:
        best = (0, 0, 0)
        for i in range(len(left)):
            for j in range(len(right)):
                n = 0
                while (
                    i + n < len(left)
                    and j + n < len(right)
                    and left[i + n] == right[j + n]
                    and left_free[i + n]
                    and right_free[j + n]
                ):
                    n += 1
                if n > best[2]:
                    best = (i, j, n)
        i, j, n = best
        if n < width:
            return sorted(found)
        left_free[i : i + n] = [False] * n
        right_free[j : j + n] = [False] * n
        found.append(best)


def longest_run(left: Sequence[int], right: Sequence[int]) -> int:
    """The most words in a row that both texts have."""
    longest = 0
    ending = [0] * (len(right) + 1)
    for word in left:
        ending = [0] + [ending[j] + 1 if word == right[j] else 0 for j in range(len(right))]
        longest = max(longest, *ending)
    return longest


def counts(
    left: Sequence[int],
    right: Sequence[int],
    left_flags: Sequence[int],
    right_flags: Sequence[int],
    tiles: Sequence[tuple[int, int, int]],
    width: int,
) -> dict[str, int]:
    """The columns of a comparison, from the texts and the tiles."""
    a, b = set(shingles(left, width)), set(shingles(right, width))
    weights = [sum(_weight(flag) for flag in left_flags[i : i + n]) for i, _, n in tiles]
    out = {
        "shared": len(a & b),
        "left_shingles": len(a),
        "right_shingles": len(b),
        "left_words": len(left),
        "right_words": len(right),
        "tiled": sum(n for _, _, n in tiles),
        "longest": max((n for _, _, n in tiles), default=0),
        "tiled_plain": int(sum(weights)),
        "longest_plain": int(max(weights, default=0)),
    }
    left_tiled = {i + k for i, _, n in tiles for k in range(n)}
    right_tiled = {j + k for _, j, n in tiles for k in range(n)}
    sides = (
        ("left", left, left_flags, left_tiled, right),
        ("right", right, right_flags, right_tiled, left),
    )
    for side, own, flags, tiled, other in sides:
        missing = Counter(
            _sort_of(flags[i]) for i in range(len(own)) if i not in tiled and own[i] not in other
        )
        for sort in ("figures", "names", "plain"):
            out[f"{side}_{sort}"] = missing[sort]
    return out


def _sort_of(flag: int) -> str:
    if flag & FIGURE:
        return "figures"
    return "names" if flag & CAPITAL and not flag & OPENS else "plain"


def _weight(flag: int) -> float:
    """What a tiled word counts towards plain words; a character counts half a word."""
    if _sort_of(flag) != "plain":
        return 0
    return 0.5 if flag & ALONE else 1


def passage(tiles: Sequence[tuple[int, int, int]], kind: str, size: int) -> tuple[int, int]:
    """The words of the right text that a match covers: first, and after the last.

    All of `same`; of a copied clause the longest tile and those near it in the left text; of the
    others from the first tile to the last. What covers 0.8 of a text is the whole of it.
    """
    around = list(tiles)
    if kind == "partial":
        longest = max(range(len(tiles)), key=lambda t: (tiles[t][2], -t))
        low = high = longest
        while low > 0 and tiles[low][0] - sum(tiles[low - 1][::2]) <= 10:
            low -= 1
        while high + 1 < len(tiles) and tiles[high + 1][0] - sum(tiles[high][::2]) <= 10:
            high += 1
        around = around[low : high + 1]
    start = min((j for _, j, _ in around), default=0)
    end = max((j + n for _, j, n in around), default=0)
    return (0, size) if kind == "same" or end - start >= 0.8 * size else (start, end)


def stars(passages: dict[tuple[int, int], tuple[int, int]]) -> dict[int, list[int]]:
    """Each first text with its members, from the passage of every match.

    Texts gather in order; a passage half of which an earlier family has, stays there.
    """
    families: dict[int, list[int]] = {}
    claims: dict[int, list[tuple[int, int]]] = {}
    for (head, text), (start, end) in sorted(passages.items()):
        taken = sum(
            len(set(range(start, end)) & set(range(*other))) for other in claims.get(text, [])
        )
        if taken < 0.5 * (end - start):
            families.setdefault(head, []).append(text)
            claims.setdefault(text, []).append((start, end))
    return families


def covered(tiles_of: dict[tuple[int, int], list[tuple[int, int, int]]], text: int) -> int:
    """How many words of a text stand in an earlier one."""
    words = {
        j + k
        for (_, right), tiles in tiles_of.items()
        if right == text
        for _, j, n in tiles
        for k in range(n)
    }
    return len(words)


def characters(text: bytes, base: int, position: int) -> int:
    """Characters between two bytes."""
    return len(text[base:position].decode())


def collapse(
    folded: Sequence[tuple[str, ...]], stories: Sequence[int], least: int
) -> tuple[list[list[int]], set[int]]:
    """The paragraphs of each distinct text in order of first occurrence, and the furniture."""
    places: dict[tuple[str, ...], list[int]] = {}
    for number, words in enumerate(folded):
        places.setdefault(words, []).append(number)
    texts = [rows for words, rows in places.items() if len(words) >= least]
    furniture = {
        row
        for words, rows in places.items()
        if 0 < len(words) < least and len({stories[r] for r in rows}) > 1
        for row in rows
    }
    return texts, furniture


def leads(pairs: Sequence[tuple[int, int]], count: int, most: int) -> tuple[list[int], list[int]]:
    """The first item that each is joined with, and the number of the pair that joins it, or -1.

    An item takes the pair with a lower item that needs the fewest steps, `most` of all; of several
    the one with the lowest item.
    """
    lead, steps, by = list(range(count)), [0] * count, [-1] * count
    for item in range(count):
        ways = [
            (steps[low] + 1, low, k)
            for k, (low, high) in enumerate(pairs)
            if high == item and steps[low] < most
        ]
        if ways:
            steps[item], low, by[item] = min(ways)
            lead[item] = lead[low]
    return lead, by


def near_duplicates(sets: Sequence[set], share: float) -> set[tuple[int, int]]:
    """All pairs in which the other set holds this share of the smaller one."""
    return {
        (i, j)
        for i, j in combinations(range(len(sets)), 2)
        if sets[i] and sets[j] and len(sets[i] & sets[j]) >= share * min(len(sets[i]), len(sets[j]))
    }
