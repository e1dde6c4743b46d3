"""What was said, kept at once: a file that is only ever added to."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Self

from filelock import FileLock, Timeout

from dupeval.errors import DupevalError, InputError, SettingsError
from dupeval.files import canonical_json, content_of, write_results
from dupeval.labelling.answers import Answer, Event, Undo
from dupeval.labelling.images import Images, Shown
from dupeval.labelling.lines import line_of
from dupeval.text import visible

JOURNAL, LOCK = "journal.jsonl", ".lock"
VERSION = 1
MOST_BYTES = 2**30


class NotKeptError(DupevalError):
    """What was said and could not be written."""


class Journal:
    """The answers of one folder of labels; nobody else has it open meanwhile.

    Each line is a JSON object: first what it is, with the seed of what is drawn at random, then
    images (the first time they are there), methods (when one begins to propose), answers, and
    answers taken back. A line is on disk before the next question is asked. A last line without
    its end, as a power cut leaves it, counts as not said.

    Parameters
    ----------
    folder : Path
        Made when missing.

    Raises
    ------
    SettingsError
        If another process has it open, or a file of that name is somebody else's.
    InputError
        If a line says nothing.
    """

    def __init__(self, folder: Path, seed: str | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._lock = FileLock(folder / LOCK, blocking=False)
        try:
            self._lock.acquire()
        except Timeout:
            raise SettingsError(
                f"{visible(str(folder))} is in use by another dupeval label; possible: to end that "
                "one, or another --out DIR"
            ) from None
        self._file: IO[bytes] | None = None
        try:
            self._open(seed)
        except BaseException:
            self.close()
            raise

    def _open(self, seed: str | None) -> None:
        path = self.folder / JOURNAL
        self.is_new = not path.exists()
        if self.is_new:
            about = {"journal": "dupeval label", "version": VERSION}
            first = {**about, "seed": seed or secrets.token_hex(8)}
            write_results(self.folder, {JOURNAL: f"{canonical_json(first)}\n".encode()})
        content = content_of(path, MOST_BYTES)
        whole = content[: content.rfind(b"\n") + 1]
        self._lines = _lines(path, whole)
        self._file = path.open("ab")
        if len(whole) < len(content):
            self._file.truncate(len(whole))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let others open it."""
        if self._file is not None:
            self._file.close()
            self._file = None
        self._lock.release()

    @property
    def seed(self) -> str:
        """What the order goes by in which images are drawn."""
        return str(self._lines[0]["seed"])

    @property
    def method(self) -> str | None:
        """The method that proposed last."""
        return next((str(x["method"]) for x in reversed(self._lines) if set(x) == METHOD), None)

    @property
    def keys(self) -> list[tuple[str, str]]:
        """The query and hash of each image that was ever there, in order."""
        return [
            (query, sha256)
            for line in self._lines
            for query, sha256, _ in line.get("new_images", ())
        ]

    def events(self, images: Images) -> list[Event]:
        """Return the answers, and what was taken back.

        Raises
        ------
        InputError
            If a line is no answer, or names an image that the journal does not know.
        """
        events: list[Event] = []
        for number, line in enumerate(self._lines, 1):
            if "undo" in line:
                events.append(Undo())
            elif "answer" in line:
                try:
                    events.append(Answer.from_json(line, images.number_of))
                except (KeyError, TypeError, ValueError) as error:
                    problem = f"{JOURNAL}:{number}: no answer ({error})"
                    raise InputError(str(self.folder), [problem]) from None
        return events

    def add_images(self, found: Sequence[Shown]) -> None:
        """Note images that were not there before."""
        known = set(self.keys)
        new = [[*shown.key, list(shown.names)] for shown in found if shown.key not in known]
        if new:
            self._add([{"new_images": new}])

    def add_method(self, name: str, cut: float | None) -> None:
        """Note which method proposes from now on."""
        self._add([{"method": name, "cut": cut, "at": _now()}])

    def add_answers(self, answers: Iterable[Answer], images: Images) -> None:
        """Note answers."""
        self._add([{**answer.as_json(images), "at": _now()} for answer in answers])

    def add_undo(self) -> None:
        """Note that the last answer is taken back."""
        self._add([{"undo": True, "at": _now()}])

    def _add(self, lines: Sequence[Mapping[str, Any]]) -> None:
        if self._file is None:
            raise SettingsError("the journal is closed")
        start = self._file.tell()
        try:
            self._file.write(b"".join(f"{canonical_json(line)}\n".encode() for line in lines))
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            # A part of a line would spoil the next one.
            with suppress(OSError):
                self._file.truncate(start)
            raise NotKeptError(
                f"that could not be kept ({error.strerror or error}), and does not count"
            ) from error
        self._lines += map(dict, lines)


METHOD = {"method", "cut", "at"}


def _lines(path: Path, content: bytes) -> list[dict[str, Any]]:
    problems = []
    lines = []
    for number, text in enumerate(content.splitlines(), 1):
        try:
            lines.append(line_of(text))
        except ValueError as error:
            lines.append({})
            problems.append(f"{path.name}:{number}: cannot be read ({error})")
    if not lines or lines[0].get("journal") != "dupeval label":
        problems.insert(0, f"{path.name}:1: no journal of dupeval label")
    elif lines[0]["version"] != VERSION:
        # Its other lines may well be others.
        problems = [f"{path.name}:1: of another version of dupeval"]
    elif not lines[0].get("seed"):
        problems.insert(0, f"{path.name}:1: without a seed")
    if problems:
        raise InputError(str(path.parent), problems)
    return lines


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
