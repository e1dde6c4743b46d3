r"""Table 1 as LaTeX: floats for an A4 article that has booktabs, siunitx and graphicx."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import pandas as pd

from dupeval.rendering import BEST, NEAR, TablePart, describe_dataset, protocol_heading

PREAMBLE = r"\usepackage{booktabs,siunitx,graphicx}"
# Holm's p below which a difference has one, two or three stars.
LEVELS = (0.05, 0.01, 0.001)

_BEGIN = rf"""% In the preamble: {PREAMBLE}
% A table that is wider than the text, as with long names, is made smaller.
\ifdefined\dupevalbox\else\newsavebox{{\dupevalbox}}\fi
"""
_COLUMNS = r"l *{3}{S[table-format=1.3]} c S[table-format=+1.3]@{\,}l S[table-format=1.3]"
_HEAD = r"method & {P} & {R} & {F1} & {95\,\% interval} & {difference} & & {Holm}"
_N_COLUMNS = 8
# One more, where the table has the study's figures.
_PUBLISHED_COLUMN, _PUBLISHED_HEAD = " S[table-format=1.3]", " & {published}"
_LATIN_1 = {chr(i) for i in range(0xC0, 0x100) if chr(i).isalpha()} - set(
    "\u00d0\u00f0\u00de\u00fe"
)
_SPECIAL = {
    **{c: rf"\{c}" for c in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    # At the start of a row they would be arguments of the row before.
    **{c: f"{{{c}}}" for c in "[]*"},
    "|": r"\textbar{}",
}


def table1_latex(parts: Sequence[TablePart]) -> str:
    r"""Return Table 1 as LaTeX, for each part and protocol one float, at most as wide as the text.

    Each has a caption, and a label ``tab:DATASET-PROTOCOL``. A file with `PREAMBLE` takes it by
    ``\input``.
    """
    floats = [_float(part, protocol) for part in parts for protocol in part.protocols]
    return "\n".join([_BEGIN, *floats])


def escaped(text: str) -> str:
    """Return a text as LaTeX prints it with any engine: letters it lacks by their number."""
    return "".join(map(_escaped, text))


def _escaped(character: str) -> str:
    if character in _SPECIAL:
        return _SPECIAL[character]
    # pdfTeX with its own fonts stops at other letters.
    if character.isprintable() and (character.isascii() or character in _LATIN_1):
        return character
    return f"{{[}}U+{ord(character):04X}{{]}}"


def _float(part: TablePart, protocol: str | None) -> str:
    label = "-".join([part.dataset.name, *([protocol] if protocol else [])])
    label = "".join(c if c.isascii() and (c.isalnum() or c in "-.") else "-" for c in label)
    column, head = (_PUBLISHED_COLUMN, _PUBLISHED_HEAD) if part.shows_study else ("", "")
    lines = [
        r"\begin{table}[tbp]",
        r"\centering",
        rf"\caption{{{_caption(part, protocol)}}}",
        rf"\label{{tab:{label}}}",
        r"\par\smallskip",
        r"\begin{lrbox}{\dupevalbox}\footnotesize\setlength{\tabcolsep}{3pt}%",
        rf"\begin{{tabular}}{{{_COLUMNS}{column}}}",
        *(r"\toprule", rf"{_HEAD}{head} \\", r"\midrule"),
        *_body(part, protocol),
        *(r"\bottomrule", r"\end{tabular}\end{lrbox}"),
        r"\ifdim\wd\dupevalbox>\textwidth\resizebox{\textwidth}{!}{\usebox{\dupevalbox}}"
        r"\else\usebox{\dupevalbox}\fi",
        *(r"\end{table}", ""),
    ]
    return "\n".join(lines)


def _caption(part: TablePart, protocol: str | None) -> str:
    heading = escaped(f"{protocol_heading(part, protocol)}: {part.title}, ")
    reference = next(iter(part.table["reference"].dropna()), None)
    stars = ", ".join(f"${'*' * n}$ below {level:g}" for n, level in enumerate(LEVELS, start=1))
    marks = []
    if protocol in part.standings:
        marks.append(r"Bold: the best; $\sim$: not clearly worse.")
    if reference is not None:
        marks.append(
            f"Difference: of mean F1 from {escaped(str(reference))}; Holm: its adjusted p, {stars}."
        )
    if part.shows_study:
        marks.append("Published: the study's F1, on its own images.")
    return f"{heading}{escaped(describe_dataset(part.dataset))}. {' '.join(marks)}"


def _body(part: TablePart, protocol: str | None) -> Iterator[str]:
    blocks = part.rows(protocol)
    for i, (name, rows) in enumerate(blocks.items()):
        if len(blocks) > 1:
            if i:
                yield r"\addlinespace"
            n = _N_COLUMNS + part.shows_study
            yield rf"\multicolumn{{{n}}}{{l}}{{\itshape {escaped(name)}}} \\"
        for _, row in rows.iterrows():
            yield _row(row, part.mark(protocol, row["method"]), part.shows_study)


def _row(row: pd.Series, mark: str, shows_study: bool) -> str:
    name, f1 = escaped(str(row["method"])), _number(row["f1"])
    if mark == BEST:
        name, f1 = rf"\textbf{{{name}}}", rf"{{\textbf{{{f1}}}}}"
    elif mark == NEAR:
        name += r" $\sim$"
    elif pd.isna(row["f1"]) and row["source"] != "published":
        name += f" ({escaped(str(row['source']))})"
    low, high = row["f1_ci_low"], row["f1_ci_high"]
    interval = "" if pd.isna(low) else f"[{low:.3f}, {high:.3f}]"
    if pd.isna(low) and pd.notna(row["n_queries"]) and row["n_queries"] > 1:
        interval = "all equal"
    difference = "" if pd.isna(row["difference"]) else f"{row['difference']:+.3f}"
    cells = [
        *(name, _number(row["precision"]), _number(row["recall"]), f1, interval),
        *(difference, _stars(row["p_holm"]), _number(row["p_holm"])),
        *([_number(row["f1_published"])] if shows_study else []),
    ]
    return " & ".join(cells) + r" \\"


def _stars(p_value: float) -> str:
    n = 0 if math.isnan(p_value) else sum(p_value < level for level in LEVELS)
    return f"$^{{{'*' * n}}}$" if n else ""


def _number(value: float) -> str:
    return "" if pd.isna(value) else f"{value:.3f}"
