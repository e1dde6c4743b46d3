"""Where the Hydra programs and their configuration lie: in the checkout, or in the package."""

from __future__ import annotations

import ast
from pathlib import Path

import dupeval
from dupeval.errors import DupevalError

# Beside each other in both places, as the programs expect.
PROGRAMS, CONF = "experiments", "conf"


def programs_dir() -> Path:
    """Return the folder of the programs.

    Raises
    ------
    DupevalError
        If it is missing.
    """
    package = Path(dupeval.__file__).resolve().parent
    for parent in (package / "programs", package.parent):
        if (parent / PROGRAMS).is_dir() and (parent / CONF).is_dir():
            return parent / PROGRAMS
    raise DupevalError("the programs are missing from this installation; possible: another one")


def programs() -> dict[str, str]:
    """Return what each program does, by name: the first line of its text."""
    found = {}
    for path in sorted(programs_dir().glob("*.py")):
        tree = ast.parse(path.read_bytes())
        if any(isinstance(node, ast.If) for node in tree.body):
            found[path.stem] = (ast.get_docstring(tree) or "").partition("\n")[0]
    return found
