"""Groups beside each other: what is written, what is asked for in vain."""

import pytest

from dupeval.errors import SettingsError
from dupeval.figures.groups import GroupsOfQuery
from dupeval.figures.inputs import FigureInputs
from dupeval.metrics import pair_scores


@pytest.mark.usefixtures("in_style")
class TestTheFigure:
    def test_every_image_is_shown_once_a_method_and_pairs_are_counted(
        self, inputs: FigureInputs
    ) -> None:
        picture = GroupsOfQuery(query="one", methods=("raw",), tool="raw_pca").draw(inputs)
        (page,) = picture.canvas.axes
        assert len(page.images) == 2 * 5
        texts = [text.get_text() for text in page.texts]
        for method in ("raw", "raw_pca"):
            labels = inputs.stored.labels(("loqo", method, "one"))
            s = pair_scores(inputs.dataset.queries[0].photographs, labels)
            assert method in texts
            assert (
                f"{s.tp} right, {s.fp} wrong, {s.fn} missed pairs\n"
                f"precision {s.precision:.3f}, recall {s.recall:.3f}, F1 {s.f1:.3f}"
            ) in texts

    def test_without_a_tool(self, inputs: FigureInputs) -> None:
        picture = GroupsOfQuery(query="3", methods=("raw",), tool=None).draw(inputs)
        assert len(picture.canvas.axes[0].images) == 2

    def test_of_many_images_some_are_shown_and_the_caption_says_so(
        self, inputs: FigureInputs
    ) -> None:
        figure = GroupsOfQuery(query="one", methods=("raw",), tool=None, most_images=2)
        picture = figure.draw(inputs)
        assert len(picture.canvas.axes[0].images) == 2
        assert "Of 5 images 2 are shown" in picture.text

    def test_a_tool_without_results_lists_what_has_some(self, inputs: FigureInputs) -> None:
        with pytest.raises(SettingsError, match="the method 'phash'; possible: raw, raw_pca; run"):
            GroupsOfQuery(methods=("raw",), tool="phash").draw(inputs)

    def test_a_query_that_is_not_there_lists_those_that_are(self, inputs: FigureInputs) -> None:
        with pytest.raises(SettingsError, match=r"no such query; possible: one, 두번째, 3$"):
            GroupsOfQuery(query="two", methods=("raw",), tool=None).draw(inputs)
