"""Text of others, shown to people: what cannot be seen is made visible, and nothing is run."""

from __future__ import annotations

import re
import unicodedata

# What a spreadsheet takes for the start of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
APOSTROPHE = "'"
MOST_SHOWN = 1000

# Format characters that belong to what is read: they join and part letters and emoji.
_JOINERS = "\u200c\u200d"
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ESCAPE = re.compile(r"\\(?:\\|[nrt]|x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})")


def visible(text: str) -> str:
    r"""Return text in which every character that cannot be seen is written as an escape.

    Control characters (line breaks too), bidirectional and other format marks, and bytes of a file
    name that are not UTF-8, such as ``\x1b``, ``\u202e`` and ``\n``. Letters of all languages and
    emoji stay.
    """
    # ASCII is most of what there is, and quickly told.
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(c) if _is_invisible(c) else c for c in text)


def shortened(text: str) -> str:
    """Return at most the first 1,000 characters: of others' files one cell may hold all."""
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"


def counted(n: int, one: str, many: str | None = None) -> str:
    """Return a number of things in words: ``1 query``, ``2 queries``; by default many end in s."""
    return f"{n} {one if n == 1 else many or one + 's'}"


def csv_cell(text: str) -> str:
    r"""Return what stands for a text in a CSV file that people open in spreadsheets.

    Most texts stand for themselves. One that begins as a formula does, or with an apostrophe, or
    holds what cannot be seen, has an apostrophe before it; then what cannot be seen is written as
    an escape, and a backslash twice. `from_csv_cell` gives the text back.
    """
    shown = visible(text)
    if shown == text and not text.startswith((*FORMULA, APOSTROPHE)):
        return text
    return APOSTROPHE + visible(text.replace("\\", "\\\\"))


def from_csv_cell(cell: str) -> str:
    """Return the text that `csv_cell` wrote."""
    if not cell.startswith(APOSTROPHE):
        return cell
    return _ESCAPE.sub(lambda match: _unescaped(match[0][1:]), cell[1:])


def _is_invisible(character: str) -> bool:
    kind = unicodedata.category(character)
    if kind == "Cf":
        # Tags after an emoji make the flags of parts of countries.
        return character not in _JOINERS and not "\U000e0020" <= character <= "\U000e007f"
    return kind in ("Cc", "Cs", "Zl", "Zp")


def _escaped(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        # A byte of a file name that is not UTF-8, as Python stands in for it.
        return f"\\x{code - 0xDC00:02x}"
    width = (2, "x") if code < 0x100 else (4, "u") if code < 0x10000 else (8, "U")
    return _SHORT.get(character) or f"\\{width[1]}{code:0{width[0]}x}"


def _unescaped(escape: str) -> str:
    plain = {"\\": "\\", "n": "\n", "r": "\r", "t": "\t"}
    return plain[escape] if escape in plain else chr(int(escape[1:], 16))
