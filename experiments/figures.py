"""Draw the figures of the paper from stored results."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import replace
from pathlib import Path

from configuration import as_json, build_all, build_methods, open_dataset
from console import NO_SCORES, SUCCESS, say
from hydra_app import CONF_DIR, run
from omegaconf import DictConfig
from program import resources

from dupeval.errors import SettingsError
from dupeval.figures.material import Material
from dupeval.figures.record import FILE_NAME, Origin, record_bytes
from dupeval.figures.saving import files_of
from dupeval.figures.style import style
from dupeval.files import refuse_foreign, write_results

KINDS = ("png", "pdf", "md")


def main(config: DictConfig) -> int:
    """Draw every chosen figure, and write all their files and of what they are at once.

    Of several figures those that cannot be drawn are left out, with the reason; the exit code
    tells.
    """
    if not config.get("figures"):
        possible = sorted(path.stem for path in Path(CONF_DIR, "figure").glob("*.yaml"))
        raise SettingsError(f"no figure is chosen; possible: {', '.join(possible)}")
    figures = build_all(config, "figures")
    out = Path(config.out_dir)
    files = [f"{name}.{kind}" for name in figures for kind in KINDS]
    refuse_foreign(out, [*files, FILE_NAME])
    methods = build_methods(config)
    material = Material(
        open_dataset(config),
        methods,
        as_json(config)["methods"],
        resources(config),
        Path(str(config.table1_dir)),
        config.seed,
    )
    contents: dict[str, bytes] = {}
    origins: dict[str, Origin] = {}
    left_out: list[str] = []
    with style():
        for i, (name, figure) in enumerate(figures.items(), start=1):
            say(f"{i}/{len(figures)} {name}")
            # Each its own, to tell which of them read stored results.
            own = replace(material)
            try:
                picture = figure.draw(own)
            except SettingsError as error:
                left_out.append(f"figure {name}: {error}")
                continue
            contents |= files_of(name, picture, own.dataset)
            png_sha256 = hashlib.sha256(contents[f"{name}.png"]).hexdigest()
            origins[name] = Origin(png_sha256, own.table1_sha256)
    if not contents:
        raise SettingsError("; ".join(left_out))
    contents[FILE_NAME] = record_bytes(out, material.dataset.fingerprint, origins)
    write_results(out, contents)
    for reason in left_out:
        print(f"left out: {reason}", file=sys.stderr)
    say(f"written to {out}: {', '.join(contents)}")
    return NO_SCORES if left_out else SUCCESS


if __name__ == "__main__":
    run("figures", main)
