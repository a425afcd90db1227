"""What the corpus knows of its words, taken for some texts."""

from __future__ import annotations

from dedup.background import Background
from tests.conftest import numbered


def test_learned_from_the_words_alone_nothing_is_worn():
    tokens = numbered([1, 2, 3], [], [1, 2])

    known = Background.of(lambda _: tokens, len(tokens))

    assert known.worn.tolist() == [False] * 5
    assert known.offsets.tolist() == [0, 3, 3, 5]
    assert known.words.texts[known.words.slots(tokens.stems)].tolist() == [2, 2, 1, 2, 2]
