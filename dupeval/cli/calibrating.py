"""What ``dupeval calibrate`` does: read, choose, write, say."""

from __future__ import annotations

import importlib.util
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError
from pathlib import Path

from dupeval import __version__
from dupeval.cli.methods import method_named
from dupeval.cli.programs import CONF, programs_dir
from dupeval.errors import DupevalError, SettingsError
from dupeval.grouping.running import default_cache
from dupeval.grouping.writing import check_folder
from dupeval.method import Method, Resources
from dupeval.text import visible
from dupeval.versions import version

ALL = "all"
NEEDED = ("scipy", "sklearn")
LIBRARIES = ("numpy", "opencv-contrib-python-headless", "pillow", "scikit-learn", "scipy", "torch")


def run(
    *,
    root: Path,
    labels: Path | None,
    names: str,
    wish: str,
    out: Path,
    n_folds: int | None,
    seed: int,
    cache: Path | None,
    progress: bool,
) -> None:
    """Calibrate and tell of it; see `dupeval.cli.calibrate.calibrate`."""
    missing = [package for package in NEEDED if importlib.util.find_spec(package) is None]
    if missing:
        raise SettingsError(
            f"to calibrate takes {', '.join(missing)}; possible: pip install 'dupeval[experiments]'"
        )
    from dupeval.dataset.flat import read_sample  # noqa: PLC0415  (they bring scipy)
    from dupeval.deployment.calibrating import calibrate, in_file  # noqa: PLC0415
    from dupeval.deployment.file import check_writable, write  # noqa: PLC0415
    from dupeval.deployment.sentences import lines  # noqa: PLC0415
    from dupeval.deployment.wish import Wish  # noqa: PLC0415
    from dupeval.engine.folds import folds_of  # noqa: PLC0415

    wanted = Wish.of(wish)
    cache_dir = cache or default_cache()
    check_writable(out, root)
    check_folder(out.parent, "--out FILE")
    methods, left_out = methods_of(names, cache_dir)
    dataset = read_sample(root, cache_dir / "checked", progress=progress, labels_dir=labels)
    folds = folds_of(dataset, n_folds, seed)
    found = calibrate(methods, dataset, wanted, Resources(cache_dir, progress), folds)
    calibration = in_file(found, dataset, wanted, left_out, _versions())
    written = write(out, calibration, found.fit)
    for line in lines(calibration):
        print(visible(line))
    print(f"written: {', '.join(visible(str(path)) for path in written)}")


def methods_of(names: str, cache_dir: Path) -> tuple[dict[str, Method], dict[str, str]]:
    """Return the methods of that name, or of these names; of all, what cannot be made, and why.

    Raises
    ------
    SettingsError
        If one that was named is not possible.
    """
    if names != ALL:
        listed = [name.strip() for name in names.split(",") if name.strip()]
        if not listed:
            raise SettingsError("--method is empty; possible: verified, sscd,verified, all")
        return {name: method_named(name, cache_dir) for name in dict.fromkeys(listed)}, {}
    made: dict[str, Method] = {}
    left_out: dict[str, str] = {}
    for path in sorted((programs_dir().parent / CONF / "method").glob("*.yaml")):
        try:
            made[path.stem] = method_named(path.stem, cache_dir)
        except DupevalError as error:
            left_out[path.stem] = str(error)
        except ModuleNotFoundError as error:
            left_out[path.stem] = f"{error.name} is not installed"
    return made, left_out


def _versions() -> Mapping[str, str]:
    found = {"dupeval": __version__, "python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
