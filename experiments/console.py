"""What programs say: results on stdout, sentences on stderr, and an exit code for both."""

from __future__ import annotations

import os
import shutil
import sys
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from dupeval.errors import DupevalError
from dupeval.look import DRAWN_WITH, WIDTHS, Look
from dupeval.terminal import show_warnings_as_sentences, show_what_can_be_shown
from dupeval.text import visible

SUCCESS, DEFECT, USER_ERROR, NO_SCORES, INTERRUPTED = 0, 1, 2, 3, 130


@dataclass(frozen=True)
class Outcome:
    """What became of a job.

    Attributes
    ----------
    status : int
        The exit code that says it.
    stdout, stderr : str
        What it printed, if it ran elsewhere.
    """

    status: int
    stdout: str = ""
    stderr: str = ""


def exit_code(work: Callable[[], int], job: str | None = None) -> int:
    """Return what `work` returns; what it raises is told on stderr, of several jobs with the job.

    What the user can put right, or the operating system refuses, is a sentence.
    """
    try:
        return work()
    except DupevalError as error:
        complain(str(error), job)
    except BrokenPipeError:  # Of what is printed by others than `say`.
        _print_no_more()
        return SUCCESS
    except OSError as error:
        where = error.filename2 or error.filename or "the system"
        complain(f"{visible(os.fsdecode(where))}: {error.strerror or error}", job)
    except Exception:  # Of a job elsewhere nobody would see it.
        print(f"in the job {job}:\n" if job else "", end="", file=sys.stderr)
        traceback.print_exc()
        return DEFECT
    return USER_ERROR


def complain(message: str, job: str | None = None) -> None:
    """Print an error as a sentence; of several jobs, it names the one."""
    print(f"error: {f'{job}: ' if job else ''}{message}", file=sys.stderr)


def worst(outcomes: Iterable[Outcome]) -> int:
    """Return the exit code of several jobs: a defect outweighs an error, an error all else."""
    statuses = {outcome.status for outcome in outcomes}
    order = (DEFECT, INTERRUPTED, USER_ERROR, NO_SCORES)
    return next((status for status in order if status in statuses), SUCCESS)


def say(text: str, end: str = "\n") -> None:
    """Print to somebody who may have read enough, as `head` does.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    try:
        print(text, end=end, flush=True)
    except OSError as error:
        _print_no_more()
        if not isinstance(error, BrokenPipeError):
            error.filename = "standard output"
            raise


def look() -> Look:
    """Return what standard output can show: the same text anywhere, and colour on a terminal."""
    terminal = sys.stdout.isatty()
    # What a pipe or a file gets does not depend on the window it is called from.
    width = shutil.get_terminal_size((WIDTHS[1], 0)).columns if terminal else WIDTHS[1]
    try:
        DRAWN_WITH.encode(sys.stdout.encoding or "ascii")
        unicode = True
    except UnicodeEncodeError:
        unicode = False
    return Look(min(max(width, WIDTHS[0]), WIDTHS[1]), unicode, terminal and _has_colour())


def _has_colour() -> bool:
    # See no-color.org.
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _print_no_more() -> None:
    # Python would try once more when it ends.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def prepare_output() -> None:
    """Let whatever is printed be printed, as far as there is somewhere to print to.

    Raises
    ------
    DupevalError
        If standard output is closed.
    """
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    if sys.stdout is None:
        raise DupevalError("standard output is closed; possible: >FILE, or >/dev/null")
    show_what_can_be_shown()
    show_warnings_as_sentences()
