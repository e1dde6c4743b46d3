"""The committed manifests: what each image of a published stand-in should be."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, fields
from pathlib import Path

from dupeval.dataset.making.levels import Making
from dupeval.dataset.making.records import Record, csv_text, library_versions

MANIFESTS = Path(__file__).with_name("manifests")
VERSIONS_CSV = MANIFESTS / "versions.csv"  # What they were made with.
NAMED_DIFFERENCES = 5


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


def _read_csv(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _listed(versions: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in versions.items())
