"""The options that every command on a corpus has: how to read it, and what counts as recycled.

They are written once, as the parameters of `chosen_by`. A command that is decorated with
`on_a_corpus` takes a `Chosen` as its last parameter, and on the command line these options stand in
that one's place.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Collection, Mapping
from copy import copy
from dataclasses import dataclass, fields
from functools import wraps
from typing import Annotated, get_args

import typer

from dedup.settings import DEFAULTS, Settings

_TUNING = "What counts as recycled"
_FIELDS = "Which field is which"
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?([kmgt])?i?b?")
_NAMES = ("id", "text", "headline", "published", "source", "version")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the options say.

    given: the number for each setting, not yet checked.
    fields: which field is which, where it was said.
    """

    given: dict[str, float]
    fields: dict[str, str]
    encoding: str
    skip_bad: bool

    @property
    def settings(self) -> Settings:
        """The settings.

        Raises:
            BadSetting: a number is outside its range.
        """
        return Settings(**self.given)  # type: ignore[arg-type]


def _bytes(given: str) -> int:
    """A size as people write it, in bytes."""
    found = _SIZE.fullmatch(str(given).strip().lower())
    if not found:
        raise typer.BadParameter(f"{given!r} is no size. Write it as 2GB, 500MB or in bytes.")
    return int(float(found[1]) * 1000 ** " kmgt".index(found[2] or " "))


def chosen_by(
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave out what cannot be read, and say so.")
    ] = False,
    encoding: Annotated[str, typer.Option(help="Of text files, JSON Lines and CSV.")] = "utf-8",
    id_field: Annotated[str | None, typer.Option(rich_help_panel=_FIELDS)] = None,
    text_field: Annotated[str | None, typer.Option(rich_help_panel=_FIELDS)] = None,
    headline_field: Annotated[str | None, typer.Option(rich_help_panel=_FIELDS)] = None,
    published_field: Annotated[str | None, typer.Option(rich_help_panel=_FIELDS)] = None,
    source_field: Annotated[str | None, typer.Option(rich_help_panel=_FIELDS)] = None,
    version_field: Annotated[str | None, typer.Option(rich_help_panel=_FIELDS)] = None,
    min_words: Annotated[
        int, typer.Option(rich_help_panel=_TUNING, help="Shorter paragraphs are furniture.")
    ] = DEFAULTS.min_words,
    shingle: Annotated[
        int, typer.Option(rich_help_panel=_TUNING, help="Words a shingle.")
    ] = DEFAULTS.shingle,
    containment: Annotated[
        float,
        typer.Option(
            rich_help_panel=_TUNING, help="Least share of the shorter paragraph that is a copy."
        ),
    ] = DEFAULTS.containment,
    partial_words: Annotated[
        int, typer.Option(rich_help_panel=_TUNING, help="Least words of a copied clause.")
    ] = DEFAULTS.partial_words,
    story_threshold: Annotated[
        float,
        typer.Option(
            rich_help_panel=_TUNING, help="Share in common that makes stories near-duplicates."
        ),
    ] = DEFAULTS.story_threshold,
    threshold: Annotated[
        float,
        typer.Option(rich_help_panel=_TUNING, help="Jaccard similarity that the LSH is built for."),
    ] = DEFAULTS.threshold,
    recall: Annotated[
        float,
        typer.Option(
            rich_help_panel=_TUNING, help="Share of the pairs at the threshold it must find."
        ),
    ] = DEFAULTS.recall,
    passage: Annotated[
        int,
        typer.Option(
            rich_help_panel=_TUNING, help="Words in a row that make two paragraphs candidates."
        ),
    ] = DEFAULTS.passage,
    bucket: Annotated[
        int,
        typer.Option(
            rich_help_panel=_TUNING, help="Candidates compared each with each; more, with one."
        ),
    ] = DEFAULTS.bucket,
    word_bucket: Annotated[
        int,
        typer.Option(
            rich_help_panel=_TUNING, help="The same of those that share rare words alone."
        ),
    ] = DEFAULTS.word_bucket,
    permutations: Annotated[
        int, typer.Option(rich_help_panel=_TUNING, help="Slots of a MinHash signature.")
    ] = DEFAULTS.permutations,
    seed: Annotated[
        int, typer.Option(rich_help_panel=_TUNING, help="Of the permutations.")
    ] = DEFAULTS.seed,
    threads: Annotated[int, typer.Option(help="Threads; 0 is one a core.")] = DEFAULTS.threads,
    memory: Annotated[
        int,
        typer.Option(
            parser=_bytes,
            metavar="SIZE",
            help="Such as 2GB: beyond it, temporary files are used; 0 is half of what is free.",
        ),
    ] = DEFAULTS.memory,
) -> Chosen:
    """What the options say."""
    given = dict(locals())
    return Chosen(
        given={field.name: given[field.name] for field in fields(Settings)},
        fields={name: given[f"{name}_field"] for name in _NAMES if given[f"{name}_field"]},
        encoding=encoding,
        skip_bad=skip_bad,
    )


def on_a_corpus(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options above in place of its last parameter."""
    return with_options()(command)


def with_options(
    *,
    base: Settings = DEFAULTS,
    without: Collection[str] = (),
    says: Mapping[str, str] | None = None,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command some of the options above in place of its last parameter.

    base: the settings whose numbers are the defaults.
    without: settings that mean nothing to the command; they are no options of it.
    says: another help for a setting.
    """

    def taking(command: Callable[..., None]) -> Callable[..., None]:
        *own, last = inspect.signature(command, eval_str=True).parameters.values()
        every = inspect.signature(chosen_by, eval_str=True).parameters
        numbers = {field.name: getattr(base, field.name) for field in fields(Settings)}
        shared = {
            name: _restated(one, numbers.get(name, one.default), (says or {}).get(name))
            for name, one in every.items()
            if name not in without
        }

        @wraps(command)
        def taking_options(**given: object) -> None:
            options = {name: given.pop(name) for name in shared}
            left_out = {name: numbers[name] for name in without}
            command(**given, **{last.name: chosen_by(**options, **left_out)})  # type: ignore[arg-type]

        parameters = [*own, *shared.values()]
        taking_options.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        taking_options.__annotations__ = {one.name: one.annotation for one in parameters}
        return taking_options

    return taking


def _restated(one: inspect.Parameter, default: object, said: str | None) -> inspect.Parameter:
    """The parameter of an option with this default, and this help if there is one."""
    if said is None:
        return one.replace(default=default)
    (option,) = one.annotation.__metadata__
    option = copy(option)
    option.help = said
    return one.replace(default=default, annotation=Annotated[get_args(one.annotation)[0], option])
