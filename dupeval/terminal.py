"""What a person sees of a program: warnings as sentences, whatever the terminal can show."""

from __future__ import annotations

import sys
import warnings
from io import TextIOWrapper
from typing import Any

from dupeval.text import visible


def show_what_can_be_shown() -> None:
    """Print a character as an escape where a stream knows no such character.

    What a terminal cannot show is no reason to lose the work.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def show_warnings_as_sentences() -> None:
    """Print warnings on one line each, for this whole process; Pillow's are left out.

    They name no file. What they warn of is repaired, or the reader of images reports it as an error
    that names it.
    """
    warnings.showwarning = _show_warning
    warnings.filterwarnings("ignore", module="PIL")


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    sys.stderr.write(f"warning: {visible(str(message))}\n")
