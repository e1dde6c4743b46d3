"""``python -m dupeval.dataset.standin [ROOT]``: build the stand-in, or write its manifest."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from dupeval.dataset.standin.build import build_into, ensure_standin
from dupeval.dataset.standin.manifest import (
    MANIFEST_CSV,
    VERSIONS_CSV,
    manifest_text,
    versions_text,
)
from dupeval.errors import DupevalError
from dupeval.files import write_whole


def main() -> int:
    """Run the program and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m dupeval.dataset.standin", description="Build the stand-in dataset."
    )
    parser.add_argument("root", nargs="?", type=Path, default=Path("data/standin"))
    parser.add_argument(
        "--write-manifest",
        action="store_true",
        help="build in a temporary folder and write manifest.csv, after a change of the recipe",
    )
    arguments = parser.parse_args()
    try:
        if arguments.write_manifest:
            _write_manifest()
        else:
            print(ensure_standin(arguments.root))
    except DupevalError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _write_manifest() -> None:
    with tempfile.TemporaryDirectory() as folder:
        records = build_into(Path(folder))
    texts = {MANIFEST_CSV: manifest_text(records), VERSIONS_CSV: versions_text()}
    write_whole(MANIFEST_CSV.parent, {path.name: text.encode() for path, text in texts.items()})
    print(*texts, sep="\n")


if __name__ == "__main__":
    sys.exit(main())
