"""A pair's explanation as a picture and as a line."""

import io

from photographs import handle, photograph
from PIL import Image, ImageOps

from dupeval.distance.local.drawing import explanation_png, summary
from dupeval.distance.local.verified import Verified


def test_a_pair_is_drawn_and_told() -> None:
    score, image = Verified(), photograph("astronaut")
    files = (image, ImageOps.mirror(image.crop((100, 0, 500, 300))))
    a, b = (score.prepared(score.features(handle(file))) for file in files)
    explained = score.explain(a, b)
    assert explained is not None
    drawn = Image.open(io.BytesIO(explanation_png(explained, "a [1].png", "$b.png")))
    assert drawn.width > 1000
    assert explanation_png(explained, "a", "b") == explanation_png(explained, "a", "b")
    said = summary(explained)
    assert said.startswith(f"score {explained.score:.2f} (fine, mirrored, similarity): ")
    assert "shared 100%" in said
