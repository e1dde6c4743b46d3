"""The other end of a tool's process: started, asked and watched."""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked_dataclass

from dupeval.errors import NoScoresError
from dupeval.text import shortened, visible
from dupeval.tool import Answer, Tool
from dupeval.tool.executable import MOST_BYTES, ending, kept, told_by_first
from dupeval.tool.isolation import environment, in_force, link_code, tell_if_weak
from dupeval.tool.keeper import GRACE_S
from dupeval.tool.wire import decoded

# Of what a distance is written with.
BYTES_OF_A_PAIR = 32
MOST_CHARACTERS, MOST_NOTES, MOST_ANSWERS = 10_000, 100, 10_000
Amount = Annotated[float, Field(ge=0, le=1e15, allow_inf_nan=False)]
Notes = Annotated[
    list[Annotated[str, Field(max_length=MOST_CHARACTERS)]], Field(max_length=MOST_NOTES)
]
_EXACTLY = ConfigDict(extra="forbid", strict=True)


@dataclass(frozen=True)
class Reply:
    """What a tool said of one query's images, and what that took.

    Attributes
    ----------
    answers : sequence
        One for each setting of the tool.
    wall_s, cpu_s : float
        In seconds; the first reply includes the start of the process.
    peak_memory_mb : float
        Of the process until now, in MB (10**6 bytes).
    notes : sequence of str
        What a user should know of the answers, such as images that the tool could not read.
    """

    answers: Sequence[Answer]
    wall_s: float
    cpu_s: float
    peak_memory_mb: float
    notes: Sequence[str] = field(default_factory=list)


@checked_dataclass(frozen=True, config=_EXACTLY)
class _Line:
    """What a process may answer; it is not trusted. What is told in answers is not looked at."""

    number: int
    cpu_s: Amount
    peak_memory_mb: Amount
    notes: Notes
    answers: Annotated[list[Any], Field(max_length=MOST_ANSWERS)] | None = None
    source: Literal["missing", "failed"] = "failed"
    reason: str | None = None


