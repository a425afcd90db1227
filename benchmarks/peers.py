"""One tool's way from a file to near-duplicate pairs, as a process of its own.

    python benchmarks/peers.py TOOL CORPUS OUT

CORPUS is JSON Lines with `id` and `text`. The pairs whose word 5-grams have a Jaccard similarity of
0.7 or more, with 128 permutations, are written to OUT as an array of lines, int64 (pairs, 2). Each
tool is used as its documentation does, by the fastest way that it documents, on lower-case words:

datasketch   MinHash.bulk, scheme affine32; MinHashLSH at threshold 0.7 with its own choice of
             bands; query returns candidates, and a pair is one whose estimate is 0.7 or more.
rensa        RMinHash.from_token_sets, RMinHashLSH with 16 bands, query_all, and its estimate.
gaoya        MinHashStringIndex, which cuts the words and verifies by its estimate itself:
             par_bulk_insert_docs and par_bulk_query, 25 bands of 5 and ids in "smallvec".
daft         normalize and minhash; it has no index, so that bands of 5 are put together in NumPy
             with sorted keys, which is faster than its own joins; pairs by the same estimate.

All of them report on the word of their sketch.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

THRESHOLD, PERMUTATIONS, WIDTH = 0.7, 128, 5
_WORD = re.compile(r"\w+")


def texts_of(path: Path) -> list[str]:
    with path.open("rb") as lines:
        return [json.loads(line)["text"] for line in lines]


def grams(text: str) -> list[str]:
    words = _WORD.findall(text.lower())
    return [" ".join(words[k : k + WIDTH]) for k in range(max(1, len(words) - WIDTH + 1))]


def datasketch_pairs(texts: list[str]) -> Iterable[tuple[int, int]]:
    from datasketch import MinHash, MinHashLSH

    encoded = ([gram.encode() for gram in grams(text)] for text in texts)
    sketches = MinHash.bulk(encoded, num_perm=PERMUTATIONS, scheme="affine32")
    index = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)
    with index.insertion_session() as session:
        for text, sketch in enumerate(sketches):
            session.insert(text, sketch, check_duplication=False)
    for text, sketch in enumerate(sketches):
        for other in index.query(sketch):
            if other > text and sketch.jaccard(sketches[other]) >= THRESHOLD:
                yield text, other


def rensa_pairs(texts: list[str]) -> Iterable[tuple[int, int]]:
    from rensa import RMinHash, RMinHashLSH

    sketches = RMinHash.from_token_sets(map(grams, texts), num_perm=PERMUTATIONS, seed=42)
    index = RMinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS, num_bands=16)
    index.insert_many(sketches)
    for text, near in enumerate(index.query_all(sketches)):
        own = sketches[text]
        for other in near:
            if other > text and own.jaccard(sketches[other]) >= THRESHOLD:
                yield text, other


def gaoya_pairs(texts: list[str]) -> Iterable[tuple[int, int]]:
    from gaoya.minhash import MinHashStringIndex

    index = MinHashStringIndex(
        hash_size=32,
        jaccard_threshold=THRESHOLD,
        num_bands=25,
        band_size=5,
        num_hashes=PERMUTATIONS,
        analyzer="word",
        lowercase=True,
        ngram_range=(WIDTH, WIDTH),
        id_container="smallvec",
    )
    index.par_bulk_insert_docs(list(range(len(texts))), texts)
    step = 100_000
    for first in range(0, len(texts), step):
        for text, near in enumerate(index.par_bulk_query(texts[first : first + step]), first):
            yield from ((text, other) for other in near if other > text)


def daft_pairs(path: Path) -> np.ndarray:
    import daft
    from daft.functions import minhash, normalize

    column = normalize(daft.col("text"), remove_punct=True, lowercase=True, white_space=True)
    sketched = daft.read_json(str(path)).select(
        minhash(column, num_hashes=PERMUTATIONS, ngram_size=WIDTH, hash_function="xxhash").alias(
            "m"
        )
    )
    chunks = sketched.to_arrow()["m"].chunks
    rows = np.concatenate([chunk.flatten().to_numpy() for chunk in chunks])
    rows = rows.reshape(-1, PERMUTATIONS)
    found = [np.empty((0, 2), dtype=np.int64)]
    for first in range(0, PERMUTATIONS - 4, 5):
        band = rows[:, first : first + 5].astype(np.uint64)
        mixed = np.zeros(len(rows), dtype=np.uint64)
        for slot in range(5):
            mixed = (mixed ^ band[:, slot]) * np.uint64(0x9E3779B97F4A7C15)
            mixed ^= mixed >> np.uint64(29)
        order = np.argsort(mixed, kind="stable")
        found.append(_neighbours(mixed[order], order))
    pairs = np.unique(np.concatenate(found), axis=0)
    near = np.empty(len(pairs), dtype=bool)
    for first in range(0, len(pairs), 1 << 16):
        part = slice(first, first + (1 << 16))
        left, right = rows[pairs[part, 0]], rows[pairs[part, 1]]
        near[part] = (left == right).mean(axis=1) >= THRESHOLD
    return pairs[near]


def _neighbours(keys: np.ndarray, items: np.ndarray) -> np.ndarray:
    """All pairs of items under one key; keys are sorted."""
    found = []
    step = 1
    while True:
        rows = np.flatnonzero(keys[:-step] == keys[step:]) if step < len(keys) else np.empty(0, int)
        if not len(rows):
            return np.concatenate(found) if found else np.empty((0, 2), dtype=np.int64)
        found.append(np.sort(np.stack((items[rows], items[rows + step]), axis=1), axis=1))
        step += 1


FROM_TEXTS: dict[str, Callable[[list[str]], Iterable[tuple[int, int]]]] = {
    "datasketch": datasketch_pairs,
    "rensa": rensa_pairs,
    "gaoya": gaoya_pairs,
}
TOOLS = (*FROM_TEXTS, "daft")


def main() -> None:
    """Find the pairs."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("tool", choices=TOOLS)
    options.add_argument("corpus", type=Path)
    options.add_argument("out", type=Path)
    given = options.parse_args()
    if given.tool == "daft":
        pairs = daft_pairs(given.corpus)
    else:
        found: Iterator[tuple[int, int]] = iter(FROM_TEXTS[given.tool](texts_of(given.corpus)))
        pairs = np.array(list(found), dtype=np.int64).reshape(-1, 2)
    np.save(given.out, pairs)


if __name__ == "__main__":
    main()
