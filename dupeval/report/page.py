"""The page of a report: tables as HTML, everything inlined, no network allowed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

import jinja2

from dupeval import __version__
from dupeval.dataset import Dataset
from dupeval.figures.saving import StoredFigure
from dupeval.page_policy import content_security_policy
from dupeval.rendering import NOTE
from dupeval.report.data import ReportData, number
from dupeval.report.explained import ExplainedPair
from dupeval.report.pictures import EncodedPicture
from dupeval.stored import StoredResults
from dupeval.text import visible

SOURCES = {
    "measured": "run here",
    "imported": "output of a tool that was run elsewhere, scored here",
    "missing": "the tool is not installed here",
    "failed": "the tool was run and failed",
    "published": "nothing run: the study's figures, on its own images",
}


def render(
    dataset: Dataset,
    results: StoredResults,
    data: ReportData,
    figures: Sequence[tuple[StoredFigure, EncodedPicture | None]] = (),
    figures_left_out: str = "",
    figures_dir: Path = Path(),
    explained: Sequence[ExplainedPair] = (),
) -> str:
    """Return the whole page.

    A figure has no picture where there is no room for it; how many others there are in
    `figures_dir`, and why they are not shown, is said in its place.
    """
    style, script = (
        (files(__package__) / name).read_text(encoding="utf-8")
        for name in ("report.css", "report.js")
    )
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
    filters = {"number": number, "sortable": sortable, "address": address, "visible": visible}
    environment.filters |= filters
    table = results.table1
    present = set(table["source"])
    protocols = [
        {
            "name": name,
            "heading": f"{results.said_of(name)['title']} ({name})",
            "explanation": results.said_of(name)["explanation"],
            # With the study's own rows, and what of them has galleries.
            "rows": table[table["protocol"].isin([name, ""])].to_dict("records"),
            "methods": {method for protocol, method, _ in results.per_query if protocol == name},
        }
        for name in results.protocols
    ]
    return environment.get_template("report.html").render(
        policy=content_security_policy(style, script),
        style=style,
        script=script,
        dataset=dataset,
        run=results.run,
        version=__version__,
        per_query=results.per_query,
        protocols=protocols,
        sources=[(name, text) for name, text in SOURCES.items() if name in present],
        data=data.json,
        notes=data.notes,
        table1_note=NOTE,
        figures=figures,
        figures_left_out=figures_left_out,
        figures_dir=figures_dir,
        explained=explained,
    )


def address(parts: Iterable[str]) -> str:
    """Return the fragment that opens a gallery: protocol, method and maybe query."""
    # As JavaScript's encodeURIComponent has it.
    return "#/" + "/".join(quote(visible(part), safe="!*'()") for part in parts)


def sortable(value: float) -> str:
    """Return a figure as JavaScript reads it, empty where there is none."""
    return "" if math.isnan(value) else str(value).replace("inf", "Infinity")


def _shown(value: object) -> object:
    """Return what the page shows for a value: text with nothing hidden in it."""
    return visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
