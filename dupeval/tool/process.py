"""The other end of a tool's process: started, asked and watched."""

from __future__ import annotations

import json
import os
import select
import site
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked_dataclass

from dupeval.errors import NoScoresError
from dupeval.tool import Answer, Tool
from dupeval.tool.executable import MOST_BYTES, ending, kept
from dupeval.tool.keeper import GRACE_S
from dupeval.tool.wire import decoded

# Of what a distance is written with.
BYTES_OF_A_PAIR = 32
_Amount = Annotated[float, Field(ge=0, le=1e15, allow_inf_nan=False)]
MOST_CHARACTERS = 10_000
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
    cpu_s: _Amount
    peak_memory_mb: _Amount
    notes: Annotated[list[Annotated[str, Field(max_length=MOST_CHARACTERS)]], Field(max_length=100)]
    answers: list[Any] | None = None
    source: Literal["missing", "failed"] = "failed"
    reason: str | None = None


@dataclass
class ToolProcess:
    """One process for all queries; it sees one after the other.

    It has an empty folder as its home, so that neither the user's settings nor what other runs
    left behind enters, and nothing of the tool's stays.

    Attributes
    ----------
    tool : Tool
    time_limit_s : float
        For each query.
    """

    tool: Tool
    time_limit_s: float
    _held: ExitStack = field(init=False, default_factory=ExitStack)
    _process: subprocess.Popen[bytes] = field(init=False)
    _errors: IO[bytes] = field(init=False)
    _asked: int = 0
    _cpu_s: float = 0.0
    _started: float | None = None

    def __enter__(self) -> Self:
        self._started = time.perf_counter()
        with ExitStack() as held:
            home = held.enter_context(
                tempfile.TemporaryDirectory(prefix="dupeval-home-", ignore_cleanup_errors=True)
            )
            self._errors = held.enter_context(tempfile.TemporaryFile())
            self._process = held.enter_context(
                kept(
                    [sys.executable, "-P", "-m", "dupeval.tool.worker"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=self._errors,
                    cwd=home,
                    env=_environment(home),
                )
            )
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
        if line.answers is None:
            reason = line.reason or "it told neither answers nor why there are none"
            raise NoScoresError(line.source, reason[:MOST_CHARACTERS])
        cpu_s = max(0.0, line.cpu_s - self._cpu_s)
        self._cpu_s = line.cpu_s
        try:
            answers = [decoded(value) for value in line.answers]
        except ValueError as error:
            raise NoScoresError("failed", f"its answer is not as agreed: {error}") from None
        wall_s = time.perf_counter() - started
        return Reply(answers, wall_s, cpu_s, line.peak_memory_mb, line.notes)

    def _write(self, value: Any, deadline: float) -> None:
        assert self._process.stdin is not None  # noqa: S101
        pipe = self._process.stdin.fileno()
        # A process that does not read would hold up a long question for ever.
        os.set_blocking(pipe, False)
        unsent = json.dumps(value).encode() + b"\n"
        while unsent:
            left = deadline - time.perf_counter()
            if left <= 0 or not select.select([], [pipe], [], left)[1]:
                raise self._late()
            try:
                unsent = unsent[os.write(pipe, unsent) :]
            except BrokenPipeError:
                raise self._crash(deadline) from None

    def _read_line(self, deadline: float, most: int) -> bytes:
        assert self._process.stdout is not None  # noqa: S101
        pipe = self._process.stdout.fileno()
        line = bytearray()
        # Nothing comes after a line until the next question.
        while not line.endswith(b"\n"):
            left = deadline - time.perf_counter()
            if left <= 0 or not select.select([pipe], [], [], left)[0]:
                raise self._late()
            part = os.read(pipe, 2**16)
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
            wrong = f"{where}: {first['msg']}" if where else first["msg"]
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
        return NoScoresError("failed", f"it crashed with {ending(code, self._errors)}")


def _environment(home: str) -> Mapping[str, str]:
    own = {
        **dict.fromkeys(("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"), home),
        "LC_ALL": "C.UTF-8",
        # Packages that were installed for this user stay visible.
        "PYTHONUSERBASE": site.getuserbase(),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return {**os.environ, **own}
