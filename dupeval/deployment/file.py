"""The calibration file: what to use, what it was found on, and what to expect of it.

JSON, and where a method learns a safetensors file beside it, of which the JSON holds the hash. Both
are written whole, and read with limits; nothing in them is run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from safetensors import SafetensorError
from safetensors.numpy import load, save

from dupeval.deployment.wish import Wish
from dupeval.errors import InputError, SettingsError
from dupeval.files import open_regular, write_whole
from dupeval.text import visible

# What a file of settings, and one of principal components, may have.
MOST_BYTES, MOST_TENSOR_BYTES = 2**20, 2**31
MOST_ENTRIES = 1000
TENSORS = ".safetensors"

Text = Annotated[str, Field(max_length=1000)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Values = Annotated[dict[Text, Any], Field(max_length=MOST_ENTRIES)]
Texts = Annotated[dict[Text, Text], Field(max_length=MOST_ENTRIES)]

_STRICT = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Expected(BaseModel):
    """What a score is on images like those of the sample.

    Attributes
    ----------
    value : float
        The mean over queries; of precision, over those in which anything is claimed.
    low, high : float
        95 %: of the mean, Student's t over queries; where there is one query, or all are alike, of
        the share of groups that are without a mistake, or whole, Clopper and Pearson's.
    over : {"queries", "groups"}
        Which of the two.
    n : int
        How many of these there are.
    n_good : int, optional
        Of groups, how many are without a mistake, or whole.
    """

    model_config = _STRICT

    value: Share
    low: Share
    high: Share
    over: Literal["queries", "groups"]
    n: Count
    n_good: Count | None = None


class Sample(BaseModel):
    """The labelled dataset."""

    model_config = _STRICT

    name: Text
    fingerprint: Digest
    n_queries: Count
    n_images: Count
    n_true_pairs: Count


class Calibration(BaseModel):
    """What `dupeval calibrate` found.

    Attributes
    ----------
    calibration : int
        The version of this form.
    method : str
        Of a YAML file in ``conf/method``.
    settings : mapping
        What was chosen besides the threshold.
    threshold : float, optional
        None of a method that has none.
    identity : mapping
        See `dupeval.deployment.identity.identity`.
    fit_sha256 : str, optional
        Of the file beside this one, of a method that learns.
    sample : Sample
    wish : Wish
    precision, recall : Expected
    least_precision : float
        The lower bound of precision, one-sided, 95 %; see
        `dupeval.deployment.claims.least_precision`.
    shown : bool, optional
        Whether that is as high as the wish; None where the best F1 was wanted.
    n_needed : int, optional
        How many more claimed groups without a mistake would show it.
    n_claimed, n_folds, n_alike : int
        Groups that were claimed on what no choice had seen; what was left out in turn, and in how
        many of these folds the same method and settings were chosen as on all.
    tried : list of str
    left_out : mapping of str to str
        Methods, and why they were not tried.
    versions : mapping of str to str
        Of packages; for the record.
    """

    model_config = _STRICT

    calibration: Literal[1] = 1
    method: Annotated[str, Field(pattern=r"^\w+$", max_length=200)]
    settings: Values
    threshold: Annotated[float, Field(ge=0)] | None
    identity: Values
    fit_sha256: Digest | None = None
    sample: Sample
    wish: Wish
    precision: Expected
    recall: Expected
    least_precision: Share
    shown: bool | None
    n_needed: Count | None
    n_claimed: Count
    n_folds: Count
    n_alike: Count
    tried: Annotated[list[Text], Field(max_length=MOST_ENTRIES)]
    left_out: Texts
    versions: Texts


Tensors = Mapping[str, npt.NDArray[Any]]


def check_writable(file: Path, root: Path) -> None:
    """Make sure, before the work, that a calibration can be written and lies in nobody's way.

    Raises
    ------
    SettingsError
        If it would lie in the dataset, or in place of what is no calibration.
    """
    if file.resolve().is_relative_to(root.resolve()):
        raise SettingsError(
            f"{visible(str(file))} lies in {visible(str(root))}, which is only read; possible: "
            "another --out FILE"
        )
    if file.suffix != ".json":
        raise SettingsError(
            f"{visible(str(file))} does not end in .json; possible: --out {visible(file.stem)}.json"
        )
    beside = file.with_suffix(TENSORS)
    if file.is_symlink() or file.exists():
        try:
            read(file)
        except InputError:
            raise _foreign(file) from None
    elif beside.is_symlink() or beside.exists():
        raise _foreign(beside)


def _foreign(file: Path) -> SettingsError:
    return SettingsError(
        f"{visible(str(file))} is there already and no calibration, and not overwritten; possible: "
        "another --out FILE"
    )


def write(file: Path, calibration: Calibration, fit: Tensors) -> list[Path]:
    """Write a calibration, and beside it what its method has learnt; return what was written."""
    contents: dict[str, bytes] = {}
    if fit:
        content = save({name: np.ascontiguousarray(values) for name, values in fit.items()})
        contents[file.with_suffix(TENSORS).name] = content
        digest = hashlib.sha256(content).hexdigest()
        calibration = calibration.model_copy(update={"fit_sha256": digest})
    text = calibration.model_dump_json(indent=1)
    contents[file.name] = f"{text}\n".encode()
    write_whole(file.parent, contents)
    return [file.parent / name for name in contents]


def read(file: Path) -> Calibration:
    """Read a calibration.

    Raises
    ------
    InputError
        If it is none.
    """
    content = _content(file, MOST_BYTES)
    try:
        return Calibration.model_validate_json(content)
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(map(str, fault["loc"])) or "the file"
        raise _unusable(
            file, f"{place}: {fault['msg']}; possible: one of dupeval calibrate"
        ) from None


def read_fit(file: Path, calibration: Calibration) -> Tensors:
    """Read what lies beside a calibration of a method that learns.

    Raises
    ------
    InputError
        If it is not what was written with it.
    """
    beside = file.with_suffix(TENSORS)
    content = _content(beside, MOST_TENSOR_BYTES)
    if hashlib.sha256(content).hexdigest() != calibration.fit_sha256:
        raise _unusable(beside, f"not the file that {file.name} was written with")
    try:
        tensors: Tensors = load(content)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise _unusable(beside, f"no safetensors file ({error})") from None
    return tensors


def _content(file: Path, most: int) -> bytes:
    try:
        with open_regular(file) as opened:
            content = opened.read(most + 1)
    except OSError as error:
        raise _unusable(file, f"cannot be read ({error.strerror or error})") from None
    if len(content) > most:
        raise _unusable(file, f"larger than {most:,} bytes")
    return content


def _unusable(file: Path, problem: str) -> InputError:
    return InputError(f"the calibration {file}", [problem])
