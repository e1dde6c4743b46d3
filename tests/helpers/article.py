"""An A4 article of what is to be compiled."""

import shutil
import subprocess
from pathlib import Path

from dupeval.latex import PREAMBLE

PDFLATEX = shutil.which("pdflatex")


def compiled(folder: Path, latex: str, options: str = "a4paper") -> str:
    """Compile an A4 article that takes some LaTeX as a file of a folder; return the log."""
    (folder / "part.tex").write_text(latex, encoding="utf-8")
    (folder / "article.tex").write_text(
        f"\\documentclass[{options}]{{article}}\n{PREAMBLE}\n"
        "\\begin{document}\nText.\n\\input{part.tex}\n\\end{document}\n"
    )
    assert PDFLATEX is not None
    done = subprocess.run(
        [PDFLATEX, "-interaction=nonstopmode", "-halt-on-error", "article.tex"],
        cwd=folder,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:]
    return (folder / "article.log").read_text(errors="replace")
