"""What queries and images may be called, and what systems leave beside them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import PureWindowsPath

# What systems leave behind, in small letters; never an image somebody forgot to label.
LITTER = frozenset(
    {"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "@eadir", "__macosx", "#recycle"}
)
# What some system or program would take for something else.
_FAULTS: tuple[tuple[Callable[[str], bool], str], ...] = (
    (lambda name: not name, "is empty"),
    (
        lambda name: name in (".", "..") or "/" in name,
        "is a path; only a name inside its folder is possible",
    ),
    (lambda name: name != name.strip(), "begins or ends with white space"),
    (lambda name: "\0" in name, "holds a NUL character"),
    (lambda name: "\\" in name, "holds a backslash, which parts folders on Windows"),
    (lambda name: bool(PureWindowsPath(name).drive), "begins like a drive of Windows"),
    (lambda name: not is_text(name), "is not UTF-8"),
)


def fault_of_name(name: str) -> str | None:
    """Say what keeps a string from being the name of a query or an image."""
    return next((fault for holds, fault in _FAULTS if holds(name)), None)


def is_text(name: str) -> bool:
    """Say whether a name that the file system gave is valid UTF-8."""
    # Python stands in for other bytes with these.
    return not any("\ud800" <= character <= "\udfff" for character in name)


def is_litter(name: str) -> bool:
    """Say whether a name is one that systems leave behind."""
    return name.startswith(".") or name.casefold() in LITTER


def composed(name: str) -> str:
    """Return the form in which names are compared: macOS hands Korean ones out decomposed."""
    return unicodedata.normalize("NFC", name)
