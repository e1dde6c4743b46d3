"""The whole file: everything inside, nothing outside, and no name is ever taken for HTML."""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hostile import IMAGE, PHOTOGRAPH, QUERY, TITLE
from hostile_results import run_table1
from PIL import Image
from pydantic import ValidationError

from dupeval.errors import DupevalError
from dupeval.figures.saving import FILE_NAME, StoredFigure, record_bytes
from dupeval.files import file_sha256
from dupeval.method import Resources
from dupeval.rendering import NOTE
from dupeval.report import Limits, report_page, write_report
from dupeval.report.page import address
from dupeval.stored import read_results
from dupeval.text import visible


class Page(HTMLParser):
    """A page as a browser takes it apart: elements with their attributes, and their texts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self.elements[-1][0] if self.elements else "", []).append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def written(stored, out: Path, **given) -> str:
    figures_dir = given.pop("figures_dir", stored.root / "nowhere")
    path = write_report(
        stored.dataset, stored.table1_dir, figures_dir, out, stored.cache_dir, **given
    )
    assert path == out / "report.html"
    assert {file.name for file in out.iterdir()} == {"report.html", ".dupeval"}
    return path.read_text(encoding="utf-8")


def page_of(stored, dataset=None, **given) -> str:
    """Return the page of stored results, some of which the test made up."""
    results = replace(read_results(stored.table1_dir, stored.dataset), **given)
    resources = Resources(stored.cache_dir)
    return report_page(dataset or stored.dataset, results, Path("<script>"), resources, Limits())


def record(folder: Path, fingerprint: str, table1_sha256: str | None = None) -> None:
    """Keep beside ``bars.png`` what it says and was drawn from."""
    says = ("Bars <b>of</b>", 'Bars of "a" & b', "F1 <.", ("Data: <i>",))
    figure = StoredFigure(file_sha256(folder / "bars.png"), table1_sha256, *says)
    (folder / FILE_NAME).write_bytes(record_bytes(folder, fingerprint, {"bars": figure}))


def data_of(html: str) -> dict:
    return json.loads(html.split('id="data">')[1].split("</script>", maxsplit=1)[0])


class TestTheFile:
    def test_has_everything_inside_and_asks_for_nothing(self, stored, tmp_path: Path) -> None:
        page = Page(written(stored, tmp_path))
        for tag, attributes in page.elements:
            for name in ("src", "href", "action", "data", "srcset", "poster", "style"):
                value = attributes.get(name)
                assert value is None or value.startswith(("data:", "#")), (tag, name, value)
            assert not any(name.startswith("on") for name in attributes)
        assert not re.search(r"@import|url\((?!data:)", "".join(page.texts["style"]))

    def test_its_policy_allows_its_own_style_and_script_and_nothing_else(
        self, stored, tmp_path: Path
    ) -> None:
        html = written(stored, tmp_path)
        style = html.split("<style>")[1].split("</style>")[0]
        script = html.split("<script>")[1].split("</script>")[0]
        (policy,) = (
            meta["content"]
            for meta in Page(html).all("meta")
            if meta.get("http-equiv") == "Content-Security-Policy"
        )
        hashes = [
            base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            for text in (style, script)
        ]
        assert policy == (
            f"default-src 'none'; img-src data:; style-src 'sha256-{hashes[0]}'; "
            f"script-src 'sha256-{hashes[1]}'; base-uri 'none'; form-action 'none'"
        )

    def test_is_the_same_bytes_when_made_again(self, stored, tmp_path: Path) -> None:
        assert written(stored, tmp_path / "1") == written(stored, tmp_path / "2")

    def test_begins_with_what_the_table_says(self, stored, tmp_path: Path) -> None:
        run = json.loads((stored.table1_dir / "run.json").read_text(encoding="utf-8"))
        said = run["parts"][0]["verdict"]
        assert [sentence.split()[0] for sentence in said] == ["Best", "Cost:", "On"]
        text = " ".join(written(stored, tmp_path).split())
        assert " ".join(f"<li>{sentence}</li>" for sentence in said) + " </ul>" in text

    def test_names_the_data(self, stored, tmp_path: Path) -> None:
        text = " ".join(written(stored, tmp_path).split())
        assert "On data: 4 queries, 24 images, 16 pairs of images" in text
        assert stored.dataset.fingerprint in text


class TestTheArgument:
    PARTS = ("table1", "queries", "mistakes", "galleries", "settings", "data-heading", "provenance")

    def parts(self, html: str) -> list[str | None]:
        return [section["id"] for section in Page(html).all("section") if "id" in section]

    def test_comes_in_its_order(self, stored, tmp_path: Path) -> None:
        assert self.parts(written(stored, tmp_path)) == list(self.PARTS)

    def test_begins_with_the_findings_of_a_suite_that_has_the_dataset(
        self, stored, tmp_path: Path
    ) -> None:
        suite = tmp_path / "suite"
        suite.mkdir()
        (suite / "suite.csv").write_text(f"dataset\n{stored.dataset.name}\n", encoding="utf-8")
        (suite / "findings.md").write_text("Of it.\n\n## Which\n\nThis one.\n", encoding="utf-8")
        part = {"dataset": {"name": "", "fingerprint": ""}, "protocols": {}}
        part |= {"configuration": {"methods": {}}}
        outputs = {path.name: file_sha256(path) for path in suite.iterdir()}
        about = json.dumps({"parts": [part], "outputs": outputs})
        (suite / "run.json").write_text(about, encoding="utf-8")
        html = written(stored, tmp_path / "out", suite_dir=suite)
        assert self.parts(html) == ["findings", *self.PARTS]
        text = " ".join(html.split())
        assert "<h3>Which</h3></summary> <p>This one.</p>" in text
        assert "make suite" not in html

    def test_else_says_how_to_get_them(self, stored, tmp_path: Path) -> None:
        assert "found by experiments/suite.py (make suite)" in written(stored, tmp_path)

    def test_has_every_mistake_of_every_method(self, stored, tmp_path: Path) -> None:
        html = written(stored, tmp_path)
        results = read_results(stored.table1_dir, stored.dataset)
        cards = Page(html).all("article")
        assert len({card["id"] for card in cards}) == len(cards) > 3
        for protocol, method, query in results.per_query:
            row = results.per_query[protocol, method, query]
            own = [
                card
                for card in cards
                if (card["data-method"], card["data-query"]) == (method, visible(query))
                and protocol in json.loads(card["data-protocol"] or "")
            ]
            assert bool(own) == bool(row["fp"] + row["fn"])

    def test_lists_the_worst_mistakes_where_there_are_too_many(
        self, stored, tmp_path: Path
    ) -> None:
        html = written(stored, tmp_path, limits=Limits(mistakes=3))
        assert len(Page(html).all("article")) == 3
        assert re.search(r"3 of \d+ mistakes are listed", html)


class TestHostileNames:
    def test_never_become_elements(self, stored, tmp_path: Path) -> None:
        page = Page(written(stored, tmp_path))
        assert [script.get("type") for script in page.all("script")] == ["application/json", None]
        assert len(page.all("title")) == 1
        assert not page.all("img")
        assert not page.all("i")

    def test_are_shown_as_they_are(self, stored, tmp_path: Path) -> None:
        html = written(stored, tmp_path)
        headings = [heading for heading in Page(html).all("th") if "title" in heading]
        assert {heading["title"] for heading in headings} == {TITLE}
        query = data_of(html)["queries"][0]
        assert (query["slug"], query["title"]) == (QUERY, TITLE)
        assert query["photographs"][0] == ["A", PHOTOGRAPH, 3, 0]
        assert query["images"]["0"][:3] == [visible(IMAGE), 0, "crop:0.5+<script>"]

    def test_what_cannot_be_seen_is_made_visible(self, stored) -> None:
        hidden, shown = "x\x1b[2J\r\u202ey\0", "x\\x1b[2J\\r\\u202ey\\x00"
        queries = [replace(query, title=hidden) for query in stored.dataset.queries]
        html = page_of(stored, replace(stored.dataset, name=hidden, queries=tuple(queries)))
        assert set("\x1b\r\u202e\0").isdisjoint(html)
        page = Page(html)
        assert {x["title"] for x in page.all("th") if "title" in x} == {shown}
        assert html.count(shown) >= len(queries) + 2

    def test_of_a_dataset_and_a_method_too(self, stored) -> None:
        results = read_results(stored.table1_dir, stored.dataset)
        table = results.table1.replace("raw", "<script>x")
        html = page_of(stored, replace(stored.dataset, name="</title><script>y"), table1=table)
        assert len(Page(html).all("script")) == 2


class TestTable1:
    def test_is_explained_as_in_its_other_forms(self, stored, tmp_path: Path) -> None:
        assert NOTE in unescape(written(stored, tmp_path))

    def test_has_a_part_a_protocol_and_the_studys_own_rows_in_each(
        self, stored, tmp_path: Path
    ) -> None:
        loqo, oracle = written(stored, tmp_path).split("<table")[1:3]
        for part, protocol in ((loqo, "loqo"), (oracle, "oracle")):
            methods = [row["data-value"] for row in Page(part).all("th") if "data-value" in row]
            assert methods == ["raw", "raw_pca", "vgg", "vgg_pca", "visipics"]
            links = [link["href"] for link in Page(part).all("a")]
            assert links == [f"#/{protocol}/raw", f"#/{protocol}/raw_pca"]

    def test_tells_apart_what_rows_rest_on(self, stored) -> None:
        results = read_results(stored.table1_dir, stored.dataset)
        table = results.table1[results.table1["protocol"] == "loqo"].copy()
        rows = [table.iloc[0].copy() for _ in range(3)]
        for row, source in zip(rows, ("imported", "missing", "failed"), strict=True):
            row["method"], row["source"] = f"tool_{source}", source
        table = pd.concat([table, pd.DataFrame(rows)])
        alone = {
            name: {place: of for place, of in getattr(results, name).items() if place[0] == "loqo"}
            for name in ("per_query", "partitions")
        }
        html = page_of(stored, table1=table, **alone)
        spans = [span.get("class") or "" for span in Page(html).all("span")]
        classes = [each for each in spans if each.startswith("source ")]
        of_rows, legend = classes[:5], classes[5:]
        expected = ["measured", "measured", "imported", "missing", "failed"]
        assert of_rows == [f"source {source}" for source in expected]
        assert legend == [f"source {source}" for source in expected[1:]]


def test_addresses_are_as_encode_uri_component_has_them() -> None:
    assert address(["a/b", "#?%", "!*'()~-_."]) == "#/a%2Fb/%23%3F%25/!*'()~-_."
    assert address(["세월"]) == "#/%EC%84%B8%EC%9B%94"


class TestFigures:
    @pytest.fixture
    def figures_dir(self, stored, tmp_path: Path) -> Path:
        folder = tmp_path / "figures"
        folder.mkdir()
        Image.new("RGB", (3000, 1500), "navy").save(folder / "bars.png")
        record(folder, stored.dataset.fingerprint)
        return folder

    def test_are_embedded_with_their_captions_scaled_down_if_large(
        self, stored, figures_dir: Path, tmp_path: Path
    ) -> None:
        html = written(stored, tmp_path / "out", figures_dir=figures_dir)
        (image,) = Page(html).all("img")
        assert (image["width"], image["height"]) == ("2400", "1200")
        assert image["alt"] == 'Bars of "a" & b'
        assert image["src"].startswith("data:image/webp;base64,")
        assert "<p><strong>Bars &lt;b&gt;of&lt;/b&gt;.</strong> F1 &lt;.</p>" in html
        assert "<li>Data: &lt;i&gt;</li>" in html

    def test_without_any_the_command_that_makes_them_is_named(self, stored, tmp_path: Path) -> None:
        html = written(stored, tmp_path, figures_dir=Path("somewhere/else"))
        text = " ".join(html.split())
        assert "No figures are stored in <code>somewhere/else</code>" in text
        assert "<code>python experiments/figures.py</code>" in text

    def test_none_of_another_dataset_is_shown_and_the_reader_is_told(
        self, stored, figures_dir: Path, tmp_path: Path
    ) -> None:
        record(figures_dir, "of another")
        html = written(stored, tmp_path / "out", figures_dir=figures_dir)
        assert not Page(html).all("img")
        text = " ".join(html.split())
        assert (
            f"Left out of the figures stored in <code>{figures_dir}</code>: 1 not recorded in "
            "figures.json as drawn from this dataset. <code>python experiments/figures.py</code>"
        ) in text
        assert "No figures are stored" not in text

    def test_nor_one_of_another_table1(self, stored, figures_dir: Path, tmp_path: Path) -> None:
        record(figures_dir, stored.dataset.fingerprint, "of another")
        html = written(stored, tmp_path / "out", figures_dir=figures_dir)
        assert not Page(html).all("img")
        assert "1 drawn from another table1.csv than is shown here." in html

    def test_one_of_this_table1_is_shown(self, stored, figures_dir: Path, tmp_path: Path) -> None:
        sha256 = file_sha256(stored.table1_dir / "table1.csv")
        record(figures_dir, stored.dataset.fingerprint, sha256)
        html = written(stored, tmp_path / "out", figures_dir=figures_dir)
        assert len(Page(html).all("img")) == 1
        assert "Left out of the figures" not in html

    def test_one_that_cannot_be_decoded_is_named(
        self, stored, figures_dir: Path, tmp_path: Path
    ) -> None:
        (figures_dir / "bars.png").write_bytes(b"\x89PNG")
        record(figures_dir, stored.dataset.fingerprint)
        with pytest.raises(DupevalError, match=r"bars\.png: not an image"):
            written(stored, tmp_path / "out", figures_dir=figures_dir)


class TestLimits:
    def test_a_gallery_thins_out_and_says_so(self, stored, tmp_path: Path) -> None:
        html = written(stored, tmp_path, limits=Limits(images_a_query=2))
        assert "Galleries show 8 of 24 images" in html
        data = data_of(html)
        assert [len(query["images"]) for query in data["queries"]] == [2] * 4
        # Of each method, query and protocol: no image is lost from the counts.
        for protocol in data["protocols"]:
            for method in protocol["methods"]:
                for scores in method["queries"]:
                    rest = scores["rest"] or [0, 0, 0]
                    assert sum(group[0] for group in scores["groups"]) + rest[1] == 6
                    assert sum(group[1] for group in scores["groups"]) + rest[2] == scores["fp"]

    def test_pictures_become_smaller_to_keep_within_the_limit(
        self, make_dataset: Callable[..., Path], tmp_path: Path
    ) -> None:
        photographs = {"a.png": "p", "b.png": "p"}
        root = make_dataset(tmp_path / "data", {"one": photographs, "two": photographs})
        for i, path in enumerate(root.glob("images/*/*")):
            noise = np.random.default_rng(i).integers(0, 256, (400, 600, 3)).astype(np.uint8)
            Image.fromarray(noise).save(path)
        of_noise = run_table1(tmp_path, root, "raw")
        sizes = {}
        for megabytes in (15, 0.2):
            html = written(of_noise, tmp_path / str(megabytes), limits=Limits(megabytes=megabytes))
            assert len(html.encode()) < megabytes * 1e6
            sizes[megabytes] = {int(w) for w in re.findall(r"\.p\d+\{aspect-ratio:(\d+)/", html)}
            told = "so that the file keeps within its limit" in " ".join(html.split())
            assert told == (megabytes < 15)
        assert sizes[15] == {400}
        assert max(sizes[0.2]) < 400

    def test_a_limit_that_cannot_be_kept_is_said_and_nothing_is_written(
        self, stored, tmp_path: Path
    ) -> None:
        with pytest.raises(DupevalError, match=r"more than limits\.megabytes=0\.01; possible"):
            written(stored, tmp_path, limits=Limits(megabytes=0.01))
        assert not list(tmp_path.iterdir())

    @pytest.mark.parametrize("wrong", [{"megabytes": 0}, {"images": 0}, {"images_a_query": -1}])
    def test_must_be_positive(self, wrong: dict[str, int]) -> None:
        with pytest.raises(ValidationError):
            Limits(**wrong)
