"""Adds stories to an index until it is killed, and says of each when it is in."""

import sys

from dedup import Story
from dedup.index import Index
from tests import wire

with Index.open(sys.argv[1]) as index:
    seed = len(index)
    while True:
        seed += 1
        for story in wire.corpus(seed, stories=12):
            name = f"{seed}-{story.id}"
            index.add(Story(name, story.text))
            print(name, flush=True)
