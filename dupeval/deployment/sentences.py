"""What is said of a calibration, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from dupeval.deployment.claims import LEVEL
from dupeval.deployment.file import Calibration, Expected
from dupeval.text import counted


def deploy_sentence(found: Calibration) -> str:
    """Answer which method to deploy, with which settings and threshold, and what to expect."""
    return f"Deploy {use(found)}: {promise(found)}."


def use(found: Calibration) -> str:
    """Return the method, its settings and its threshold."""
    settings = ", ".join(f"{name}={value}" for name, value in found.settings.items())
    at = "" if found.threshold is None else f" at {plain(found.threshold)}"
    return f"{found.method}{f' with {settings}' if settings else ''}{at}"


def promise(found: Calibration) -> str:
    """Return what to expect, and on what it was found."""
    sample = found.sample
    if sample.n_queries > 1:
        over = f"{sample.n_queries} queries"
        over = over if found.n_folds == sample.n_queries else f"{found.n_folds} folds of {over}"
    else:
        over = f"{found.n_folds} folds of the photographs of one query"
    precision = _said(found.precision, "claimed groups without a mistake")
    recall = _said(found.recall, "photographs whole")
    what = f"precision {precision} and recall {recall}"
    return f"expect {what} on images like these (nested over {over})"


def wish_sentence(found: Calibration) -> str | None:
    """Say whether the precision that was wanted is shown; None where the best F1 was wanted."""
    least = found.wish.precision
    if least is None:
        return None
    bound = f"with {100 * LEVEL:.0f} % confidence it is at least {score(found.least_precision)}"
    if found.shown:
        return f"Precision {least:g} is shown: {bound}."
    missing = f"This sample cannot show precision {least:g}: {bound}"
    if found.n_needed is None:
        return f"{missing}; its queries, or groups with mistakes, are against it."
    more = counted(found.n_needed, "more claimed group")
    return f"{missing}; it takes {more} without a mistake besides the {found.n_claimed} here."


def lines(found: Calibration) -> Iterator[str]:
    """Yield all that is printed of a calibration."""
    yield deploy_sentence(found)
    if (wished := wish_sentence(found)) is not None:
        yield wished
    if found.n_alike < found.n_folds:
        yield (
            f"In {found.n_folds - found.n_alike} of {found.n_folds} folds another method or other "
            "settings were chosen: the choice is not sure."
        )
    yield f"tried: {', '.join(found.tried)}"
    for name, reason in found.left_out.items():
        yield f"left out: {name}: {reason}"


def promised(found: Calibration, file: str) -> str:
    """Return what a grouping that follows a calibration says of it."""
    least = found.wish.precision
    shown = ""
    if least is not None:
        shown = f"; precision {least:g} was {'shown' if found.shown else 'not shown'}"
    return f"calibrated by {file} on {found.sample.name}: {promise(found)}{shown}"


def _said(expected: Expected, good: str) -> str:
    interval = f"[{score(expected.low)}, {score(expected.high)}]"
    value = score(expected.value)
    if expected.over == "queries":
        return f"{value} {interval}"
    return f"{value} ({expected.n_good} of {expected.n} {good}: {interval})"


def score(value: float) -> str:
    """Return a share with as many digits as tell it from 1."""
    text = f"{value:.3f}"
    return text.rstrip("0").rstrip(".") if value in (0.0, 1.0) else text


def plain(threshold: float) -> str:
    """Return a threshold for reading."""
    return f"{threshold:.4g}"
