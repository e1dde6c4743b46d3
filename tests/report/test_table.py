"""Table 1 in the report: the honest figure orders the rows of each block, marks say how sure."""

import math

from labelled import dataset_of
from stored_results import results_by_hand, row

from dupeval.report.table import ProtocolTable, best_first, protocol_tables, table_part
from dupeval.stored import StoredResults

DATASET = dataset_of("pp", "qq", "rr")
# By method, what it has in three queries under the honest protocol.
F1 = {"low": (0.1, 0.2, 0.1), "best": (0.9, 0.8, 0.9), "near": (0.9, 0.9, 0.6)}


def results(**given) -> StoredResults:
    rows = [row(name, "nested", sum(own) / 3) for name, own in F1.items()]
    rows += [
        row("visipics", "", math.nan, source="published", f1_published=0.9),
        row("best", "oracle", 0.1),
        row("low", "oracle", 0.9),
    ]
    f1 = {("nested", name, f"q{i}"): x for name, own in F1.items() for i, x in enumerate(own)}
    f1 |= {("oracle", name, "q0"): 0.5 for name in ("best", "low")}
    made = results_by_hand(rows, f1=f1, **given)
    made.run["protocols"]["oracle"] = {**made.run["protocols"]["oracle"], "honest": False}
    return made


def tables(of: StoredResults) -> dict[str, ProtocolTable]:
    return {table.name: table for table in protocol_tables(table_part(DATASET, of), of)}


def test_rows_are_in_the_order_of_the_honest_figure_under_every_protocol() -> None:
    both = tables(results())
    assert [r["method"] for r in both["nested"].rows] == ["best", "near", "low", "visipics"]
    assert [r["method"] for r in both["oracle"].rows] == ["best", "low", "visipics"]


def test_the_best_is_marked_and_what_is_not_clearly_worse() -> None:
    both = tables(results())
    assert {r["method"]: r["mark"] for r in both["nested"].rows} == {
        "best": "best",
        "near": "~",
        "low": "",
        "visipics": "",
    }
    # Hindsight says nothing of what is best.
    assert {r["mark"] for r in both["oracle"].rows} == {""}


def test_blocks_stand_together_and_have_names_where_there_are_several() -> None:
    of = results()
    assert [block.name for block in tables(of)["nested"].blocks] == [""]
    of.run["configuration"]["blocks"] = {"mine": ["low", "near"]}
    blocks = tables(of)["nested"].blocks
    assert [(b.name, [r["method"] for r in b.rows]) for b in blocks] == [
        ("mine", ["near", "low"]),
        ("others", ["best", "visipics"]),
    ]


def test_query_by_query_all_blocks_are_one_the_highest_first() -> None:
    of = results()
    of.run["configuration"]["blocks"] = {"mine": ["low", "near"]}
    assert [r["method"] for r in tables(of)["nested"].ranked] == ["best", "near", "low"]
    assert [r["method"] for r in tables(of)["oracle"].ranked] == ["low", "best"]


def test_the_studys_columns_are_there_if_there_are_figures_of_it() -> None:
    assert tables(results())["nested"].published
    of = results()
    of.table1["f1_published"] = math.nan
    assert not tables(of)["nested"].published


def test_methods_are_ranked_by_the_first_honest_protocol() -> None:
    of = results()
    assert best_first(table_part(DATASET, of), of) == ["best", "near", "low"]
