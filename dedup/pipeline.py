"""From stories to a report: the steps, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from dedup import lsh, passages
from dedup.alike import alike_stories
from dedup.background import Background
from dedup.errors import BadInput
from dedup.evidence import evidence
from dedup.families import assemble
from dedup.intake import take_in
from dedup.kernels import I64, chunks
from dedup.match import match
from dedup.occurrences import occurrences
from dedup.paragraphs import split
from dedup.readers import read, read_table
from dedup.report import Columns, Report
from dedup.settings import DEFAULTS, Settings
from dedup.shingles import Shingles, shingle
from dedup.stories import Corpus, Story, batch_of_stories, corpus_of
from dedup.terms import FEW, KEPT, Keys, known, rare_pairs
from dedup.texts import CHUNK
from dedup.tokens import Tokens, fold_table, tokenise
from dedup.wordings import join_wordings

Source = str | Path | Iterable[str | Path | Story | tuple[str, str]] | Any
Progress = Callable[[str, float], None]


def scan(
    source: Source,
    settings: Settings = DEFAULTS,
    *,
    fields: Mapping[str, str] | None = None,
    encoding: str = "utf-8",
    skip_bad: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Find the recycled paragraphs of a corpus.

    source: a path or several (files, folders, globs, "-"), or stories (`Story` or (id, text)), or a
        table (Arrow, Polars, pandas, DuckDB: whatever has `__arrow_c_stream__`).
    fields: which field is which, where the usual names do not tell, as {"text": "story_body"}.
    encoding: of text files, JSON Lines and CSV.
    skip_bad: leave out what cannot be read, and list it in the report.
    progress: called with the name of a step and the share of the work that is done.

    Raises:
        BadInput: something cannot be read, or two stories have one id.
        BadSetting: the settings cannot be met.
    """
    tell = progress or _silent
    tell("reading", 0.0)
    corpus = corpus_from(source, fields=fields, encoding=encoding, skip_bad=skip_bad)
    return scan_corpus(corpus, settings, tell)


def _silent(step: str, share: float) -> None:
    pass


def corpus_from(
    source: Source,
    *,
    fields: Mapping[str, str] | None = None,
    encoding: str = "utf-8",
    skip_bad: bool = False,
) -> Corpus:
    """The stories of a source, as `scan` takes it.

    Raises:
        BadInput: something cannot be read, or two stories have one id.
    """
    if isinstance(source, str | Path):
        return read([source], fields=fields, encoding=encoding, skip_bad=skip_bad)
    if hasattr(source, "__arrow_c_stream__"):
        return read_table(source, fields=fields, skip_bad=skip_bad)
    if not isinstance(source, Iterable):
        raise BadInput(
            f"{type(source).__name__} is not a corpus",
            remedy="Pass paths, stories, or a table with __arrow_c_stream__.",
        )
    given = iter(source)
    first = list(zip(range(1), given))  # noqa: B905 (one element, or none)
    everything = chain((element for _, element in first), given)
    if first and isinstance(first[0][1], str | Path):
        return read(everything, fields=fields, encoding=encoding, skip_bad=skip_bad)
    return corpus_of([batch_of_stories(everything)], skip_bad=skip_bad)


def scan_corpus(corpus: Corpus, settings: Settings = DEFAULTS, tell: Progress = _silent) -> Report:
    """Find the recycled paragraphs of a corpus that has been read."""
    threads = settings.threads
    tell("paragraphs", 0.1)
    table = fold_table(corpus.buffer, threads=threads)
    paragraphs = split(corpus.buffer, corpus.starts, corpus.ends, threads=threads)
    tell("texts", 0.15)
    taken = take_in(
        corpus.buffer,
        paragraphs,
        table,
        stories=len(corpus),
        min_words=settings.min_words,
        width=settings.shingle,
        passage=settings.passage,
        permutations=settings.permutations,
        seed=settings.seed,
        threshold=settings.threshold,
        recall=settings.recall,
        threads=threads,
    )
    texts, first = taken.texts, taken.texts.first
    starts, ends = paragraphs.starts[first], paragraphs.ends[first]
    parts = chunks(ends - starts, CHUNK)

    def tokens_of(chosen: slice | I64) -> Tokens:
        return tokenise(corpus.buffer, starts[chosen], ends[chosen], table)

    tell("candidates", 0.35)
    by_sketch = lsh.agreeing(taken.keys, bucket=settings.bucket, threads=threads)
    stories_by_sketch = taken.keyed[
        lsh.agreeing(taken.story_keys, bucket=settings.bucket, threads=threads)
    ]
    runs = passages.repeated(
        parts,
        lambda part: shingle(tokens_of(part), width=settings.passage),
        taken.runs,
        threads=threads,
    )
    by_passage = passages.candidates(runs, len(texts), bucket=settings.bucket)
    offsets = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum(texts.words[first], out=offsets[1:])
    background = Background(
        taken.words,
        known(taken.drafts, taken.words, threads=threads),
        passages.well_worn(runs, offsets, width=settings.passage),
        offsets,
    )
    by_words = _by_rare_words(parts, background, len(texts), settings)
    tell("matches", 0.5)
    matches = match(
        np.concatenate((by_sketch, by_passage)),
        tokens_of,
        by_words=by_words,
        stories=paragraphs.stories[first],
        background=background,
        width=settings.shingle,
        containment=settings.containment,
        partial_words=settings.partial_words,
        threads=threads,
    )
    tell("families", 0.8)
    families = join_wordings(assemble(matches, texts, paragraphs.stories), matches, texts)
    places = occurrences(families, matches, texts)
    tell("stories", 0.9)

    def shingles_of(stories: I64) -> Shingles:
        tokens = tokenise(corpus.buffer, corpus.starts[stories], corpus.ends[stories], table)
        return shingle(tokens, width=settings.shingle)

    of_story = paragraphs.stories[places.paragraphs]
    alike = alike_stories(
        np.stack((of_story[places.firsts], of_story), axis=1),
        np.diff(places.words, axis=1)[:, 0],
        words=np.bincount(paragraphs.stories, texts.words, len(corpus)).astype(np.int64),
        sketched=stories_by_sketch,
        shingles_of=shingles_of,
        story_threshold=settings.story_threshold,
        threads=threads,
    )
    tell("done", 1.0)
    return Report(
        Columns(
            corpus=corpus,
            settings=settings,
            paragraphs=paragraphs,
            texts=texts,
            fold=table,
            matches=matches,
            places=places,
            evidence=evidence(matches, tokens_of, taken.words),
            alike=alike,
        )
    )


def _by_rare_words(
    parts: list[slice], background: Background, count: int, settings: Settings
) -> I64:
    """Candidate pairs that may retell each other, int64 (pairs, 2)."""
    if count <= FEW:
        return np.stack(np.triu_indices(count, 1), axis=1).astype(np.int64)

    def keys_of(part: slice) -> Keys:
        return rare_pairs(background.terms.heaviest[part])

    keys = count * KEPT * (KEPT - 1) // 2
    repeats = passages.marked(parts, keys_of, keys=keys, threads=settings.threads)
    found = passages.repeated(parts, keys_of, repeats, threads=settings.threads)
    return passages.candidates(found, count, bucket=settings.bucket)
