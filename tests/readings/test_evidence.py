"""What readings say: chosen on some draws, judged on others."""

import numpy as np
import numpy.typing as npt
import pytest

from dupeval.readings.drawing import readings_figure
from dupeval.readings.evidence import Evidence, described
from dupeval.readings.page import readings_csv, readings_markdown
from dupeval.readings.scoring import DEFINITIONS, ORDERS, Scored
from dupeval.readings.space import RULES, Space

SPACE = Space(
    sizes=(8, 16), networks={"pool5": {}}, features=("plain",), components={"query": (2, 3)}
)
READINGS = list(SPACE.readings())
PUBLISHED = np.array(
    [[0.055, 0.048, 0.052], [0.072, 0.84, 0.101], [0.062, 0.144, 0.07], [1.0, 0.866, 0.907]]
)
RULE = {rule.name: i for i, rule in enumerate(RULES)}


def scored(seed: int, **near: tuple[int, str, float]) -> Scored:
    """Draw figures far from the published ones, but for some places that are so near."""
    rng = np.random.default_rng(seed)
    shape = (len(READINGS), len(RULES), len(DEFINITIONS), 4, 3)
    figures = PUBLISHED + rng.choice([-1, 1], shape) * rng.uniform(0.5, 0.7, shape)
    figures[:, RULE["scipy_default"]] = np.nan
    for place, rule, distance in near.values():
        figures[place, RULE[rule], 0] = PUBLISHED + distance
    nearest = np.tile(np.arange(len(ORDERS)) / 100 + 0.05, (len(READINGS), 1))
    return Scored(figures, nearest, np.full((len(READINGS), 4), 0.9))


CHOOSING = [scored(0, a=(3, "best_f1", 0.1), b=(5, "published_recall", 0.05))]
JUDGING = [
    scored(seed, a=(3, "best_f1", apart), b=(5, "published_recall", 0.25), c=(7, "best_f1", 0.01))
    for seed, apart in ((1, 0.2), (2, 0.4))
]
EVIDENCE = Evidence(SPACE, PUBLISHED, CHOOSING, JUDGING, share=0.07)


class TestChoice:
    def test_is_of_the_nearest_on_the_choosing_draws_alone(self) -> None:
        chosen = EVIDENCE.chosen()
        assert (chosen.place, chosen.rule.name) == (3, "best_f1")
        assert chosen.reading == READINGS[3]
        assert chosen.definition == DEFINITIONS[0]
        assert EVIDENCE.distances(chosen) == pytest.approx([0.2, 0.4])

    def test_of_a_rule_that_is_told_a_published_figure_is_apart(self) -> None:
        told = EVIDENCE.chosen(told=True)
        assert (told.place, told.rule.name) == (5, "published_recall")
        assert EVIDENCE.distances(told) == pytest.approx([0.25, 0.25])

    def test_without_a_row_looks_at_the_others_and_is_judged_on_it(self) -> None:
        figures = CHOOSING[0].figures.copy()
        figures[9, RULE["best_f1"], 0, :3] = PUBLISHED[:3]
        hiding = Evidence(
            SPACE, PUBLISHED, [Scored(figures, CHOOSING[0].nearest, CHOOSING[0].own)], JUDGING, 0.07
        )
        rows = hiding.held_out_rows().set_index("what")
        assert described(hiding.chosen(rows=[0, 1, 2])) == rows.loc["vgg_pca", "value"]
        assert hiding.chosen(rows=[0, 1, 2]).place == 9
        assert rows.loc["vgg_pca", "distance"] > 0.5

    def test_lists_the_nearest_in_order_with_both_distances(self) -> None:
        table = readings_csv(EVIDENCE, 3)
        assert table["distance_choosing"].is_monotonic_increasing
        assert table["distance_choosing"][0] == pytest.approx(0.1)
        assert table["distance_judging"][0] == pytest.approx(0.3)


class TestIngredients:
    def test_are_changed_one_at_a_time(self) -> None:
        table = EVIDENCE.ingredients(EVIDENCE.chosen())
        assert table["distance"][0] == pytest.approx(0.3)
        own = READINGS[3]
        changed = table[table["what"].isin(own._fields)]
        assert ("metric", "cosine") in set(zip(changed["what"], changed["value"], strict=True))
        assert "fit" not in set(table["what"])  # There is one value only.
        assert (table["what"] == "definition").sum() == len(DEFINITIONS) - 1
        # What has no meaning for the kind of cut is no row.
        assert (table["what"] == "threshold").sum() == len(RULES) - 2

    def test_one_does_without_are_chosen_anew(self) -> None:
        table = EVIDENCE.best_without(EVIDENCE.chosen())
        assert all(" other than " in what for what in table["what"])
        assert not table["value"].str.contains(described(EVIDENCE.chosen()), regex=False).any()


def test_orders_of_the_published_rows_are_ranked() -> None:
    table = EVIDENCE.orders()
    assert len(table) == 24
    assert table["distance"].is_monotonic_increasing
    assert table.iloc[0][["raw", "raw_pca", "vgg", "vgg_pca"]].tolist() == [
        *("raw", "raw_pca", "vgg", "vgg_pca")
    ]


def test_the_constant_table_is_that_of_the_pattern() -> None:
    table = np.array([[0, 0, 0], [0.07, 1, 0.14 / 1.07], [0, 0, 0], [1, 1, 1]])
    assert EVIDENCE.constant() == pytest.approx(np.sqrt(((table - PUBLISHED) ** 2).mean()))


def test_the_page_says_what_was_found() -> None:
    draws = {"choose": [1], "judge": [0, 3], "contrast": [0]}
    page = readings_markdown(EVIDENCE, EVIDENCE, draws)
    assert f"Of {len(READINGS)} readings" in page
    assert "**0.300 (0.200 to 0.400)**" in page
    assert "**0.250 (0.250 to 0.250)**" in page
    assert "| VGG + PCA | 1.000 / 0.866 / 0.907" in page


def test_the_figure_is_a_picture() -> None:
    def pixels(content: bytes) -> npt.NDArray[np.uint8]:
        return np.frombuffer(content, np.uint8)

    first, second = readings_figure(EVIDENCE), readings_figure(EVIDENCE)
    assert first.startswith(b"\x89PNG")
    np.testing.assert_array_equal(pixels(first), pixels(second))
