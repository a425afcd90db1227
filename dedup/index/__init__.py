"""A memory of stories on disk, asked and added to one story at a time.

index       `Index`: the door to all of it
store       the SQLite file: schema, settings, who may write
write       stories in, stories out
view        what one moment of the file holds, as a reader sees it
neighbours  the part of the index that a story has to be compared with
at_hand     the texts that were come across on the way, and their words
judge       that part and the story, judged by the steps of a scan
verdict     what is said of a story
"""

from dedup.index.index import Index
from dedup.index.verdict import Earlier, Seen, Verdict

__all__ = ["Earlier", "Index", "Seen", "Verdict"]
