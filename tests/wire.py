"""Small made-up corpora whose recycling is known."""

from __future__ import annotations

import random

from dedup import Story

WORDS = (  # noqa: SIM905 (a list of words reads best as one)
    "river council bridge repair winter harbour treaty minister vote budget school ferry rain"
    " market signal engine captain border letter garden window paper silver copper cotton sugar"
    " doctor lawyer farmer driver painter singer station airport library museum theatre castle"
    " morning evening summer autumn spring island valley mountain forest desert meadow orchard"
).split()


def paragraph(draw: random.Random, words: int = 30) -> str:
    """Some words in a random order, as one sentence."""
    return " ".join(draw.choices(WORDS, k=words)).capitalize() + "."


def edited(draw: random.Random, text: str, changes: int) -> str:
    """The text with some of its words replaced."""
    words = text.split()
    for place in draw.sample(range(1, len(words)), changes):
        words[place] = draw.choice(WORDS)
    return " ".join(words)


def corpus(seed: int, stories: int = 12) -> list[Story]:
    """Stories of new paragraphs; every second carries a background, more or less edited."""
    draw = random.Random(seed)
    backgrounds = [paragraph(draw, 40) for _ in range(3)]
    found = []
    for number in range(stories):
        text = [paragraph(draw) for _ in range(draw.randint(1, 4))]
        if number % 2:
            background = edited(draw, draw.choice(backgrounds), draw.choice((0, 0, 1, 4)))
            text.insert(draw.randint(0, len(text)), background)
        found.append(Story(f"s{number:02}", "\n\n".join(text)))
    return found
