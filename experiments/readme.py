"""Paste the committed results into README.md, between its comments."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from dupeval.files import whole_file

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"


def filled(text: str, results: Path) -> str:
    """Return the README's text with every `<!-- NAME -->` block as the results have it."""
    table1 = (results / "table1" / "table1.md").read_text(encoding="utf-8")
    sweep = (results / "sweep_defaults" / "best.md").read_text(encoding="utf-8")
    about, _, by_loqo = sweep.split("\n\n")[:3]
    blocks = {
        # The note, and the parts of the first two protocols.
        "table1": "\n\n".join(table1.split("\n\n")[:5]),
        "sweep": f"{about}\n\n{by_loqo}",
        "benchmarks": (results / "benchmarks" / "benchmarks.md").read_text(encoding="utf-8"),
    }
    for name, block in blocks.items():
        marks = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        if len(marks.findall(text)) != 1:
            raise ValueError(f"README.md needs one block <!-- {name} --> ... <!-- /{name} -->")
        text = marks.sub(lambda found, block=block: f"{found[1]}{block.strip()}\n{found[2]}", text)
    return text


def main() -> None:
    """Rewrite README.md."""
    text = filled(README.read_text(encoding="utf-8"), ROOT / "results")
    with whole_file(README) as path:
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
