"""Two principal components, by scikit-learn, and where there are fewer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import pdist

from dupeval.figures.components import ComponentsOfQuery, two_components
from dupeval.figures.inputs import FigureInputs


def test_points_in_a_plane_keep_their_distances() -> None:
    plane = np.random.default_rng(0).normal(size=(10, 2))
    turned = plane @ np.linalg.qr(np.random.default_rng(1).normal(size=(5, 2)))[0].T + 7
    points, shares = two_components(turned, seed=0)
    np.testing.assert_allclose(pdist(points), pdist(plane))
    assert sum(shares) == pytest.approx(1)
    assert shares[0] > shares[1]


def test_the_shares_are_of_all_variance() -> None:
    X = np.diag([4.0, 2.0, 1.0])[[0, 0, 1, 1, 2, 2]] * np.array([1, -1, 1, -1, 1, -1])[:, None]
    assert two_components(X, seed=0)[1] == pytest.approx((16 / 21, 4 / 21))


def test_two_images_have_one_component() -> None:
    points, shares = two_components(np.array([[0.0, 0, 0], [3, 4, 0]]), seed=0)
    assert np.abs(points).tolist() == pytest.approx(np.array([[2.5, 0], [2.5, 0]]))
    assert shares == pytest.approx((1, 0))


@given(st.integers(2, 6), st.integers(1, 4))
def test_equal_images_lie_on_one_point(n: int, d: int) -> None:
    points, shares = two_components(np.full((n, d), 0.1, np.float32), seed=0)
    assert not points.any()
    assert shares == (0, 0)


@pytest.mark.usefixtures("in_style")
def test_every_method_has_a_panel_and_every_image_a_thumbnail(inputs: FigureInputs) -> None:
    picture = ComponentsOfQuery(query="one", methods=("raw", "raw_pca")).draw(inputs)
    page, *panels = picture.canvas.axes
    assert [axes.get_title(loc="left").split(":")[0] for axes in panels] == ["raw", "raw_pca"]
    assert len(page.images) == 2 * 5
    assert "are shown" not in picture.text


@pytest.mark.usefixtures("in_style")
def test_of_many_images_some_are_shown_and_the_caption_says_so(inputs: FigureInputs) -> None:
    picture = ComponentsOfQuery(query="one", methods=("raw",), most_images=3).draw(inputs)
    assert len(picture.canvas.axes[0].images) == 3
    assert "Of 5 images 3 are shown" in picture.text
