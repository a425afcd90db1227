"""The first run after an install, in little more than half the time: two processes compile at once.

numba compiles one kernel at a time in a process, and keeps what it compiled on disk. So while the
first steps compile their kernels, a second process compiles those that compare texts, and some of
the steps after, by comparing two of a few words. Once the first process gets there it does not wait
idly either: it compiles the kernels of the other steps after, by gathering a made-up match.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from dedup.kernels import read_only

_WAIT = 120  # seconds, after which the first process compiles for itself


def start() -> Callable[[], None]:
    """Compile what compares texts in another process; call the result before comparing any."""
    try:
        other = subprocess.Popen(
            [sys.executable, "-P", "-m", "dedup.warm"],  # -P: not one in the current folder
            env={**os.environ, "PYTHONPATH": _search_path()},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return lambda: None

    def wait() -> None:
        try:
            gather_a_match()
            other.wait(_WAIT)
        except subprocess.TimeoutExpired:
            pass
        except BaseException:
            other.kill()
            raise

    return wait


def _search_path() -> str:
    """Where the other process finds this very package first."""
    own = str(Path(__file__).resolve().parents[1])
    return os.pathsep.join(filter(None, (own, os.environ.get("PYTHONPATH"))))


_SIZE = 30  # words of a text
_TEXTS = np.arange(2, dtype=np.int64)
_BOUNDS = np.array([0, _SIZE, 2 * _SIZE], dtype=np.int64)


def compare_two_texts() -> None:
    """Compare two texts of which one is the other with its first word changed; look around them."""
    from dedup.background import Background
    from dedup.blocks import beside
    from dedup.families import covered
    from dedup.match import match
    from dedup.terms import CLASS_BITS, KEPT, Terms
    from dedup.tokens import Tokens
    from dedup.vocabulary import Vocabulary
    from dedup.wordings import leads

    places = np.arange(2 * _SIZE, dtype=np.int64)
    values = (places % _SIZE).astype(np.uint64)
    values[0] = _SIZE
    flags = np.zeros(2 * _SIZE, dtype=np.uint8)
    tokens = Tokens(values, places, places + 1, flags, _BOUNDS, values)
    # Made by hand: the kernels that count words are compiled by the first process meanwhile.
    slots, ones = np.arange(2 * _SIZE, dtype=np.int32) % _SIZE, np.ones(_SIZE, dtype=np.float32)
    sizes, totals = np.full(2, _SIZE, dtype=np.int32), np.ones((2, 2))
    heaviest = np.full((2, KEPT), -1, dtype=np.int32)
    known = Background(
        Vocabulary(np.ones(_SIZE, dtype=np.int32), ones, np.zeros(_SIZE, dtype=np.bool_)),
        Terms(slots << CLASS_BITS, sizes, totals, heaviest, _BOUNDS, ones),
        np.zeros(2 * _SIZE, dtype=np.uint8),
        _BOUNDS,
    )
    pair = _TEXTS.reshape(1, 2)
    found = match(
        pair, lambda _: tokens, stories=_TEXTS, by_words=pair, background=known, threads=1
    )
    beside(found.pairs, found.kinds, _TEXTS, _TEXTS, _TEXTS, lambda _: tokens, known, threads=1)
    covered(found, sizes)
    leads(pair, 2)


def gather_a_match() -> None:
    """Take the steps that follow a match of two texts."""
    from dedup.alike import alike_stories
    from dedup.characters import characters
    from dedup.compare import Comparison, joined
    from dedup.families import assemble
    from dedup.furniture import LongestRuns, furniture_keys
    from dedup.kinds import EDITED
    from dedup.matches import Matches
    from dedup.shingles import Shingles
    from dedup.texts import Texts

    pair = _TEXTS.reshape(1, 2)
    columns = joined([]).counts.shape[1]
    found = Comparison(
        np.full((1, columns), _SIZE, dtype=np.int32),
        np.array([[1, 1, _SIZE - 1]], dtype=np.int32),
        _TEXTS,
    )
    kinds, runs = np.array([EDITED], dtype=np.uint8), np.zeros((1, 4), dtype=np.int64)
    matches = Matches(pair, kinds, found, runs)
    texts = Texts(
        words=np.full(2, _SIZE, dtype=np.int32),
        of=_TEXTS,
        furniture=np.zeros(2, dtype=bool),
        fingerprints=_TEXTS.astype(np.uint64),
        occurrences=_TEXTS,
        offsets=np.arange(3, dtype=np.int64),
    )
    every = np.ones(1, dtype=np.bool_)
    runs_alone = LongestRuns(every, every, np.ones(1, dtype=np.uint64), np.ones(1, dtype=np.int32))
    furniture_keys(runs_alone, pair, every)
    characters(read_only(np.array([0xC3, 0xA9], dtype=np.uint8))).before(_TEXTS * 2)
    assemble(matches, texts, _TEXTS)
    alike_stories(
        pair,
        np.array([_SIZE], dtype=np.int64),
        words=np.full(2, _SIZE, dtype=np.int64),
        sketched=pair,
        shingles_of=lambda _: Shingles(np.arange(2 * _SIZE, dtype=np.uint64), _BOUNDS, 3),
        threads=1,
    )


if __name__ == "__main__":
    gc.disable()  # compiling makes much garbage, and collecting it would take a sixth of the time
    compare_two_texts()
