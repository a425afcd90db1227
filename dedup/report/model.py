"""The report, as a pipeline reads it: figures at once, objects when they are looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup.kinds import KINDS, RECYCLED
from dedup.report.columns import Columns
from dedup.report.values import (
    Family,
    Match,
    NearDuplicate,
    Occurrence,
    Passage,
    PastedRun,
    Rows,
    StoryShare,
    Summary,
)
from dedup.settings import Settings
from dedup.stories import Skipped

if TYPE_CHECKING:
    import pyarrow as pa

TABLES = (
    "stories",
    "families",
    "occurrences",
    "matches",
    "templates",
    "near_duplicate_stories",
    "furniture",
)


@dataclass(frozen=True, eq=False)
class Report:
    """What is recycled in a corpus. `columns` holds it all; the rest is made on demand."""

    columns: Columns

    def __getstate__(self) -> dict[str, Any]:
        """Without what was made on demand, so that it can be sent to another process."""
        return {"columns": self.columns}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the columns; the rest is made on demand again."""
        self.__dict__.update(state)

    @property
    def settings(self) -> Settings:
        """The settings it was made with."""
        return self.columns.settings

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """What could not be read and was left out."""
        return self.columns.corpus.skipped

    @cached_property
    def summary(self) -> Summary:
        """The figures that open the report."""
        columns = self.columns
        words, recycled, furniture = columns.story_words.sum(axis=0).tolist()
        dates = (
            [d for d in (columns.corpus.date(0), self._last_date()) if d]
            if len(columns.corpus)
            else []
        )
        families = self.table("families")
        kinds = families["kind"].to_pylist()
        frames = columns.frames
        return Summary(
            stories=len(columns.corpus),
            empty_stories=int(np.count_nonzero(columns.story_words[:, 0] == 0)),
            sources=len(set(columns.corpus.sources.unique().to_pylist()) - {""}),
            first_published=dates[0] if dates else None,
            last_published=dates[-1] if dates else None,
            paragraphs=len(columns.paragraphs),
            words=words,
            recycled_words=recycled,
            furniture_words=furniture,
            recycled=recycled / max(1, words - furniture),
            families=len(kinds),
            families_by_kind={KINDS[kind]: kinds.count(KINDS[kind]) for kind in RECYCLED},
            wordings=int(families["wordings"].to_numpy().sum()) - len(families),
            matches=len(columns.match_rows.links),
            templates=len(columns.templates),
            frames=len(np.unique(frames[frames >= 0])),
            furniture=len(columns.matches.pasted),
            near_duplicate_pairs=len(columns.alike),
            near_duplicate_groups=len(np.unique(columns.alike.groups)),
            expected_recall=columns.expected_recall,
            skipped=len(columns.corpus.skipped),
            replaced=columns.corpus.replaced,
        )

    def _last_date(self) -> datetime | None:
        published = self.columns.corpus.published
        dated = np.flatnonzero(published != np.iinfo(np.int64).max)
        return self.columns.corpus.date(int(dated[-1])) if len(dated) else None

    @cached_property
    def _made(self) -> dict[str, pa.Table]:
        return {}

    def table(self, name: str) -> pa.Table:
        """One of the tables that to_arrow gives."""
        if name not in self._made:
            from dedup.report import tables

            self._made[name] = getattr(tables, name)(self.columns)
        return self._made[name]

    def to_arrow(self) -> dict[str, pa.Table]:
        """The tables stories, families, occurrences, matches, templates, near_duplicate_stories
        and furniture.
        """
        return {name: self.table(name) for name in TABLES}

    @cached_property
    def families(self) -> Rows[Family]:
        """The families, in the order in which their first texts were published."""
        table, places = self.table("families"), self.table("occurrences")
        offsets = self.columns.places.offsets

        def make(start: int, end: int) -> list[Family]:
            low = int(offsets[start])
            rows = _rows(places, low, int(offsets[end]))
            out = []
            for k, row in enumerate(_rows(table, start, end), start):
                own = rows[int(offsets[k]) - low : int(offsets[k + 1]) - low]
                out.append(
                    Family(
                        **{
                            name: row[name]
                            for name in (
                                "id",
                                "kind",
                                "text",
                                "words",
                                "wordings",
                                "stories",
                                "sources",
                            )
                        },
                        occurrences=tuple(map(_occurrence, own)),
                    )
                )
            return out

        return Rows(len(table), make)

    @cached_property
    def matches(self) -> Rows[Match]:
        """The matched pairs of paragraphs, by the earlier one, then the later."""
        return _match_rows(self.table("matches"))

    @cached_property
    def templates(self) -> Rows[Match]:
        """Pairs whose sentence agrees and whose facts do not; they are not recycling."""
        return _match_rows(self.table("templates"))

    @cached_property
    def stories(self) -> Rows[StoryShare]:
        """Every story, by date, and how much of it was seen before."""
        table = self.table("stories")
        return Rows(len(table), lambda a, b: [StoryShare(**row) for row in _rows(table, a, b)])

    @cached_property
    def near_duplicate_stories(self) -> Rows[NearDuplicate]:
        """Pairs of whole stories that are mostly the same text."""
        table = self.table("near_duplicate_stories")
        return Rows(len(table), lambda a, b: [NearDuplicate(**row) for row in _rows(table, a, b)])

    @cached_property
    def furniture(self) -> Rows[PastedRun]:
        """Runs of words that pages pasted into paragraphs, the most frequent first."""
        table = self.table("furniture")
        return Rows(len(table), lambda a, b: [PastedRun(**row) for row in _rows(table, a, b)])

    def text(self, passage: Passage) -> str:
        """The words of a passage, as published.

        Raises:
            KeyError: no story has this id.
        """
        return self.columns.corpus.text(self._positions[passage.story])[passage.start : passage.end]

    def around(self, passage: Passage, margin: int) -> str:
        """A passage with up to `margin` characters of its paragraph on either side, whole words.

        Raises:
            KeyError: no story has this id.
        """
        columns, story = self.columns, self._positions[passage.story]
        first = int(np.searchsorted(columns.paragraphs.stories, story))
        start, end = columns.paragraph_spans[first + passage.paragraph].tolist()
        text = columns.corpus.text(story)
        low, high = max(start, passage.start - margin), min(end, passage.end + margin)
        before, after = text[low : passage.start], text[passage.end : high]
        if low > start and " " in before:
            before = before.split(" ", 1)[1]
        if high < end and " " in after:
            after = after.rsplit(" ", 1)[0]
        return before + text[passage.start : passage.end] + after

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {name: k for k, name in enumerate(self.columns.corpus.ids.to_pylist())}

    def to_json(self, path: str | Path) -> None:
        """Write the whole report as one JSON document; docs/report.md describes it.

        Raises:
            BadOutput: it cannot be written; what stood there before still does.
        """
        self.write(json=path)

    def to_jsonl(self, folder: str | Path) -> None:
        """Write families, matches, stories and the rest as JSON Lines, a file each.

        Raises:
            BadOutput: they cannot be written; what stood there before still does.
        """
        self.write(jsonl=folder)

    def to_csv(self, folder: str | Path) -> None:
        """Write families, occurrences, matches, stories and the rest as CSV, a file each.

        Raises:
            BadOutput: they cannot be written; what stood there before still does.
        """
        self.write(csv=folder)

    def write(
        self,
        *,
        json: str | Path | None = None,
        jsonl: str | Path | None = None,
        csv: str | Path | None = None,
    ) -> None:
        """Write the report in several forms, all of their files or none.

        json: a file. jsonl, csv: folders, made if they are missing.

        Raises:
            BadOutput: a file cannot be written; what stood in the place of each still does.
        """
        from dedup.report import as_csv, as_json, files

        fills: dict[Path, files.Fill] = {}
        if json is not None:
            fills[Path(json)] = partial(as_json.dump, self)
        if jsonl is not None:
            fills |= as_json.jsonl_files(self, files.folder(Path(jsonl)))
        if csv is not None:
            fills |= as_csv.csv_files(self, files.folder(Path(csv)))
        files.write_aside(fills)

    def to_html(self, path: str | Path) -> None:
        """Write the report as a page for people; docs/page.md describes it.

        path: a file, which then needs nothing else and has room for some thousand stories; or a
            folder, told by a slash at its end or because it exists, for a corpus of any size.

        Raises:
            BadOutput: it cannot be written; what stood there before still does.
        """
        from dedup.report.files import is_folder
        from dedup.report.page import write_page, write_site

        if is_folder(path):
            write_site(self, Path(path))
        else:
            write_page(self, Path(path))


