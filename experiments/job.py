"""A job: a program's task done on one configuration, here or where a launcher took it."""

from __future__ import annotations

import hashlib
import os
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from configuration import checked
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig
from PIL import Image

from dupeval.errors import DupevalError

SUCCESS, USER_ERROR, NO_SCORES, INTERRUPTED = 0, 2, 3, 130

Task = Callable[[DictConfig], int]


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


def perform(task: Task, config: DictConfig) -> Outcome:
    """Do a task on a configuration; what the user can put right is a sentence on stderr."""
    if _is_here():
        return Outcome(_status(task, config))
    # Launchers start workers where they like; paths are relative to where the user stands.
    os.chdir(HydraConfig.get().runtime.cwd)
    show_warnings_as_sentences()
    config.progress = False  # Bars of several jobs would overwrite each other.
    start = time.monotonic()
    with redirect_stdout(StringIO()) as stdout, redirect_stderr(StringIO()) as stderr:
        try:
            status = _status(task, config)
        except Exception as error:
            # A traceback does not travel from one process to another, a note does.
            error.add_note(f"in the job {job_name()}:\n{traceback.format_exc()}")
            raise
    seconds = time.monotonic() - start
    print(f"finished: {job_name()} ({seconds:.1f} s)", file=sys.stderr, flush=True)
    return Outcome(status, stdout.getvalue(), stderr.getvalue())


def job_name() -> str | None:
    """Return what tells this job from the others of a multirun; None if there are no others."""
    if not HydraConfig.initialized() or HydraConfig.get().mode != RunMode.MULTIRUN:
        return None
    return HydraConfig.get().job.override_dirname or "default"


def in_its_own_folder(config: DictConfig) -> DictConfig:
    """Give each job of a multirun a folder of its own below `out_dir`."""
    name = job_name()
    if name is not None:
        config.out_dir = str(Path(config.out_dir) / file_name(name))
    return config


def file_name(text: str) -> str:
    """Return a text as the name of a file; different texts have different names."""
    name = text.replace("%", "%25").replace("/", "%2F")
    if len(name.encode()) <= 200:  # File systems allow 255.
        return name
    return f"{name[:30]}...{name[-30:]}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def worst(outcomes: list[Outcome]) -> int:
    """Return the exit code of several jobs: an error outweighs missing scores."""
    statuses = [outcome.status for outcome in outcomes]
    return USER_ERROR if USER_ERROR in statuses else max(statuses, default=SUCCESS)


def complain(error: DupevalError) -> None:
    """Print an error as a sentence; of several jobs, it names the one."""
    name = job_name()
    print(f"error: {f'{name}: ' if name else ''}{error}", file=sys.stderr)


def show_warnings_as_sentences() -> None:
    """Print warnings on one line each, for this whole process."""
    warnings.showwarning = _show_warning
    # The reader of images reports it as an error, with the file's name.
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)


@contextmanager
def readers_may_leave() -> Iterator[None]:
    """Print to somebody who may have read enough, as `head` does."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _is_here() -> bool:
    """Whether this is the process that the user started, and its only job now."""
    if job_name() is None:
        return True
    launcher: str = HydraConfig.get().launcher._target_
    return launcher.endswith(".BasicLauncher")


def _status(task: Task, config: DictConfig) -> int:
    try:
        with readers_may_leave():
            return task(in_its_own_folder(checked(config)))
        return SUCCESS
    except DupevalError as error:
        complain(error)
    except OSError as error:
        complain(DupevalError(f"{error.filename or 'the system'}: {error.strerror}"))
    return USER_ERROR


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    print(f"warning: {message}", file=sys.stderr)
