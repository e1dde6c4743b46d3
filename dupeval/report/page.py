"""Pages of a report: everything inlined, no network allowed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any
from urllib.parse import quote

import jinja2
from markupsafe import Markup

from dupeval import __version__
from dupeval.page_policy import content_security_policy
from dupeval.report.numbers import number, signed, sortable
from dupeval.report.pictures import EncodedPicture
from dupeval.text import visible

STYLES, SCRIPTS = ("report.css", "print.css"), ("page.js", "filters.js")


def render(
    template: str,
    pictures: Mapping[str, EncodedPicture],
    scripts: tuple[str, ...] = (),
    **context: Any,
) -> str:
    """Return a whole page.

    Parameters
    ----------
    template : str
        The name of its file.
    pictures : mapping of str to EncodedPicture
        What thumbnails show, by their numbers; each is held once, in the style sheet.
    scripts : tuple of str
        What it needs besides those of every page.
    **context
        What the template shows.
    """
    style = "\n".join([*map(_content, STYLES), *_rules(pictures.values())])
    script = "\n".join(map(_content, (*SCRIPTS, *scripts)))
    policy = content_security_policy(style, script)
    given = {"policy": policy, "style": Markup(style), "script": Markup(script)}  # noqa: S704
    page = _environment().get_template(template)
    return page.render(version=__version__, **given, **context)


def address(parts: Iterable[str]) -> str:
    """Return the fragment that opens a gallery: protocol, method and maybe query."""
    return "#/" + "/".join(map(encoded, parts))


def encoded(text: str) -> str:
    """Return a text as JavaScript's encodeURIComponent has it."""
    return quote(visible(text), safe="!*'()")


def _rules(pictures: Iterable[EncodedPicture]) -> Iterable[str]:
    for i, (uri, width, height) in enumerate(pictures):
        yield f".p{i}{{aspect-ratio:{width}/{height};background-image:url({uri})}}"


def _content(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(__package__),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    as_json = {"ensure_ascii": False, "separators": (",", ":"), "allow_nan": False}
    environment.policies["json.dumps_kwargs"] = as_json
    environment.filters |= {
        **{"number": number, "signed": signed, "sortable": sortable},
        **{"address": address, "encoded": encoded, "visible": visible},
    }
    return environment


def _shown(value: object) -> object:
    """Return what the page shows for a value: text with nothing hidden in it."""
    return visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