def _rows(table: pa.Table, start: int, end: int) -> list[dict[str, Any]]:
    from dedup.report.tables import rows

    return rows(table.slice(start, end - start))


def _occurrence(row: dict[str, Any]) -> Occurrence:
    return Occurrence(
        passage=Passage(row["story"], row["paragraph"], row["start"], row["end"]),
        **{
            name: row[name]
            for name in (
                "headline",
                "source",
                "published",
                "kind",
                "wording",
                "jaccard",
                "containment",
                "first_containment",
            )
        },
        evidence=tuple(row["evidence"]),
    )


def _match_rows(table: pa.Table) -> Rows[Match]:
    def side(row: dict[str, Any], name: str) -> Passage:
        return Passage(*(row[f"{name}_{part}"] for part in ("story", "paragraph", "start", "end")))

    def make(start: int, end: int) -> list[Match]:
        return [
            Match(
                kind=row["kind"],
                left=side(row, "left"),
                right=side(row, "right"),
                jaccard=row["jaccard"],
                left_containment=row["left_containment"],
                right_containment=row["right_containment"],
                runs=tuple(tuple(run.values()) for run in row["runs"]),
                evidence=tuple(row.get("evidence", ())),
            )
            for row in _rows(table, start, end)
        ]

    return Rows(len(table), make)
