"""Programs that a test writes itself, as executable files."""

import sys
from pathlib import Path
from textwrap import dedent

# Groups of the files that are equal, one a line: what the most modest of tools finds.
EQUAL_FILES = """
    import sys
    groups = {}
    for path in sys.argv[1:]:
        groups.setdefault(open(path, "rb").read(), []).append(path)
    for group in groups.values():
        print(*group)
"""

# The same, and a line in a file beside the program for each start.
COUNTED = (
    """
    open(__file__ + ".starts", "a").write("started\\n")
"""
    + EQUAL_FILES
)


def fake_program(path: Path, code: str) -> str:
    """Write Python code as a program and return its path."""
    path.write_text(f"#!{sys.executable} -IS\n{dedent(code)}", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def starts(program: str) -> int:
    """Return how often a program that holds `COUNTED` was started."""
    counted = Path(f"{program}.starts")
    return len(counted.read_text().splitlines()) if counted.exists() else 0
