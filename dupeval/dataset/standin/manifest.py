"""What the stand-in should be, what a built one is, and how a finished folder is told by."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from PIL import __version__ as pillow_version
from PIL import features

from dupeval.dataset.standin.levels import Level, Making
from dupeval.dataset.standin.sources import SOURCES_CSV
from dupeval.files import file_sha256, json_sha256

MANIFESTS = Path(__file__).with_name("manifests")
VERSIONS_CSV = MANIFESTS / "versions.csv"  # What they were made with.
STAMP = "standin.json"
TABLES = ("labels.csv", "queries.csv", "pairs.csv")  # The last one where it has lines.
WHAT = "dupeval stand-in dataset"
NAMED_DIFFERENCES = 5


@dataclass(frozen=True)
class Record:
    """One image of the stand-in, as the manifest's columns name it."""

    query: str
    image: str
    photograph: str
    edit: str
    pixels_sha256: str


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a CSV file's text, with LF line ends."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def manifest_text(records: Iterable[Record]) -> str:
    """Return the manifest file's text."""
    return csv_text([field.name for field in fields(Record)], map(astuple, records))


def versions_text() -> str:
    """Return the text of the file that says what a manifest was made with."""
    return csv_text(["library", "version"], library_versions().items())


def manifest_csv(making: Making) -> Path:
    """Return where the manifest of a published making is committed; others have none."""
    return MANIFESTS / f"{making.name}.csv"


def read_manifest(making: Making) -> list[Record]:
    """Read a committed manifest; without one, there are no records."""
    return [Record(**row) for row in _read_csv(manifest_csv(making))]


def read_versions() -> dict[str, str]:
    """Read which library versions the committed manifests were made with."""
    return {row["library"]: row["version"] for row in _read_csv(VERSIONS_CSV)}


def differing(built: Iterable[Record], expected: Iterable[Record]) -> list[str]:
    """Name the images, as QUERY/IMAGE, that are not alike in both lists."""
    ours = {(record.query, record.image): record for record in built}
    theirs = {(record.query, record.image): record for record in expected}
    names = sorted(ours.keys() | theirs.keys())
    return [f"{name[0]}/{name[1]}" for name in names if ours.get(name) != theirs.get(name)]


def difference_message(root: Path, names: Sequence[str]) -> str:
    """Say which images of a new build differ from the manifest, and what it was built with."""
    named = ", ".join(names[:NAMED_DIFFERENCES])
    rest = f" and {len(names) - NAMED_DIFFERENCES} more" if len(names) > NAMED_DIFFERENCES else ""
    return (
        f"the stand-in dataset in {root} differs from the published one in {len(names)} "
        f"image{'s' if len(names) > 1 else ''} ({named}{rest}); it was built with "
        f"{_listed(library_versions())}, the published one with {_listed(read_versions())}. It "
        f"can be used, but its figures are not to be compared with those of another build: "
        f"compare the dataset fingerprints."
    )


def library_versions() -> dict[str, str]:
    """Return the versions of all libraries that the pixels depend on."""
    codecs = ("libjpeg_turbo", "webp", "freetype2")
    found = {name: features.version(name) or "missing" for name in codecs}
    return {"Pillow": pillow_version, "numpy": np.__version__, **found}


def recipe(making: Making) -> dict[str, str]:
    """Return what a finished folder must have been built from to be up to date."""
    manifest = manifest_csv(making)
    return {
        "dataset": making.name,
        "level_sha256": json_sha256(_settings(making.level)),
        "manifest_sha256": file_sha256(manifest) if manifest.exists() else "",
        "sources_sha256": file_sha256(SOURCES_CSV[making.photographs]),
    }


def _settings(level: Level) -> dict[str, Any]:
    # Without what a level leaves empty: levels stay what they were when others get more to say.
    return {name: value for name, value in asdict(level).items() if value}


def write_stamp(folder: Path, making: Making, differences: Sequence[str]) -> None:
    """Write the file that says that a folder is a finished stand-in; the last one to be written."""
    hashes = {path.relative_to(folder).as_posix(): file_sha256(path) for path in _files(folder)}
    stamp = {
        "what": WHAT,
        **recipe(making),
        "versions": library_versions(),
        "files": len(hashes),
        "files_sha256": files_sha256(hashes),
        "differs_from_manifest": list(differences),
    }
    text = json.dumps(stamp, indent=2) + "\n"
    (folder / STAMP).write_text(text, encoding="utf-8")


def files_sha256(hashes: Mapping[str, str]) -> str:
    """Return one hash of all files' names and hashes."""
    return json_sha256(hashes)


def read_stamp(folder: Path) -> Mapping[str, Any]:
    """Return a folder's stamp; an empty one where there is none that is ours."""
    try:
        stamp = json.loads((folder / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) and stamp.get("what") == WHAT else {}


def is_up_to_date(folder: Path, making: Making) -> bool:
    """Whether a folder is a finished stand-in of the present recipe with all its files.

    The files are counted, not read: who reads the dataset hashes them anyway.
    """
    stamp = read_stamp(folder)
    if not stamp or any(stamp.get(name) != value for name, value in recipe(making).items()):
        return False
    return stamp.get("files") == len(_files(folder))


def _read_csv(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _listed(versions: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in versions.items())


def _files(folder: Path) -> list[Path]:
    # By name, so that what a file manager leaves behind is not counted.
    tables = [folder / name for name in TABLES]
    return [path for path in tables if path.exists()] + sorted(folder.glob("images/*/img_*"))
