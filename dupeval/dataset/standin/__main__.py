"""``python -m dupeval.dataset.standin``: build a stand-in, or write the committed manifests."""

from __future__ import annotations

import argparse
import sys
import tempfile
from itertools import product
from pathlib import Path

from dupeval.dataset.making.build import build_into
from dupeval.dataset.making.levels import LEVELS, Making
from dupeval.dataset.standin import DEFAULT, ensure_standin
from dupeval.dataset.standin.manifest import (
    MANIFESTS,
    VERSIONS_CSV,
    manifest_csv,
    manifest_text,
    versions_text,
)
from dupeval.dataset.standin.recipe import PHOTOGRAPHS, Standin, standin_of
from dupeval.errors import DupevalError
from dupeval.files import write_whole

PUBLISHED = [Making(*each) for each in product(LEVELS.values(), range(5), PHOTOGRAPHS)]


def main() -> int:
    """Run the program and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m dupeval.dataset.standin", description="Build a stand-in dataset."
    )
    parser.add_argument("root", nargs="?", type=Path, help="by default data/ and its name")
    parser.add_argument("--level", default=DEFAULT.level.name, help=", ".join(LEVELS))
    parser.add_argument("--draw", type=int, default=DEFAULT.draw)
    parser.add_argument("--photographs", default=DEFAULT.photographs, help=", ".join(PHOTOGRAPHS))
    parser.add_argument(
        "--write-manifests",
        action="store_true",
        help="build the published ones in a temporary folder and write their manifests, after a "
        "change of the recipe",
    )
    arguments = parser.parse_args()
    try:
        if arguments.write_manifests:
            _write_manifests()
        else:
            making = standin_of(arguments.level, arguments.draw, arguments.photographs).making
            print(ensure_standin(arguments.root or Path("data") / making.name, making))
    except DupevalError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _write_manifests() -> None:
    texts = {VERSIONS_CSV.name: versions_text()}
    for making in PUBLISHED:
        with tempfile.TemporaryDirectory() as folder:
            texts[manifest_csv(making).name] = manifest_text(
                build_into(Path(folder), Standin(making))
            )
    write_whole(MANIFESTS, {name: text.encode() for name, text in texts.items()})
    print(*texts, sep="\n")


if __name__ == "__main__":
    sys.exit(main())
