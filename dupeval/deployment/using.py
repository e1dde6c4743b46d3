"""From a calibration file to what groups images, or a sentence why it cannot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dupeval.deployment.file import Calibration, read, read_fit
from dupeval.deployment.identity import CarriesFit, carried, first_difference, identity
from dupeval.deployment.sentences import promised
from dupeval.errors import InputError, SettingsError
from dupeval.files import canonical_json
from dupeval.grouping.keeping import Keep
from dupeval.grouping.running import Chosen
from dupeval.method import Method
from dupeval.text import visible


def chosen_by(
    file: Path,
    named: Callable[[str], Method],
    method: str | None = None,
    threshold: float | None = None,
    keep: Keep = "pixels",
) -> Chosen:
    """Return how images are grouped, as a calibration file says.

    Parameters
    ----------
    file : Path
    named : callable
        Returns a method by its name, as it is configured here.
    method : str, optional
        What was asked for besides: must be the file's.
    threshold : float, optional
        None is possible besides: the file has one.
    keep : str, default "pixels"

    Raises
    ------
    InputError
        If it is no calibration file.
    SettingsError
        If method, settings, weights or what makes vectors and distances are not as they were.
    """
    found = read(file)
    shown = visible(str(file))
    if threshold is not None:
        raise SettingsError(
            f"{shown} has the threshold to use; possible: --calibration or --threshold, not both"
        )
    if method is not None and method != found.method:
        raise SettingsError(
            f"{shown} is of {found.method}, not {visible(method)}; possible: without --method, or "
            f"dupeval calibrate --method {visible(method)}"
        )
    made = named(found.method)
    _check_same(found, made, shown)
    fit = None
    if found.fit_sha256 is not None:
        if not isinstance(made, CarriesFit):
            raise SettingsError(
                f"{shown} has what {found.method} learnt, and here it learns nothing"
            )
        tensors = read_fit(file, found)
        try:
            fit = made.unpacked_fit(tensors)
        except ValueError as error:
            raise InputError(f"the calibration {file}", [f"what was learnt: {error}"]) from None
    return Chosen(
        found.method,
        carried(made, found.settings, fit),
        found.threshold,
        keep,
        promise=promised(found, shown),
    )


def _check_same(found: Calibration, method: Method, shown: str) -> None:
    # Only what may be chosen here: a file of somebody else names no other files.
    possible = [canonical_json(dict(params)) for params in method.candidates]
    if canonical_json(found.settings) not in possible:
        raise SettingsError(
            f"the settings of {shown} are none that {found.method} may have here; possible: "
            "dupeval calibrate again"
        )
    here = identity(method, found.settings)
    if (difference := first_difference(here, found.identity)) is not None:
        raise SettingsError(
            f"{found.method} is here not what {shown} was made with ({difference}); possible: "
            "dupeval calibrate again, or what it was made with"
        )
