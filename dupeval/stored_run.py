"""What a program stored: ``run.json``, and the tables that it vouches for."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
from pandas.api.types import is_numeric_dtype
from pydantic import BaseModel, ConfigDict, Field

from dupeval.dataset import Dataset
from dupeval.errors import SettingsError
from dupeval.files import content_of
from dupeval.settings import flat_settings
from dupeval.text import from_csv_cell, shortened, visible

# The columns of any table that hold no numbers.
TEXTS = (
    *("dataset", "method", "protocol", "query", "image", "photograph"),
    *("params", "hidden", "source", "reference", "block", "stage"),
)

# What is longer is neither a run.json nor a table of ours.
MOST_ABOUT, MOST_BYTES = 2**26, 2**30
MOST_ENTRIES = 100_000


class StoredResultsError(SettingsError):
    """Stored results that are not there, or do not belong to what they are wanted for.

    Parameters
    ----------
    problem : str
        What is wrong; what can be done about it is added.
    program : str, default "table1"
        The one in ``experiments/`` that stores such results.
    """

    def __init__(self, problem: str, program: str = "table1") -> None:
        super().__init__(
            f"{problem}; run python experiments/{program}.py with the same overrides, or give "
            f"another folder: {program}_dir=..."
        )


_Text = Annotated[str, Field(max_length=1000)]


class _Said(BaseModel):
    """What is needed of a part of ``run.json``, which says more."""

    model_config = ConfigDict(strict=True)


class _Dataset(_Said):
    name: _Text
    fingerprint: _Text


class _Protocol(_Said):
    honest: bool


class _Configuration(_Said):
    methods: Annotated[dict[_Text, dict[str, Any]], Field(max_length=MOST_ENTRIES)]
    blocks: dict[str, Any] | None = None


class _Part(_Said):
    dataset: _Dataset
    protocols: Annotated[dict[_Text, _Protocol], Field(max_length=MOST_ENTRIES)]
    configuration: _Configuration
    verdict: list[str] = []


class _About(_Said):
    seed: int = 0
    parts: Annotated[list[_Part], Field(min_length=1, max_length=MOST_ENTRIES)]
    outputs: Annotated[dict[_Text, _Text], Field(max_length=MOST_ENTRIES)]


@dataclass(frozen=True)
class StoredRun:
    """A folder that a program wrote.

    Attributes
    ----------
    folder : Path
    program : str
        The one in ``experiments/``.
    about : mapping
        What ``run.json`` says of the run and of its part on the dataset; see
        `dupeval.provenance.describe_run` and `dupeval.provenance.describe_part`.
    """

    folder: Path
    program: str
    about: Mapping[str, Any]

    def content(self, name: str) -> bytes:
        """Return the bytes of a file.

        Raises
        ------
        StoredResultsError
            If it cannot be read, or is not the file that ``run.json`` describes.
        """
        path = self.folder / name
        content = _content(path, MOST_BYTES, self.program)
        if hashlib.sha256(content).hexdigest() != self.about["outputs"].get(name):
            raise StoredResultsError(
                f"{path} is not the file that run.json describes: changed since, or of another run",
                self.program,
            )
        return content

    def table(
        self, name: str, columns: Collection[str], numbers: Collection[str] | None = None
    ) -> pd.DataFrame:
        """Return a CSV file as a table; whatever is no number is text, as it was written.

        Parameters
        ----------
        name : str
            Of the file.
        columns : collection of str
            Those that it must have.
        numbers : collection of str, optional
            Those of them that hold numbers, NaN where there is none; by default all that the file
            has but `TEXTS`.

        Raises
        ------
        StoredResultsError
            If it is not the file that ``run.json`` describes, or no such table.
        """
        path, content = self.folder / name, self.content(name)
        if not content.strip():
            return pd.DataFrame(columns=list(columns))
        try:
            if numbers is None:
                header = pd.read_csv(io.BytesIO(content), nrows=0, encoding="utf-8").columns
                numbers = [column for column in header if column not in TEXTS]
            table = _read_csv(content, numbers)
        except ValueError:
            raise StoredResultsError(f"{path} is not a table", self.program) from None
        absent = [column for column in columns if column not in table.columns]
        if absent:
            raise StoredResultsError(f"{path} has no column {', '.join(absent)}", self.program)
        for column in numbers:
            if len(table) and not is_numeric_dtype(table[column]):
                raise StoredResultsError(f"{path}: {column} are not all numbers", self.program)
        return table


def open_run(folder: Path, program: str, names: Collection[str]) -> StoredRun:
    """Read the ``run.json`` of a folder: all that it says.

    Parameters
    ----------
    folder : Path
    program : str
        The one in ``experiments/`` that writes such a folder.
    names : collection of str
        The files that must be there beside it.

    Raises
    ------
    StoredResultsError
        If a file is missing, or ``run.json`` is damaged.
    """
    absent = [name for name in (*names, "run.json") if not (folder / name).is_file()]
    if absent:
        raise StoredResultsError(
            f"no stored results in {folder} ({', '.join(absent)} missing)", program
        )
    try:
        about = json.loads(_content(folder / "run.json", MOST_ABOUT, program))
        known = _About.model_validate(about)
        for output in names:
            known.outputs[output]
    except (ValueError, LookupError, RecursionError):
        raise _not_a_run(folder, program) from None
    return StoredRun(folder, program, about)


def _content(path: Path, most: int, program: str) -> bytes:
    try:
        return content_of(path, most)
    except OSError as error:
        raise StoredResultsError(f"{path} cannot be read ({error.strerror})", program) from None


def _not_a_run(folder: Path, program: str) -> StoredResultsError:
    return StoredResultsError(f"{folder / 'run.json'} is not what a run writes", program)


def read_run(
    folder: Path,
    program: str,
    names: Collection[str],
    dataset: Dataset,
    check: Callable[[Mapping[str, Any]], object] = lambda about: None,
    settings: Mapping[str, Any] | None = None,
) -> StoredRun:
    """Read the ``run.json`` of a folder, and of what it says the part on a dataset.

    Parameters
    ----------
    folder : Path
    program : str
        The one in ``experiments/`` that writes such a folder.
    names : collection of str
        The files that must be there beside it.
    dataset : Dataset
        The one the results were made from.
    check : callable, optional
        Takes what else is needed from the content, to find out whether it is there.
    settings : mapping of str to mapping, optional
        The configuration of methods, by name. Of several parts on the dataset those count that
        agree with it, if any do; else all.

    Raises
    ------
    StoredResultsError
        If a file is missing, ``run.json`` is damaged, or the results are of another dataset.
    """
    about = dict(open_run(folder, program, names).about)
    made_from = {part["dataset"]["fingerprint"]: part["dataset"]["name"] for part in about["parts"]}
    parts = [
        part for part in about.pop("parts") if part["dataset"]["fingerprint"] == dataset.fingerprint
    ]
    try:
        about |= _together(parts, settings or {}) if parts else {}
        if parts:
            check(about)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise _not_a_run(folder, program) from None
    if not parts:
        others = ", ".join(
            f"{name!r} (fingerprint {visible(f[:12])})" for f, name in made_from.items()
        )
        raise StoredResultsError(
            f"the results in {folder} were made from another dataset: {shortened(others)}, not "
            f"{dataset.name!r} ({dataset.fingerprint[:12]}); they can be shown with theirs "
            "(dataset=folder dataset.root=ROOT)",
            program,
        )
    return StoredRun(folder, program, about)


def _together(parts: Sequence[Mapping[str, Any]], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the parts on one dataset say that agree with settings; else what all say."""

    def agrees(part: Mapping[str, Any]) -> bool:
        then = part["configuration"]["methods"]
        return all(
            flat_settings(then[name]) == flat_settings(now)
            for name, now in settings.items()
            if name in then
        )

    chosen = [part for part in parts if agrees(part)] if len(parts) > 1 else list(parts)
    chosen = chosen or list(parts)
    # Of what two of them say the first counts.
    protocols = {k: v for part in reversed(chosen) for k, v in part["protocols"].items()}
    methods = {
        k: v for part in reversed(chosen) for k, v in part["configuration"]["methods"].items()
    }
    blocks = {
        k: v
        for part in reversed(chosen)
        for k, v in (part["configuration"].get("blocks") or {}).items()
    }
    order = list(dict.fromkeys(name for part in chosen for name in part["protocols"]))
    return {
        **chosen[0],
        "configuration": {**chosen[0]["configuration"], "methods": methods, "blocks": blocks},
        "protocols": {name: protocols[name] for name in order},
        "verdict": [text for part in chosen for text in part.get("verdict", ())],
    }


def _read_csv(content: bytes, numbers: Collection[str]) -> pd.DataFrame:
    columns = pd.read_csv(io.BytesIO(content), nrows=0, encoding="utf-8").columns
    # A query may be called "1" and a photograph "NA": only figures can be missing.
    table = pd.read_csv(
        io.BytesIO(content),
        dtype={column: "str" for column in columns if column not in numbers},
        keep_default_na=False,
        na_values={column: [""] for column in columns if column in numbers},
        encoding="utf-8",
    )
    for column in table.columns.difference(list(numbers)):
        table[column] = table[column].map(from_csv_cell)
    return table


def honest_first(protocols: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the protocols of a ``run.json``: the honest ones, then the others, in its order."""
    return sorted(protocols, key=lambda name: not protocols[name]["honest"])
