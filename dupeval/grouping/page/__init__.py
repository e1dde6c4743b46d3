"""A page to look through what was grouped: one HTML file, without a network, least sure first."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2

from dupeval import __version__
from dupeval.grouping.groups import Group, Grouping, NearMiss
from dupeval.page_policy import content_security_policy
from dupeval.text import visible

# What is shown at once, and of how much there are pictures.
GROUPS_A_BLOCK, MISSES_SHOWN, MEMBERS_SHOWN, UNREAD_SHOWN = 40, 60, 60, 200


def render(grouping: Grouping) -> bytes:
    """Return the page.

    Pictures are small ones, held in the page; the originals are shown from where they lie when
    somebody chooses one.
    """
    style, script = (
        (files(__package__) / name).read_text(encoding="utf-8") for name in ("page.css", "page.js")
    )
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(__package__),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    as_json = {"ensure_ascii": False, "separators": (",", ":"), "allow_nan": False}
    environment.policies["json.dumps_kwargs"] = as_json
    environment.filters |= {"visible": visible, "size": human_size}
    several = grouping.several
    template = environment.get_template("page.html")
    return template.render(
        policy=content_security_policy(style, script, "data: file:"),
        style=style,
        script=script,
        version=__version__,
        grouping=grouping,
        n_images=len(grouping.files) - grouping.n_references,
        has_cut=not math.isnan(grouping.threshold),
        blocks=list(_blocks(several, grouping)),
        nearly=[_miss(miss, grouping) for miss in grouping.near_misses[:MISSES_SHOWN]],
        unread=grouping.unread[:UNREAD_SHOWN],
    ).encode()


def human_size(n_bytes: int) -> str:
    """Return a size as people read it, by powers of 1,000."""
    size, units = float(n_bytes), ("bytes", "kB", "MB", "GB", "TB")
    for unit in units:
        if size < 999.5 or unit == units[-1]:
            break
        size /= 1000
    return f"{size:.0f} {unit}" if unit == "bytes" or size >= 99.95 else f"{size:.1f} {unit}"


def number(value: float) -> str:
    """Return a distance as people read it; empty where there is none."""
    return f"{value:.3f}" if math.isfinite(value) else ""


def _blocks(several: Sequence[Group], grouping: Grouping) -> Iterator[list[Any]]:
    for start in range(0, len(several), GROUPS_A_BLOCK):
        yield [_group(group, grouping) for group in several[start : start + GROUPS_A_BLOCK]]


def _group(group: Group, grouping: Grouping) -> dict[str, Any]:
    shown = zip(group.members[:MEMBERS_SHOWN], group.to_keeper, strict=False)
    chain = group.chain

    def path(place: int) -> str:
        return visible(grouping.files[place].path)

    return {
        "number": group.number,
        "n": len(group.members),
        "height": number(group.height),
        "next": number(group.next_height),
        "chain": chain and [*map(path, (chain.a, chain.b)), number(chain.distance)],
        "members": [_member(place, distance, grouping) for place, distance in shown],
    }


def _miss(miss: NearMiss, grouping: Grouping) -> dict[str, Any]:
    return {
        "height": number(miss.height),
        "sides": [
            [len(side), _member(side[0], math.nan, grouping)] for side in (miss.left, miss.right)
        ],
    }


def _member(place: int, distance: float, grouping: Grouping) -> list[Any]:
    file = grouping.files[place]
    content = file.content
    picture = base64.b64encode(content.thumbnail).decode()
    return [
        visible(file.path),
        number(distance),
        f"{content.width} × {content.height}",
        human_size(file.n_bytes),
        content.format,
        f"data:image/webp;base64,{picture}",
        Path(file.path).absolute().as_uri(),
    ]
