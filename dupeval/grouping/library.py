"""`dupeval.group`: somebody's own images, grouped, as a table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from dupeval.cli.methods import method_named
from dupeval.errors import DupevalError
from dupeval.grouping.default import NAME
from dupeval.grouping.finding import find
from dupeval.grouping.keeping import RULES, Keep
from dupeval.grouping.running import Chosen, default_cache, group_images
from dupeval.grouping.tables import COLUMNS, rows_of
from dupeval.method import Method, Resources

if TYPE_CHECKING:
    import pandas as pd

Paths = str | Path | Iterable[str | Path]


def group(
    paths: Paths,
    *,
    method: str | Method | None = None,
    threshold: float | None = None,
    calibration: str | Path | None = None,
    keep: Keep = "pixels",
    recursive: bool = True,
    against: Paths | None = None,
    cache_dir: str | Path | None = None,
    progress: bool = False,
) -> pd.DataFrame:
    """Group the copies among images; nothing of them is moved, deleted or written into.

    Parameters
    ----------
    paths : str, Path, or iterable of these
        Folders, image files, or tables (.csv, .tsv, .parquet) with a column ``path``.
    method : str or Method, default "verified"
        What compares images: the name of a YAML file in ``conf/method``, or a method.
    threshold : float, optional
        The distance up to which images are one group; by default the method's.
    calibration : str or Path, optional
        A file of ``dupeval calibrate``, which has method, settings and threshold.
    keep : {"pixels", "bytes", "oldest", "name"}, default "pixels"
        See `dupeval.grouping.keeping.keeper`.
    recursive : bool, default True
        Whether folders in folders are looked into.
    against : str, Path, or iterable of these, optional
        What the images are compared with, instead of with each other.
    cache_dir : str or Path, optional
        What was learnt of images is kept here for the next time; by default ``~/.cache/dupeval``.
    progress : bool, default False
        Show bars.

    Returns
    -------
    DataFrame
        A row an image, with the columns of `dupeval.grouping.tables.Row`: ``path``, ``group``,
        ``keeper``, ``distance`` to it, ``bytes``, ``width``, ``height``, ``format``, ``sureness``,
        ``chained``, ``reference``. ``attrs`` has the ``method``, the ``threshold``, what is
        ``unread``: (path, reason), and what the ``calibration`` promises, where there is one.

    Raises
    ------
    DupevalError
        With what is possible instead.

    Examples
    --------
    >>> import dupeval
    >>> images = dupeval.group("photos")
    >>> copies = images[images["path"] != images["keeper"]]
    """
    try:
        import pandas as pd  # noqa: PLC0415
    except ImportError:
        raise DupevalError(
            "a table needs pandas; possible: pip install 'dupeval[tables]'"
        ) from None
    if keep not in RULES:
        raise DupevalError(f"keep={keep!r} is not possible; possible: {', '.join(RULES)}")
    cache = default_cache() if cache_dir is None else Path(cache_dir)
    chosen = _chosen(method, threshold, calibration, keep, cache)
    grouping = group_images(
        find(_listed(paths), recursive),
        None if against is None else find(_listed(against), recursive),
        chosen,
        Resources(cache, progress),
    )
    table = pd.DataFrame([asdict(row) for row in rows_of(grouping)], columns=list(COLUMNS))
    table.attrs = {
        "method": chosen.name,
        "threshold": grouping.threshold,
        "unread": [(item.path, item.reason) for item in grouping.unread],
    }
    if grouping.promise:
        table.attrs["calibration"] = grouping.promise
    return table


def _chosen(
    method: str | Method | None,
    threshold: float | None,
    calibration: str | Path | None,
    keep: Keep,
    cache: Path,
) -> Chosen:
    if calibration is None:
        asked = NAME if method is None else method
        if isinstance(asked, str):
            return Chosen(asked, method_named(asked, cache), threshold, keep)
        return Chosen(type(asked).__name__, asked, threshold, keep)
    if isinstance(method, Method):
        raise DupevalError("a calibration has its own method; possible: calibration or method")
    from dupeval.deployment.using import chosen_by  # noqa: PLC0415  (most runs have none)

    def named(name: str) -> Method:
        return method_named(name, cache)

    return chosen_by(Path(calibration), named, method, threshold, keep)


def _listed(paths: Paths) -> list[str | Path]:
    return [paths] if isinstance(paths, str | Path) else list(paths)
