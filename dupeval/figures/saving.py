"""A picture as files: PNG, PDF and the caption."""

from __future__ import annotations

import html
import io
from collections.abc import Mapping

from matplotlib.image import AxesImage

from dupeval.dataset import Dataset
from dupeval.figures import Picture
from dupeval.figures.style import one_line

# No date and no version: the same picture is the same bytes.
_METADATA: Mapping[str, dict[str, str | None]] = {
    "png": {"Software": None},
    "pdf": {"Creator": None, "Producer": None, "CreationDate": None},
}


def files_of(name: str, picture: Picture, dataset: Dataset) -> dict[str, bytes]:
    """Return the content of ``NAME.png``, ``NAME.pdf`` and ``NAME.md``.

    To be called in the style that the picture was drawn in.
    """
    contents = {}
    for kind, metadata in _METADATA.items():
        for image in picture.canvas.findobj(AxesImage):
            # A PDF keeps a thumbnail's own pixels, which is smaller; in a PNG it is scaled.
            if image.get_interpolation() != "nearest":
                image.set_interpolation("none" if kind == "pdf" else "antialiased")
        file = io.BytesIO()
        picture.canvas.savefig(file, format=kind, metadata=metadata)
        contents[f"{name}.{kind}"] = file.getvalue()
    contents[f"{name}.md"] = caption(picture, dataset).encode()
    return contents


def caption(picture: Picture, dataset: Dataset) -> str:
    """Return a picture's caption as Markdown: what is seen, data, protocol, settings."""
    settings = ", ".join(f"{name}={value}" for name, value in picture.settings.items())
    n = dataset.n_unlabelled
    unlabelled = f"{n} of them unlabelled, which are neither right nor wrong, " if n else ""
    data = (
        f"{dataset.name}, {len(dataset.queries)} queries, {len(dataset.images)} images, "
        f"{unlabelled}fingerprint {dataset.fingerprint[:12]}"
    )
    lines = [
        f"**{_safe(picture.title)}.** {_safe(picture.text)}",
        "",
        f"- Data: {_safe(data)}",
        f"- Protocol: {_safe(picture.protocol)}",
        f"- Settings: {_safe(settings) or 'none'}",
    ]
    return "\n".join(lines) + "\n"


def _safe(text: str) -> str:
    """Return text that Markdown shows as it is."""
    line = html.escape(one_line(text, most=10_000), quote=False)
    for mark in "\\`*_[]|":
        line = line.replace(mark, f"\\{mark}")
    return line
