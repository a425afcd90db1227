"""The first run after an install, in half the time: two processes compile at once.

numba compiles one kernel at a time in a process, and keeps what it compiled on disk. So while the
first steps compile their kernels, a second process compiles those of the later steps, by taking
these steps with two texts of a few words.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import numpy as np

_WAIT = 120  # seconds, after which the first process compiles for itself


def start() -> Callable[[], None]:
    """Compile the kernels of the later steps in another process; call the result to wait for it."""
    try:
        other = subprocess.Popen(
            [sys.executable, "-m", "dedup.warm"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return lambda: None

    def wait() -> None:
        try:
            other.wait(_WAIT)
        except BaseException:
            other.kill()
            raise

    return wait


def take_later_steps() -> None:
    """Match, gather and weigh two texts of which one is the other with a word changed."""
    from dedup.alike import alike_stories
    from dedup.families import assemble, covered
    from dedup.match import match
    from dedup.minhash import Signatures
    from dedup.shingles import Shingles
    from dedup.texts import Texts
    from dedup.tokens import Tokens

    size = 30
    places = np.arange(2 * size, dtype=np.int64)
    values = (places % size).astype(np.uint64)
    values[0] = size
    offsets = np.array([0, size, 2 * size], dtype=np.int64)
    tokens = Tokens(values, places, places + 1, np.zeros(2 * size, dtype=np.uint8), offsets)
    one_each = np.arange(2, dtype=np.int64)
    texts = Texts(
        words=np.full(2, size, dtype=np.int32),
        of=one_each,
        furniture=np.zeros(2, dtype=bool),
        fingerprints=one_each.astype(np.uint64),
        occurrences=one_each,
        offsets=np.arange(3, dtype=np.int64),
    )
    pair = one_each.reshape(1, 2)
    matches = match(pair, lambda _: tokens, stories=one_each, threads=1)
    assemble(matches, texts, one_each)
    covered(matches, 2)
    alike_stories(
        pair,
        np.array([size], dtype=np.int64),
        words=np.full(2, size, dtype=np.int64),
        signatures=Signatures(np.zeros((2, 128), dtype=np.uint32), 1, 3),
        texts=one_each,
        bounds=np.arange(3, dtype=np.int64),
        shingles_of=lambda _: Shingles(values, offsets, 3),
        threads=1,
    )


if __name__ == "__main__":
    take_later_steps()
