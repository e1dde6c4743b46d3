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
from dupeval.errors import SettingsError
from dupeval.figures.explanation import explanation_picture
from dupeval.files import refuse_foreign, write_results
from dupeval.method import Method


def main(config: DictConfig) -> int:
    """Compare the two images, draw and say what their distance rests on; return 0."""
    files = [f"{config.file}.png", f"{config.file}.txt"]
    refuse_foreign(Path(config.out_dir), files)
    method = _method(config)
    dataset = open_dataset(config)
    a, b = (_image(dataset, str(config.query), str(config[side]), side) for side in ("a", "b"))
    explained = method.explain(method.default, a, b)
    if explained is None:
        raise RuntimeError("a method that explains pairs has nothing to say")
    picture = explanation_picture(explained, (a.name, b.name))
    contents = (picture, f"{explained.summary}\n".encode())
    write_results(Path(config.out_dir), dict(zip(files, contents, strict=True)))
    say(f"{explained.summary}\nwritten to {config.out_dir}: {', '.join(files)}")
    return SUCCESS


def _method(config: DictConfig) -> Method:
    (name, method), *others = build_methods(config).items()
    if others or not method.explains:
        raise SettingsError(f"method={name} cannot explain a pair; possible: method=verified")
    return method


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
