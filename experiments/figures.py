"""Draw the figures of the paper from stored results.

Examples
--------
python experiments/figures.py
python experiments/figures.py 'figure=[groups,dendrogram]' query=flowers
python experiments/figures.py dataset=folder dataset.root=ROOT table1_dir=results/mine
"""

from __future__ import annotations

import json
import pkgutil
import sys
from collections.abc import Container
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from configuration import (
    as_json,
    build,
    build_all,
    build_methods,
    build_protocols,
    open_dataset,
)
from console import NO_SCORES, SUCCESS, say
from hydra_app import CONF_DIR, run
from omegaconf import DictConfig, OmegaConf
from program import resources
from tqdm import tqdm

from dupeval.distance import PairScore
from dupeval.distance.gates import Gate
from dupeval.errors import SettingsError
from dupeval.figures.inputs import FigureInputs
from dupeval.figures.saving import FILE_NAME, KINDS, StoredFigure, files_of, record_bytes
from dupeval.figures.style import WIDTHS, style
from dupeval.files import refuse_foreign, write_results
from dupeval.method import Method
from dupeval.reduction import PCA
from dupeval.representation import Representation

# What a method on images may be made of.
PARTS = (Method, Representation, PCA, PairScore, Gate)
# Of settings in settings.
DEEPEST = 20


def main(config: DictConfig) -> int:
    """Draw every chosen figure, and write all their files and of what they are at once.

    Of several figures those that cannot be drawn are left out, with the reason; the exit code
    tells.
    """
    if not config.get("figures"):
        possible = sorted(path.stem for path in Path(CONF_DIR, "figure").glob("*.yaml"))
        raise SettingsError(f"no figure is chosen; possible: {', '.join(possible)}")
    if config.figure.width not in WIDTHS:
        raise SettingsError(
            f"figure.width={config.figure.width} is not possible; possible: {', '.join(WIDTHS)}"
        )
    figures = build_all(config, "figures")
    out, table1_dir = Path(config.out_dir), Path(str(config.table1_dir))
    files = [f"{name}.{kind}" for name in figures for kind in KINDS]
    refuse_foreign(out, [*files, FILE_NAME])
    methods = build_methods(config)
    stored = stored_methods(table1_dir, methods)
    inputs = FigureInputs(
        open_dataset(config),
        methods | {name: method for name, (_, method) in stored.items()},
        build_protocols(config),
        as_json(config)["methods"] | {name: settings for name, (settings, _) in stored.items()},
        resources(config),
        table1_dir,
        config.seed,
    )
    contents: dict[str, bytes] = {}
    drawn: dict[str, StoredFigure] = {}
    left_out: list[str] = []
    with style(config.figure.width):
        bar = tqdm(figures.items(), unit="figure", disable=not config.progress)
        for name, figure in bar:
            bar.set_description(name)
            # Each its own, to tell which of them read stored results.
            own = replace(inputs)
            try:
                if config.figure.width == "single" and not figure.narrow:
                    raise SettingsError("has no narrow form; possible: figure.width=double")
                picture = figure.draw(own)
            except SettingsError as error:
                left_out.append(f"figure {name}: {error}")
                continue
            made = (picture, own.dataset, own.table1_sha256, (figure.part, figure.rank))
            files_of_one, drawn[name] = files_of(name, *made)
            contents |= files_of_one
    if not contents:
        raise SettingsError("; ".join(left_out))
    contents[FILE_NAME] = record_bytes(out, inputs.dataset.fingerprint, drawn)
    write_results(out, contents)
    for reason in left_out:
        print(f"left out: {reason}", file=sys.stderr)
    say(f"written to {out}: {', '.join(contents)}")
    return NO_SCORES if left_out else SUCCESS


def stored_methods(folder: Path, known: Container[str]) -> dict[str, tuple[Any, Method]]:
    """Return the settings of methods that a stored run has beyond those known, and the methods.

    Those alone that are made of dupeval's own parts: no file can name a program that is run.
    """
    try:
        parts = json.loads((folder / "run.json").read_bytes())["parts"]
        stored = {k: v for part in parts for k, v in part["configuration"]["methods"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}  # Figures that need it say what is wrong.
    found = {}
    for name, settings in stored.items():
        if name not in known and isinstance(settings, dict) and _is_own(settings):
            with suppress(SettingsError):
                method = build(OmegaConf.create({"method": settings}).method, f"methods.{name}")
                if isinstance(method, Method):
                    found[name] = (settings, method)
    return found


def _is_own(settings: Any, depth: int = 0) -> bool:
    """Whether everything that is to be made of settings is a part of a method on images.

    No text among them stands for something else, such as a variable of the environment.
    """
    if depth > DEEPEST:
        return False
    inner = partial(_is_own, depth=depth + 1)
    if isinstance(settings, list):
        return all(map(inner, settings))
    if not isinstance(settings, dict):
        return not (isinstance(settings, str) and "${" in settings)
    target = str(settings.get("_target_", ""))
    try:
        part = pkgutil.resolve_name(target) if target.startswith("dupeval.") else None
    except (ImportError, AttributeError, ValueError):
        return False
    is_part = isinstance(part, type) and issubclass(part, PARTS)
    is_program = getattr(part, "external", False)
    return (not target or (is_part and not is_program)) and all(map(inner, settings.values()))


if __name__ == "__main__":
    run("figures", main, __doc__)
