"""Perception's local descriptors: our groups are the pairs that it tells itself."""

from importlib.util import find_spec
from pathlib import Path

import pytest
from fake_photographs import photograph, write_copies
from PIL import Image

from dupeval.errors import NoScoresError
from dupeval.tool import ToolNote, perception
from dupeval.tool.perception import PerceptionLocal

needs_faiss = pytest.mark.skipif(
    find_spec("faiss") is None,
    reason="faiss-cpu is not installed; pip install 'dupeval[tools]'",
)


def groups(paths: list[Path]) -> set[frozenset[str]]:
    (found,) = PerceptionLocal().answers(paths)
    return {frozenset(paths[i].name for i in group) for group in found}


@needs_faiss
def test_groups_are_its_own_pairs(tmp_path: Path) -> None:
    from perception.local_descriptor_deduplication import deduplicate

    for seed in (1, 2, 3):
        write_copies(tmp_path, seed)
    paths = sorted(tmp_path.iterdir())
    own = deduplicate([str(path) for path in paths], use_gpu=False)
    expected = {frozenset(Path(image).name for image in pair) for pair in own}
    assert groups(paths) == expected
    assert {"1 first.jpg", "1-same.JPG"} in expected


@needs_faiss
def test_the_order_of_the_images_does_not_matter(tmp_path: Path) -> None:
    for seed in (1, 2, 3):
        write_copies(tmp_path, seed)
    paths = sorted(tmp_path.iterdir())
    assert groups(paths) == groups(paths[::-1])


@needs_faiss
@pytest.mark.parametrize("content", [b"", b"no image"])
def test_an_image_that_it_cannot_read_is_alone_and_the_others_are_not(
    tmp_path: Path, content: bytes
) -> None:
    paths = [tmp_path / f"{name}.jpg" for name in "abc"]
    for path in paths:
        photograph(1).save(path)
    paths[1].write_bytes(content)
    with pytest.warns(ToolNote, match=r"^cannot read 1 of 3 .* alone: 'b.jpg' \(ValueError: "):
        assert groups(paths) == {frozenset({"a.jpg", "c.jpg"})}


@needs_faiss
def test_images_without_anything_in_them_are_alone(tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.png" for name in "ab"]
    for path in paths:
        Image.new("RGB", (64, 64), "grey").save(path)
    assert groups(paths) == set()


def test_without_what_it_needs_it_is_missing_and_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = perception.package_versions

    def none_of_faiss(packages: tuple[str, ...], hint: str) -> dict[str, str]:
        assert "faiss-cpu" in packages
        return real(("no-such-package",), hint)

    monkeypatch.setattr(perception, "package_versions", none_of_faiss)
    with pytest.raises(NoScoresError, match=r"pip install 'dupeval\[tools\]'$") as caught:
        PerceptionLocal().versions()
    assert caught.value.source == "missing"
