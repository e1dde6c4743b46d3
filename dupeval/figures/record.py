"""What the figures of a folder were drawn from, so that none is shown with other data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ValidationError
from pydantic.dataclasses import dataclass

from dupeval.strict import STRICT

FILE_NAME = "figures.json"


@dataclass(frozen=True, config=STRICT)
class Origin:
    """What one figure was drawn from.

    Attributes
    ----------
    png_sha256 : str
        Of the figure's PNG: a file that was changed since is not this figure.
    table1_sha256 : str, optional
        Of the ``table1.csv`` of the stored results that were read; None if none were.
    """

    png_sha256: str
    table1_sha256: str | None


class _Record(BaseModel):
    """The content of the file; figures are in the order of their names."""

    model_config = STRICT

    dataset_fingerprint: str
    figures: dict[str, Origin]


def read_record(folder: Path, fingerprint: str) -> dict[str, Origin]:
    """Return the origin of each figure of a folder that was drawn from a dataset, by its name.

    There is none where the folder's figures were drawn from another dataset, or where no record
    was kept or can be read: of those figures nobody knows what they show.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        return {}
    try:
        record = _Record.model_validate_json(path.read_bytes())
    except ValidationError:
        return {}
    return record.figures if record.dataset_fingerprint == fingerprint else {}


def record_bytes(folder: Path, fingerprint: str, drawn: Mapping[str, Origin]) -> bytes:
    """Return the content of ``figures.json`` for figures that are to be written into a folder.

    Parameters
    ----------
    folder : Path
        What it has recorded of other figures of the same dataset stays.
    fingerprint : str
        Of the dataset.
    drawn : mapping of str to Origin
        By the figures' names.
    """
    figures = {**read_record(folder, fingerprint), **drawn}
    record = _Record(dataset_fingerprint=fingerprint, figures=dict(sorted(figures.items())))
    return f"{record.model_dump_json(indent=2)}\n".encode()