@dataclass
class ToolProcess:
    """One process for all queries; it sees one after the other.

    It has an empty folder as its home, so that neither the user's settings nor what other runs
    left behind enters, and nothing of the tool's stays. It is kept in as well as the machine can;
    see `dupeval.tool.isolation`.

    Attributes
    ----------
    tool : Tool
    time_limit_s : float
        For each query.
    folder : Path
        Where the images must lie that it is asked about: it reads there, and cannot write. It is
        there as long as the process is.

    Warns
    -----
    UserWarning
        If a hostile tool could get out.
    """

    tool: Tool
    time_limit_s: float
    folder: Path = field(init=False)
    _held: ExitStack = field(init=False, default_factory=ExitStack)
    _process: subprocess.Popen[bytes] = field(init=False)
    _errors: IO[bytes] = field(init=False)
    _questions: socket.socket = field(init=False)
    _answers: socket.socket = field(init=False)
    _asked: int = 0
    _cpu_s: float = 0.0
    _started: float | None = None

    def __enter__(self) -> Self:
        self._started = time.perf_counter()
        isolation = in_force()
        tell_if_weak(isolation)
        with ExitStack() as held:
            own = held.enter_context(
                tempfile.TemporaryDirectory(prefix="dupeval-tool-", ignore_cleanup_errors=True)
            )
            home, code, self.folder = (Path(own) / name for name in ("home", "code", "seen"))
            home.mkdir()
            self.folder.mkdir()
            self._errors = held.enter_context(tempfile.TemporaryFile())
            # Unlike pipes, they cannot be opened anew by whoever finds them among open files.
            self._questions, reads = map(held.enter_context, socket.socketpair())
            self._answers, writes = map(held.enter_context, socket.socketpair())
            reads.shutdown(socket.SHUT_WR)
            worker = [sys.executable, "-P", "-m", "dupeval.tool.worker"]
            needs = self.tool.needs
            linked = link_code(code, type(self.tool).__module__, needs)
            readable = [str(self.folder), str(code), *linked, *needs]
            self._process = held.enter_context(
                kept(
                    isolation.wrap(worker, str(home), readable),
                    isolation.grace_s,
                    stdin=reads,
                    stdout=writes,
                    stderr=self._errors,
                    cwd=home,
                    env=environment(home, code),
                )
            )
            for theirs in (reads, writes):
                theirs.close()
            self._held = held.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._held.close()

    def ask(self, images: Sequence[Path]) -> Reply:
        """Return what the tool says of images.

        Raises
        ------
        NoScoresError
            If the tool says so itself, crashes, does not answer in time, or not as agreed.
        """
        started = self._started or time.perf_counter()
        deadline = time.perf_counter() + self.time_limit_s
        if self._started is not None:
            key = f"{type(self.tool).__module__}.{type(self.tool).__qualname__}"
            self._write({"tool": key, "parameters": self.tool.parameters}, deadline)
            self._started = None
        self._write([str(path) for path in images], deadline)
        n_pairs = len(images) * (len(images) - 1) // 2
        most = (MOST_BYTES + BYTES_OF_A_PAIR * n_pairs) * len(self.tool.settings)
        line = self._parsed(self._read_line(deadline, most))
        answers = _answers(line)
        cpu_s = max(0.0, line.cpu_s - self._cpu_s)
        self._cpu_s = line.cpu_s
        wall_s = time.perf_counter() - started
        # They are shown, and may hold what a terminal obeys.
        notes = [visible(note)[:MOST_CHARACTERS] for note in line.notes]
        return Reply(answers, wall_s, cpu_s, line.peak_memory_mb, notes)

    def _write(self, value: Any, deadline: float) -> None:
        pipe = self._questions.fileno()
        # A process that does not read would hold up a long question for ever.
        os.set_blocking(pipe, False)
        unsent = json.dumps(value).encode() + b"\n"
        while unsent:
            left = deadline - time.perf_counter()
            if left <= 0 or not select.select([], [pipe], [], left)[1]:
                raise self._late()
            try:
                unsent = unsent[os.write(pipe, unsent) :]
            except ConnectionError:
                raise self._crash(deadline) from None

    def _read_line(self, deadline: float, most: int) -> bytes:
        pipe = self._answers.fileno()
        line = bytearray()
        # Nothing comes after a line until the next question.
        while not line.endswith(b"\n"):
            left = deadline - time.perf_counter()
            if left <= 0 or not select.select([pipe], [], [], left)[0]:
                raise self._late()
            try:
                part = os.read(pipe, 2**16)
            except ConnectionError:
                part = b""
            if not part:
                raise self._crash(deadline)
            line += part
            if len(line) > most:
                raise NoScoresError("failed", f"its answer is longer than {most:,} bytes")
        return bytes(line)

    def _parsed(self, text: bytes) -> _Line:
        self._asked += 1
        try:
            line = TypeAdapter(_Line).validate_json(text)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(map(str, first["loc"]))
            wrong = shortened(visible(f"{where}: {first['msg']}" if where else first["msg"]))
            raise NoScoresError("failed", f"its answer is not as agreed: {wrong}") from None
        if line.number != self._asked:
            raise NoScoresError("failed", "its answer is that to another question")
        return line

    def _late(self) -> NoScoresError:
        return NoScoresError("failed", f"no answer within {self.time_limit_s:g} s")

    def _crash(self, deadline: float) -> NoScoresError:
        try:
            # The keeper ends what is left first.
            code = self._process.wait(max(0.0, deadline - time.perf_counter()) + 2 * GRACE_S)
        except subprocess.TimeoutExpired:
            # It has only closed its ends of the pipes.
            return self._late()
        how = ending(told_by_first(code), self._errors)
        return NoScoresError("failed", f"it crashed with {how}")


def _answers(line: _Line) -> list[Answer]:
    """Return what a process answered.

    Raises
    ------
    NoScoresError
        If it says why there is nothing, or an array is none.
    """
    if line.answers is None:
        reason = line.reason or "it told neither answers nor why there are none"
        raise NoScoresError(line.source, shortened(visible(reason)))
    try:
        return [decoded(value) for value in line.answers]
    except ValueError as error:
        raise NoScoresError("failed", f"its answer is not as agreed: {error}") from None
