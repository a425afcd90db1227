"""From stories to a report: the steps, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from dedup.alike import alike_stories
from dedup.blocks import beside
from dedup.candidates import Candidates, find_candidates
from dedup.errors import BadInput
from dedup.evidence import evidence
from dedup.families import assemble
from dedup.intake import take_in
from dedup.kernels import I64, chunks
from dedup.match import match
from dedup.matches import Matches
from dedup.occurrences import occurrences
from dedup.paragraphs import Paragraphs, split
from dedup.ragged import sizes_of
from dedup.readers import read, read_table
from dedup.report.columns import Columns
from dedup.report.model import Report
from dedup.scratch import Scratch, passed, release
from dedup.settings import DEFAULTS, Settings
from dedup.shingles import Shingles, shingle
from dedup.similarity import Similarity, with_similar
from dedup.stories import Corpus, Story, batch_of_stories, corpus_of
from dedup.texts import CHUNK, Texts
from dedup.tokens import FoldTable, Tokens, fold_table, tokenise
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
    similarity: Similarity | None = None,
    similar: float = 0.8,
) -> Report:
    """Find the recycled paragraphs of a corpus.

    source: a path or several (files, folders, globs, "-"), or stories (`Story` or (id, text)), or a
        table (Arrow, Polars, pandas, DuckDB: whatever has `__arrow_c_stream__`).
    fields: which field is which, where the usual names do not tell, as {"text": "story_body"}.
    encoding: of text files, JSON Lines and CSV.
    skip_bad: leave out what cannot be read, and list it in the report.
    progress: called with the name of a step and the share of the work that is done.
    similarity: a measure of your own for retellings in other words, such as the cosine of two
        embeddings: called with two lists of paragraphs that share some words and are no match, it
        gives a number for each pair, which is `rewritten` if it is `similar` or more.

    Raises:
        BadInput: something cannot be read, two stories have one id, or `similarity` gives no
            numbers.
        BadSetting: the settings cannot be met.
    """
    tell = progress or _silent
    tell("reading", 0.0)
    scratch = Scratch(settings.memory)
    corpus = corpus_from(
        source, fields=fields, encoding=encoding, skip_bad=skip_bad, scratch=scratch
    )
    measure = partial(with_similar, similarity=similarity, similar=similar) if similarity else None
    return scan_corpus(corpus, settings, tell, scratch, measure)


def _silent(step: str, share: float) -> None:
    pass


def corpus_from(
    source: Source,
    *,
    fields: Mapping[str, str] | None = None,
    encoding: str = "utf-8",
    skip_bad: bool = False,
    scratch: Scratch | None = None,
) -> Corpus:
    """The stories of a source, as `scan` takes it.

    Raises:
        BadInput: something cannot be read, or two stories have one id.
    """
    scratch = scratch or Scratch(DEFAULTS.memory)
    if isinstance(source, str | Path):
        return read([source], fields=fields, encoding=encoding, skip_bad=skip_bad, scratch=scratch)
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
        return read(
            everything, fields=fields, encoding=encoding, skip_bad=skip_bad, scratch=scratch
        )
    return corpus_of([batch_of_stories(everything)], skip_bad=skip_bad)


def scan_corpus(
    corpus: Corpus,
    settings: Settings = DEFAULTS,
    tell: Progress = _silent,
    scratch: Scratch | None = None,
    measure: Callable[..., Matches] | None = None,
) -> Report:
    """Find the recycled paragraphs of a corpus that has been read.

    measure: what adds matches to those found, as with_similar does.
    """
    scratch = scratch or Scratch(settings.memory)
    scratch.expect(len(corpus.buffer))
    threads = settings.threads
    tell("paragraphs", 0.1)
    table = fold_table(corpus.buffer, threads=threads)
    paragraphs = split(corpus.buffer, corpus.starts, corpus.ends, threads=threads).stored(scratch)
    release()
    tell("texts", 0.15)
    texts, candidates, tokens_of = _texts(corpus, paragraphs, table, settings, tell, scratch)
    tell("matches", 0.5)
    matches = match(
        candidates.by_runs,
        tokens_of,
        by_words=candidates.by_words,
        stories=paragraphs.stories[texts.first],
        background=candidates.background,
        outlines=candidates.outlines,
        width=settings.shingle,
        containment=settings.containment,
        partial_words=settings.partial_words,
        further=partial(
            beside,
            of=texts.of,
            stories=paragraphs.stories,
            first=texts.first,
            tokens_of=tokens_of,
            background=candidates.background,
            width=settings.shingle,
            threads=threads,
        ),
        threads=threads,
        scratch=scratch,
    )
    release()
    if measure:
        matches = measure(
            matches, np.concatenate((candidates.by_runs, candidates.by_words)),
            paragraphs.stories[texts.first], partial(_written, corpus, paragraphs, texts),
            tokens_of, sizes_of(candidates.background.offsets), width=settings.shingle,
            scratch=scratch,
        )  # fmt: skip
    release()
    tell("families", 0.8)
    families = join_wordings(assemble(matches, texts, paragraphs.stories), matches, texts)
    places = occurrences(families, matches, texts)
    release()
    tell("stories", 0.9)

    def shingles_of(stories: I64) -> Shingles:
        own = corpus.starts[stories], corpus.ends[stories]
        tokens = tokenise(corpus.buffer, *own, table)
        passed()
        return shingle(tokens, width=settings.shingle)

    of_story = paragraphs.stories[places.paragraphs]
    alike = alike_stories(
        np.stack((of_story[places.firsts], of_story), axis=1),
        np.diff(places.words, axis=1)[:, 0],
        words=np.bincount(paragraphs.stories, texts.words, len(corpus)).astype(np.int64),
        sketched=candidates.stories,
        shingles_of=shingles_of,
        story_threshold=settings.story_threshold,
        threads=threads,
    )
    shared = evidence(matches, tokens_of, candidates.background.words)
    release()
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
            evidence=shared,
            alike=alike,
        )
    )


def _texts(
    corpus: Corpus,
    paragraphs: Paragraphs,
    table: FoldTable,
    settings: Settings,
    tell: Progress,
    scratch: Scratch,
) -> tuple[Texts, Candidates, Callable[[slice | I64], Tokens]]:
    """The distinct texts, which are worth comparing, and what cuts some of them into words.

    What else was learned is let go.
    """
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
        threads=settings.threads,
        scratch=scratch,
    )
    release()
    tell("candidates", 0.35)
    first = taken.texts.first
    starts, ends = scratch.stored(paragraphs.starts[first]), scratch.stored(paragraphs.ends[first])

    def tokens_of(chosen: slice | I64) -> Tokens:
        tokens = tokenise(corpus.buffer, starts[chosen], ends[chosen], table)
        passed()
        return tokens

    candidates = find_candidates(
        taken,
        chunks(ends - starts, CHUNK),
        tokens_of,
        passage=settings.passage,
        bucket=settings.bucket,
        word_bucket=settings.word_bucket,
        threads=settings.threads,
        scratch=scratch,
    )
    return taken.texts, candidates, tokens_of


def _written(corpus: Corpus, paragraphs: Paragraphs, texts: Texts, chosen: I64) -> list[str]:
    """Some texts as they are written where they stand first."""
    first = texts.first[chosen]
    spans = zip(paragraphs.starts[first].tolist(), paragraphs.ends[first].tolist(), strict=True)
    return [corpus.buffer[start:end].tobytes().decode() for start, end in spans]
