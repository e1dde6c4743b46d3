"""Table 1 as LaTeX, compiled where there is a compiler."""

import re
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

import pytest
from article import PDFLATEX, compiled
from labelled import dataset_of
from scores import COMPARISON, per_query, with_tool

from dupeval import tables
from dupeval.latex import PREAMBLE, escaped, table1_latex
from dupeval.rendering import TablePart
from dupeval.tables import comparisons_table
from dupeval.verdict import stand

# With the study's figures, as of the stand-in's level `study`.
table1 = partial(tables.table1, published=True)

HEADINGS = MappingProxyType({"loqo": "Chosen on the other queries", "fixed": "As configured"})
ROOT = Path(__file__).resolve().parent.parent


def part(name: str = "tool") -> TablePart:
    rows = with_tool().replace("tool", name)
    standing = stand(rows, "loqo")
    assert standing is not None
    sources = {
        **{("loqo", method): "measured" for method in (name, "vgg_pca")},
        **{("fixed", name): "measured", ("fixed", "absent"): "missing"},
    }
    table = table1(rows, COMPARISON, "test", sources)
    return TablePart(
        *("Table 1", dataset_of("aab", "bcc"), table, comparisons_table(rows, COMPARISON)),
        HEADINGS,
        blocks={"the study's": ["raw", "raw_pca", "vgg", "vgg_pca"], "ours & theirs": [name]},
        standings={"loqo": standing},
    )


def row_of(latex: str, name: str) -> list[str]:
    line = next(line for line in latex.splitlines() if line.startswith(name))
    return [cell.strip() for cell in line.removesuffix(r" \\").split("&")]


def test_every_protocol_is_a_float_with_caption_and_label() -> None:
    text = table1_latex([part()])
    assert text.count(r"\begin{table}") == text.count(r"\end{table}") == 2
    assert re.findall(r"\\label\{(.*?)\}", text) == ["tab:by-hand-loqo", "tab:by-hand-fixed"]
    assert "\\caption{Chosen on the other queries (loqo): Table 1, by hand: 2 queries, " in text
    assert PREAMBLE in text.splitlines()[0]


def test_rows_stand_in_their_blocks_with_marks() -> None:
    text = table1_latex([part()])
    assert r"{\itshape ours \& theirs} \\" in text
    assert row_of(text, r"\textbf{vgg\_pca}") == [
        *(r"\textbf{vgg\_pca}", "1.000", "1.000", r"{\textbf{1.000}}", "all equal"),
        *("", "", "", "0.907"),
    ]
    assert row_of(text, r"tool $\sim$") == [
        *(r"tool $\sim$", "0.500", "0.417", "0.444", "[0.000, 1.000]"),
        *("-0.556", "", "0.500", ""),
    ]
    assert row_of(text, "absent") == ["absent (missing)", *[""] * 8]
    assert "nan" not in text


def test_without_the_studys_figures_there_is_a_column_less() -> None:
    one = part()
    own = replace(one, table=one.table.assign(f1_published=float("nan")))
    text = table1_latex([own])
    assert len(row_of(text, r"tool $\sim$")) == len(row_of(table1_latex([one]), r"tool $\sim$")) - 1
    assert "ublished" not in text


@pytest.mark.parametrize(
    ("p_value", "stars"),
    [(0.05, ""), (0.049, "$^{*}$"), (0.009, "$^{**}$"), (0.0009, "$^{***}$")],
)
def test_stars_say_how_significant_a_difference_is(p_value: float, stars: str) -> None:
    one = part()
    one.table.loc[one.table["method"] == "tool", "p_holm"] = p_value
    assert row_of(table1_latex([one]), "tool")[6] == stars


def test_no_text_is_a_command() -> None:
    assert escaped(r"a_b\c{50 %}~^#$&") == (
        r"a\_b\textbackslash{}c\{50 \%\}\textasciitilde{}\textasciicircum{}\#\$\&"
    )
    assert escaped("caf\u00e9 \uc0ac\n") == "caf\u00e9 {[}U+C0AC{]}{[}U+000A{]}"


@pytest.mark.skipif(PDFLATEX is None, reason="pdflatex is not installed")
class TestCompiling:
    def test_the_committed_tables_fit_the_text(self, tmp_path: Path) -> None:
        committed = ROOT / "results" / "reference" / "table1" / "table1.tex"
        assert "Overfull" not in compiled(tmp_path, committed.read_text(encoding="utf-8"))

    @pytest.mark.parametrize(
        "name", ["x_" * 60, 'a\\b{c}$d^e~f#g%h|i<j>k"l', "\uc0ac\uc9c4", "*\u00df"]
    )
    def test_whatever_a_method_is_called(self, tmp_path: Path, name: str) -> None:
        assert "Overfull" not in compiled(tmp_path, table1_latex([part(name)]))

    def test_before_anything_is_run(self, tmp_path: Path) -> None:
        rows = per_query().iloc[:0]
        table, comparisons = (
            table1(rows, COMPARISON, "test", {}),
            comparisons_table(rows, COMPARISON),
        )
        nothing = TablePart("Table 1", dataset_of("aab"), table, comparisons, HEADINGS)
        compiled(tmp_path, table1_latex([nothing]))
