"""One story from a file: the only one in it, or the one named after a #."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dedup.errors import BadInput, quoted
from dedup.readers import read
from dedup.stories import Corpus, Story

_NAMED = 5  # ids that a sentence names


def story_from(
    place: str | Path,
    *,
    fields: Mapping[str, str] | None = None,
    encoding: str = "utf-8",
    skip_bad: bool = False,
) -> Story:
    """The story at PATH, or at PATH#ID where a file holds several; the rest as `scan` takes it.

    Raises:
        BadInput: it cannot be read, holds several stories and none is named, or not that one.
    """
    path, wanted = str(place), None
    if not Path(path).exists() and "#" in path:
        path, wanted = path.split("#", 1)
    corpus = read([path], fields=fields, encoding=encoding, skip_bad=skip_bad)
    ids = corpus.ids.to_pylist()
    if wanted is not None:
        if wanted not in ids:
            raise BadInput(
                f"no story has the id {quoted(wanted)}",
                where=path,
                remedy=f"There are {_listed(ids)}.",
            )
        return _story(corpus, ids.index(wanted))
    if len(ids) != 1:
        raise BadInput(
            f"{len(ids):,} stories, and one is compared",
            where=path,
            remedy=f"Name one as {path}#ID; there are {_listed(ids)}."
            if ids
            else "Name a file that holds a story.",
        )
    return _story(corpus, 0)


def _listed(ids: list[str]) -> str:
    more = ", …" if len(ids) > _NAMED else ""
    return ", ".join(quoted(name) for name in ids[:_NAMED]) + more


def _story(corpus: Corpus, position: int) -> Story:
    return Story(
        id=corpus.ids[position].as_py(),
        text=corpus.text(position),
        headline=corpus.headlines[position].as_py(),
        source=corpus.sources[position].as_py(),
        published=corpus.date(position),
        version=int(corpus.versions[position]),
    )
