"""Pictures as files, and what a folder of them tells of each: its caption, what it is made of."""

from __future__ import annotations

import hashlib
import html
import io
import re
from collections.abc import Mapping
from itertools import chain
from pathlib import Path

from pydantic import BaseModel, ValidationError
from pydantic.dataclasses import dataclass

from dupeval.dataset import Dataset
from dupeval.figures import LAST, Part, Picture
from dupeval.figures.texts import one_line
from dupeval.files import content_of, file_sha256
from dupeval.latex import PREAMBLE, escaped
from dupeval.strict import STRICT
from dupeval.text import counted

FILE_NAME = "figures.json"
MOST_BYTES = 2**26
# No date and no version: the same picture is the same bytes.
_METADATA: Mapping[str, dict[str, str | None]] = {
    "png": {"Software": None},
    "pdf": {"Creator": None, "Producer": None, "CreationDate": None},
    "svg": {"Creator": None, "Date": None},
}
KINDS = (*_METADATA, "md", "tex")


@dataclass(frozen=True, config=STRICT)
class StoredFigure:
    """What one figure says, see `Picture`, and what it was drawn from."""

    png_sha256: str  # a file that was changed since is not this figure
    table1_sha256: str | None  # of the stored results that were read, if any were
    title: str
    alt: str
    text: str
    facts: tuple[str, ...]  # data, protocol, settings
    part: Part = "why"  # of a report, and its place there; see `Figure`
    rank: int = LAST
    svg_sha256: str | None = None


class _Record(BaseModel):
    """The content of ``figures.json``; figures are in the order of their names."""

    model_config = STRICT

    dataset_fingerprint: str
    figures: dict[str, StoredFigure]


def files_of(
    name: str,
    picture: Picture,
    dataset: Dataset,
    table1_sha256: str | None,
    where: tuple[Part, int] = ("why", LAST),
) -> tuple[dict[str, bytes], StoredFigure]:
    """Return the content of ``NAME.png`` and of the other `KINDS`, and what is stored of it.

    To be called in the style that the picture was drawn in; `where` is where a report shows it.
    """
    contents = {}
    for kind, metadata in _METADATA.items():
        for image in chain.from_iterable(axes.images for axes in picture.canvas.axes):
            # Vectors keep a thumbnail's own pixels, which is smaller; in a PNG it is scaled.
            if image.get_interpolation() != "nearest":
                image.set_interpolation("antialiased" if kind == "png" else "none")
        file = io.BytesIO()
        picture.canvas.savefig(file, format=kind, metadata=metadata)
        contents[f"{name}.{kind}"] = file.getvalue()
    settings = ", ".join(f"{key}={value}" for key, value in picture.settings.items())
    n = dataset.n_unlabelled
    unlabelled = f"{n} of them unlabelled, which are neither right nor wrong, " if n else ""
    facts = (
        f"Data: {dataset.name}, {counted(len(dataset.queries), 'query', 'queries')}, "
        f"{counted(len(dataset.images), 'image')}, "
        f"{unlabelled}fingerprint {dataset.fingerprint[:12]}",
        f"Protocol: {picture.protocol}",
        f"Settings: {settings or 'none'}",
    )
    texts = (picture.title, picture.alt or picture.title, picture.text, *facts)
    title, alt, text, *lines = (one_line(text, 10_000) for text in texts)
    png, svg = (hashlib.sha256(contents[f"{name}.{kind}"]).hexdigest() for kind in ("png", "svg"))
    stored = StoredFigure(png, table1_sha256, title, alt, text, tuple(lines), *where, svg)
    # Not above: whoever reads stored pictures needs no matplotlib.
    from dupeval.figures.style import WIDTHS, page_width  # noqa: PLC0415

    contents[f"{name}.md"] = caption(stored).encode()
    contents[f"{name}.tex"] = float_of(name, stored, page_width() == WIDTHS["double"]).encode()
    return contents, stored


def caption(figure: StoredFigure) -> str:
    """Return a figure's caption as Markdown: what is seen, data, protocol, settings."""
    facts = "".join(f"- {_safe(fact)}\n" for fact in figure.facts)
    return f"**{_safe(figure.title)}.** {_safe(figure.text)}\n\n{facts}"


def float_of(name: str, figure: StoredFigure, whole_page: bool) -> str:
    """Return a figure's float as LaTeX, for an article with `dupeval.latex.PREAMBLE`.

    As wide as the text of a page, of two columns too, or as a column.
    """
    environment, width = ("figure*", "textwidth") if whole_page else ("figure", "columnwidth")
    lines = [
        f"% In the preamble: {PREAMBLE}",
        rf"\begin{{{environment}}}[tbp]",
        r"\centering",
        rf"\includegraphics[width=\{width}]{{{name}.pdf}}",
        rf"\caption[{{{escaped(figure.title)}}}]{{{escaped(f'{figure.title}. {figure.text}')}}}",
        rf"\label{{fig:{name}}}",
        rf"\end{{{environment}}}",
    ]
    return "\n".join(lines) + "\n"


def read_record(folder: Path, fingerprint: str) -> dict[str, StoredFigure]:
    """Return what is stored of each figure of a folder that was drawn from a dataset, by its name.

    That is nothing where the folder's figures were drawn from another dataset, or where no record
    was kept or can be read: of those figures nobody knows what they show.
    """
    try:
        record = _Record.model_validate_json(content_of(folder / FILE_NAME, MOST_BYTES))
    except (OSError, ValidationError):
        return {}
    return record.figures if record.dataset_fingerprint == fingerprint else {}


def record_bytes(folder: Path, fingerprint: str, drawn: Mapping[str, StoredFigure]) -> bytes:
    """Return the content of ``figures.json`` for figures that are to be written into a folder.

    What it has recorded of other figures of the same dataset stays.
    """
    figures = dict(sorted({**read_record(folder, fingerprint), **drawn}.items()))
    record = _Record(dataset_fingerprint=fingerprint, figures=figures)
    return f"{record.model_dump_json(indent=2)}\n".encode()


def read_figures(
    folder: Path, fingerprint: str, table1_sha256: str
) -> tuple[dict[str, StoredFigure], str]:
    """Return what is stored of every ``NAME.png`` of a folder, if it belongs.

    That is, if it was drawn from the dataset with the fingerprint, and not from another
    ``table1.csv``. And how many others there are, and why they do not belong, in words.
    """
    record = read_record(folder, fingerprint)
    paths = [path for path in sorted(folder.glob("*.png")) if path.name[0] != "."]
    known = {
        path.stem: record[path.stem]
        for path in paths
        if path.stem in record and record[path.stem].png_sha256 == file_sha256(path)
    }
    shown = {n: f for n, f in known.items() if f.table1_sha256 in (None, table1_sha256)}
    reasons = {
        f"not recorded in {FILE_NAME} as drawn from this dataset": len(paths) - len(known),
        "drawn from another table1.csv than is shown here": len(known) - len(shown),
    }
    return shown, ", ".join(f"{n} {reason}" for reason, n in reasons.items() if n)


def _safe(text: str) -> str:
    """Return text that Markdown shows as it is."""
    return re.sub(r"([\\`*_\[\]|])", r"\\\1", html.escape(text, quote=False))
