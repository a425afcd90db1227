"""The page as HTML: templates, styles and scripts put together, and nothing let in from outside.

Templates escape what they are given. The Content-Security-Policy names the hashes of the one style
and the one script, so that nothing else runs or loads, whatever a text may hold.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import orjson

from dedup.report.page import plots
from dedup.report.page.overview import Figures, Matrix
from dedup.report.words import count, day

if TYPE_CHECKING:
    from jinja2 import Environment

    from dedup.report.values import Summary

STYLES = ("base.css", "overview.css", "lists.css", "reading.css", "print.css")
SCRIPTS = (
    "text.js", "make.js", "store.js", "choose.js", "families.js", "timeline.js", "family.js",
    "stories.js", "story.js", "beside.js", "main.js",
)  # fmt: skip
_KEPT = "-_.!*'()"  # what JavaScript's encodeURIComponent leaves as it is, but for "~"
_HOUR, _DAY = 3_600, 86_400


def render(
    summary: Summary,
    figures: Figures,
    *,
    carrying: int,
    data: Iterable[tuple[str, str]],
    head: dict[str, Any],
    notice: str = "",
) -> Iterable[str]:
    """The page, part by part.

    carrying: stories with recycled words.
    data: the blocks that stand in the page, by name.
    head: what the script is told at once; with `folder`, blocks are found there as scripts.
    """
    from markupsafe import Markup

    style, script = asset(STYLES), asset(SCRIPTS)
    own = " 'self' file:" if head.get("folder") else ""  # from a disk, not all take 'self' for it
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src '{digest(script)}'{own}",
            f"style-src '{digest(style)}'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    title = f"{summary.recycled:.0%} recycled of {count(summary.stories, 'story', 'stories')}"
    template = _environment().get_template("page.html")
    return template.generate(
        summary=summary,
        figures=figures,
        carrying=carrying,
        most_families=max(kind.families for kind in figures.kinds),
        time=plots.bars([s.label for s in figures.time], [s.share for s in figures.time]),
        place=plots.bars(
            [s.label for s in figures.place],
            [s.share for s in figures.place],
            ends=("start", "middle", "end"),
        ),
        title=title,
        notice=notice,
        policy=Markup(policy),
        style=Markup(style),
        script=Markup(script),
        head=Markup(harmless(head | {"title": title})),
        data=((name, Markup(content)) for name, content in data),
    )


def harmless(value: Any) -> str:
    """JSON that can stand in a script element: no sign of it begins a tag or ends a line."""
    plain = orjson.dumps(value).decode()
    for sign in "<>&\u2028\u2029":
        plain = plain.replace(sign, f"\\u{ord(sign):04x}")
    return plain


def digest(content: str) -> str:
    """The hash of a style or script, as a policy names it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


@cache
def asset(names: tuple[str, ...]) -> str:
    """Some of the style sheets or scripts, one after the other."""
    folder = files(__package__) / "assets"
    return "\n" + "\n".join((folder / name).read_text(encoding="utf-8") for name in names)


def anchor(name: str) -> str:
    """An id as it stands in a link, equal to what the page's script makes of it."""
    return quote(name, safe=_KEPT).replace("~", "%7E")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader(__package__), autoescape=True, undefined=StrictUndefined
    )
    made.filters |= {
        "number": lambda value: f"{value:,}",
        "share": _share,
        "counted": count,
        "day": day,
        "lag": lag,
        "length_of": plots.row,
        "beside": lambda pair: f"#beside-{anchor(pair[0])}~{anchor(pair[1])}",
    }
    made.globals["names"] = _names
    return made


def _share(value: float) -> str:
    """A share; below a tenth with a digit more."""
    return f"{value:.0%}" if value >= 0.1 or not value else f"{value:.1%}"


def _names(matrix: Matrix) -> list[str]:
    named = [name or "no source" for name in matrix.sources]
    return [*named, f"{matrix.others:,} others"] if matrix.others else named


def lag(seconds: float) -> str:
    """A length of time in the unit that people would use."""
    if seconds < _HOUR:
        return "same hour"
    hours, days = round(seconds / _HOUR), round(seconds / _DAY)
    if seconds < 2 * _DAY:
        return count(hours, "hour")
    return count(days, "day") if days < 700 else count(round(days / 365.25), "year")
