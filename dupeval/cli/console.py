"""What commands say when something is wrong: one sentence, no traceback, an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from dupeval.errors import DupevalError
from dupeval.terminal import show_warnings_as_sentences, show_what_can_be_shown
from dupeval.text import visible

USER_ERROR, INTERRUPTED = 2, 130


@contextmanager
def ending_well() -> Iterator[None]:
    """Let what a person can put right, or the system refuses, end as a sentence and exit code 2."""
    show_what_can_be_shown()
    show_warnings_as_sentences()
    try:
        yield
    except DupevalError as error:
        _end(str(error))
    except ModuleNotFoundError as error:
        _end(
            f"{error.name} is not installed; possible: pip install 'dupeval[{_extra(error.name)}]'"
        )
    except BrokenPipeError:
        # Somebody has read enough, as `head` does; Python would try once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        where = error.filename2 or error.filename or "the system"
        _end(f"{visible(os.fsdecode(where))}: {error.strerror or error}")
    except KeyboardInterrupt:
        print("stopped; nothing of this run is written", file=sys.stderr)
        sys.exit(INTERRUPTED)


def _extra(package: str | None) -> str:
    """Return which of the project's extras brings a package."""
    extras = {
        **dict.fromkeys(("torch", "torchvision", "onnx"), "vgg"),
        **dict.fromkeys(("starlette", "uvicorn"), "label"),
        "onnxruntime": "embeddings",
    }
    return extras.get((package or "").partition(".")[0], "experiments")


def _end(message: str) -> None:
    print(f"error: {message}", file=sys.stderr)
    sys.exit(USER_ERROR)
