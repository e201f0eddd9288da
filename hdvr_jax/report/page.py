"""report.html: the page's template, style, scripts and content put together in one file."""

import html
import importlib.resources
import json

from hdvr_jax.recognition.results import Recognition
from hdvr_jax.report.payload import payload

# In the order in which they build on each other.
_SCRIPTS = (
    "data.js",
    "player.js",
    "drawing.js",
    "scene.js",
    "overlay.js",
    "charts.js",
    "reasons.js",
    "movements.js",
    "provenance.js",
    "identity.js",
    "selftest.js",
    "main.js",
)
# Inside a script element these would end it, or open a comment in it.
_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def page(recognition: Recognition) -> str:
    """The whole page as text; it needs no other file and no network.

    Strings of the input can contain anything: they enter the page as JSON without markup characters and are shown as
    text only.
    """
    content = json.dumps(payload(recognition), allow_nan=False, separators=(",", ":"), ensure_ascii=False)
    for character, escape in _UNSAFE.items():
        content = content.replace(character, escape)
    parts = {
        "TITLE": html.escape(f"{recognition.source}: dance report"),
        "STYLE": _asset("report.css"),
        "PAYLOAD": content,
        "SCRIPT": "\n".join(_asset(name) for name in _SCRIPTS),
    }
    return _fill(_asset("template.html"), parts)


def _asset(name: str) -> str:
    return importlib.resources.files("hdvr_jax.report").joinpath(name).read_text("utf-8")


def _fill(template: str, parts: dict[str, str]) -> str:
    """Replaces {{NAME}} by its part, once each and without looking for marks inside the parts."""
    pieces = []
    for piece in template.split("{{"):
        name, mark, rest = piece.partition("}}")
        pieces.append(parts[name] + rest if mark else piece)
    return "".join(pieces)
