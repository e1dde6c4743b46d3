"""What a tool sees of a query: private copies under neutral names."""

import io
import tempfile
from pathlib import Path

import pytest
from fake_dataset import byte_copies, content_of, files_of, photograph_bytes
from PIL import Image

from dupeval.dataset import ImageHandle
from dupeval.tool.view import in_order, private_copies


def as_format(name: str, path: Path) -> ImageHandle:
    path.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(io.BytesIO(photograph_bytes("p"))) as image:
        image.save(path, name)
    return ImageHandle.of(path, path.name, "")


class TestOrder:
    def test_says_nothing_of_names_and_photographs(self, tmp_path: Path) -> None:
        photographs = {f"{i}.png": f"{i // 3}" for i in range(12)}
        query = byte_copies(tmp_path / "a", {"q": photographs}).queries[0]
        order = in_order(query.images)
        assert sorted(order) == list(range(12))
        assert order != list(range(12))
        renamed = {f"{(7 * i) % 12:02d}.png": f"{i // 3}" for i in range(12)}
        other = byte_copies(tmp_path / "b", {"q": renamed}).queries[0]
        contents = [[q.images[i].sha256 for i in in_order(q.images)] for q in (query, other)]
        assert contents[0] == contents[1] == sorted(contents[0])


class TestPrivateCopies:
    def test_hold_the_same_bytes_under_numbers(self, tmp_path: Path) -> None:
        names = ["-rf", "a b.png", "quo\"te's", "new\nline.png", "한국어.JPG", "$(x); *", "p.gif"]
        dataset = byte_copies(tmp_path / "data", {"q": dict(zip(names, "ppqrsqt", strict=True))})
        images = dataset.queries[0].images
        with private_copies(images) as copies:
            assert [path.name for path in copies] == [f"{i:05d}.png" for i in range(7)]
            assert [path.read_bytes() for path in copies] == [content_of(image) for image in images]
            assert sorted(copies[0].parent.iterdir()) == copies
            # Nothing beside them either, and no way to the originals.
            assert list(copies[0].parent.parent.iterdir()) == [copies[0].parent]
            assert not any(path.is_symlink() or path.stat().st_nlink > 1 for path in copies)

    @pytest.mark.parametrize(
        ("name", "ending"),
        [
            *[("JPEG", ".jpg"), ("PNG", ".png"), ("GIF", ".gif"), ("WEBP", ".webp")],
            *[("TIFF", ".tif"), ("JPEG2000", ".jp2"), ("MPO", ".jpg"), ("BMP", ".bmp")],
        ],
    )
    def test_end_as_their_content_does_whatever_the_original_is_called(
        self, tmp_path: Path, name: str, ending: str
    ) -> None:
        for called in ("a.jpg", "b.txt", "c"):
            with private_copies([as_format(name, tmp_path / called)]) as copies:
                assert copies[0].suffix == ending

    def test_may_be_changed_and_deleted_without_a_trace_in_the_dataset(
        self, tmp_path: Path
    ) -> None:
        dataset = byte_copies(tmp_path / "data", {"q": {"a.png": "p", "b.png": "q"}})
        before = files_of(tmp_path)
        with private_copies(dataset.queries[0].images) as copies:
            copies[0].write_bytes(b"overwritten")
            copies[1].unlink()
            (copies[1].parent / "new").mkdir()
        assert files_of(tmp_path) == before

    def test_of_files_that_cannot_be_written_to_can(self, tmp_path: Path) -> None:
        dataset = byte_copies(tmp_path / "data", {"q": {"a.png": "p", "b.png": "q"}})
        for path in files_of(tmp_path):
            path.chmod(0o444)
        with private_copies(dataset.images) as copies:
            assert all(path.stat().st_mode & 0o200 for path in copies)

    def test_vanish(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        dataset = byte_copies(tmp_path / "data", {"q": {"a.png": "p", "b.png": "q"}})
        (tmp_path / "t m p").mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "t m p"))
        with pytest.raises(ZeroDivisionError), private_copies(dataset.images) as copies:
            assert copies[0].is_relative_to(tmp_path / "t m p")
            (copies[0].parent / "of the tool").write_bytes(b"")
            _ = 1 / 0
        assert list((tmp_path / "t m p").iterdir()) == []


def test_two_queries_with_the_same_images_look_the_same(tmp_path: Path) -> None:
    queries = {"one": {"a.png": "p", "b.png": "q"}, "two": {"x.png": "q", "y.png": "p"}}
    dataset = byte_copies(tmp_path / "data", queries)
    seen = []
    for query in dataset.queries:
        with private_copies([query.images[i] for i in in_order(query.images)]) as copies:
            seen.append([(path.name, path.read_bytes()) for path in copies])
    assert seen[0] == seen[1]
