"""Show why two images of a query are, or are not, taken for copies of one photograph.

Examples
--------
python experiments/explain.py query=flowers a=img_01.jpg b=img_07.jpg
python experiments/explain.py query=landmarks a=img_02.jpg b=img_06.jpg file=landmark
python experiments/explain.py dataset=folder dataset.root=ROOT query=QUERY a=IMAGE b=IMAGE
"""

from __future__ import annotations

from pathlib import Path

from configuration import build_methods, open_dataset
from console import SUCCESS, say
from hydra_app import run
from omegaconf import DictConfig

from dupeval.dataset import Dataset, ImageHandle
from dupeval.distance.local.drawing import explanation_png, summary
from dupeval.distance.local.verified import Verified
from dupeval.errors import SettingsError
from dupeval.files import refuse_foreign, write_results
from dupeval.method.pairs import PairMethod


def main(config: DictConfig) -> int:
    """Compare the two images, write the picture, say what the score rests on; return 0."""
    refuse_foreign(Path(config.out_dir), [f"{config.file}.png"])
    score = _score(config)
    dataset = open_dataset(config)
    pair = [_image(dataset, str(config.query), str(config[side]), side) for side in ("a", "b")]
    ordered = sorted(pair, key=lambda image: image.sha256)
    explained = score.explain(*(score.prepared(score.features(image)) for image in ordered))
    if explained is None:
        say("score 0.00: no way was found to lay one of them on the other")
        return SUCCESS
    picture = explanation_png(explained, ordered[0].name, ordered[1].name)
    write_results(Path(config.out_dir), {f"{config.file}.png": picture})
    say(f"{summary(explained)}\nwritten to {config.out_dir}: {config.file}.png")
    return SUCCESS


def _score(config: DictConfig) -> Verified:
    (name, method), *others = build_methods(config).items()
    if others or not isinstance(method, PairMethod) or not isinstance(method.score, Verified):
        raise SettingsError(f"method={name} cannot explain a pair; possible: method=verified")
    return method.score


def _image(dataset: Dataset, query: str, name: str, side: str) -> ImageHandle:
    queries = {each.slug: each for each in dataset.queries}
    if query not in queries:
        raise SettingsError(f"there is no query={query}; possible: {', '.join(queries)}")
    images = {image.name: image for image in queries[query].images}
    if name not in images:
        raise SettingsError(
            f"there is no image {side}={name} in {query}; possible: {', '.join(images)}"
        )
    return images[name]


if __name__ == "__main__":
    run("explain", main, __doc__)
