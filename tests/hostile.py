"""Texts that a corpus can contain and a page must survive, by what they try."""

from __future__ import annotations

from datetime import UTC, datetime

from dedup import Story
from tests.conftest import sentence

ALARM = "window.ran=(window.ran||0)+1"
CASES = {
    "script": f"<script>{ALARM}</script>",
    "script end": f"</script><script>{ALARM}</script>",
    "script end, spaced": f"</script ><img src=x onerror={ALARM}>",
    "script end, upper case": f"</SCRIPT/><svg onload={ALARM}>",
    "comment into script": f"<!--<script>{ALARM}//-->",
    "comment end": f"--><script>{ALARM}</script>",
    "cdata": f"<![CDATA[<script>{ALARM}</script>]]>",
    "cdata end": f"]]><script>{ALARM}</script>",
    "style end": f"</style><script>{ALARM}</script>",
    "title end": f"</title><script>{ALARM}</script>",
    "textarea end": f"</textarea></select></option><img src=x onerror={ALARM}>",
    "noscript end": f"</noscript><img src=x onerror={ALARM}>",
    "image": f"<img src=x onerror={ALARM}>",
    "image without quotes": f"<img/src=x/onerror={ALARM}//",
    "svg": f"<svg/onload={ALARM}>",
    "svg script": f"<svg><script>{ALARM}</script></svg>",
    "svg end": f"</text></svg></g></rect><script>{ALARM}</script>",
    "math": f"<math><mtext><img src=x onerror={ALARM}></mtext></math>",
    "frame": f"<iframe srcdoc='<script>parent.{ALARM}</script>'></iframe>",
    "frame address": f"<iframe src=javascript:parent.{ALARM}></iframe>",
    "object": "<object data=https://example.invalid/x></object><embed src=//example.invalid/y>",
    "link": "<link rel=stylesheet href=https://example.invalid/x.css>",
    "style": "<style>*{display:none!important}</style>",
    "style import": "<style>@import 'https://example.invalid/x.css'</style>",
    "base": "<base href=https://example.invalid/>",
    "refresh": "<meta http-equiv=refresh content='0;url=https://example.invalid/'>",
    "form": f"<form action=https://example.invalid/><button autofocus onfocus={ALARM}>",
    "handler": f"' onmouseover='{ALARM}' x='",
    "handler, double": f'" onfocus="{ALARM}" autofocus tabindex="0" x="',
    "script address": f"javascript:{ALARM}",
    "data address": "data:text/html,<script>alert(1)</script>",
    "entities": "&lt;b&gt; &amp;lt; &#60;script&#62; &NewLine;",
    "template": "{{ 7 * 7 }} {% raw %} ${alert(1)} #{x} <%= 1 %>",
    "json": '"],"families":{},"x":["\\u003c',
    "backslashes": "\\ \\\\ \\x3cscript\\x3e \\u2028",
    "null": "a\x00b\x00<b>",
    "controls": "\x01\x02\x07\x08\x0b\x0c\x1b[31m\x7f",
    "bidi override": "\u202egnitirw desrever\u202c \u202d\u2066\u2067",
    "bidi left open": "\u202e\u202e\u2067\u2066 nothing closes these",
    "right to left": "\u200fשלום עולם مرحبا بالعالم\u200e",
    "line separators": "one\u2028two\u2029three\u0085four",
    "stacked accents": "Z" + "\u0301\u0322\u0488" * 60,
    "zero width": "a\u200bb\u2060c\ufeffd\u00ade",
    "beyond the first plane": "😀𝒳 𓀀 👩‍👩‍👧‍👦 🏴󠁧󠁢󠁳󠁣󠁴󠁿",
    "noncharacters": "\ufffe\uffff\U0010ffff\ufffd",
    "prototype": "__proto__ constructor toString hasOwnProperty",
    "percent": "%00 %E0%A4%A %3Cscript%3E #family-0 ~ #beside-a~b",
    "long word": "x" * 1_000_000,
    "many tags": "<b>" * 3_000,
    "deep list": "<ul><li>" * 1_000,
}


def stories() -> list[Story]:
    """For each case two stories that share a text with it inside, the second one edited.

    The case is also in headline, source and id, where it is not too long for a name.
    """
    return [
        _story(number, name, attack, turn)
        for number, (name, attack) in enumerate(CASES.items())
        for turn in range(2)
    ]


def _story(number: int, name: str, attack: str, turn: int) -> Story:
    label = attack if len(attack) < 3_000 else name
    own = f"Case {number} says {attack} and then {sentence(number, 25)}"
    return Story(
        f"{number}{'ab'[turn]} {label}",
        f"{own}{' Late note added here.' * turn}\n\nThis is story {turn} of {number}.",
        headline=f"{label} {number}" if turn else "",
        source=label if number % 2 else "plain",
        published=datetime(2026, 1, 1 + turn, tzinfo=UTC),
    )
