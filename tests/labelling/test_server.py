"""Who may ask the page's server, what it says, and what it survives."""

import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from label_page import TOKEN, Served, proposing, served, session_of

from dupeval.errors import SettingsError
from dupeval.labelling.journal import JOURNAL
from dupeval.labelling.server import HOST, new_token, open_port


@pytest.fixture
def page(made: Path, tmp_path: Path, cache: Path, apart) -> Iterator[Served]:
    with (
        session_of(made, tmp_path / "out", cache, proposing(apart)) as session,
        served(session) as it,
    ):
        yield it


def journal(tmp_path: Path) -> bytes:
    return (tmp_path / "out" / JOURNAL).read_bytes()


class TestWhoMayAsk:
    def test_the_address_gives_a_cookie_that_no_script_and_no_other_site_gets(
        self, page: Served
    ) -> None:
        status, headers, content = page.request("GET", f"/?token={TOKEN}", Cookie=None)
        assert status == 200
        cookie = f"dupeval-label-{page.port}={TOKEN}; Path=/; HttpOnly; SameSite=Strict"
        assert headers["set-cookie"] == cookie
        assert TOKEN.encode() not in content
        assert page.request("GET", "/")[0] == 200

    @pytest.mark.parametrize(
        "path", ["/", "/state", "/page.js", "/pictures/0", "/?token=guess", "/?token="]
    )
    def test_without_the_token_nobody_sees_anything(self, page: Served, path: str) -> None:
        for cookie in (None, "dupeval-label=x", f"dupeval-label-{page.port}=guess", "=;;=\x7f"):
            status, headers, content = page.request("GET", path, Cookie=cookie)
            assert (status, content) == (403, b"open the address that dupeval label printed")
            assert "set-cookie" not in headers

    @pytest.mark.parametrize(
        "headers",
        [
            {"Host": "evil.example"},
            {"Host": "localhost"},
            {"Host": "127.0.0.1"},
            {"Origin": "http://evil.example"},
            {"Origin": "null"},
            {"Sec_Fetch_Site": "cross-site"},
            {"Sec_Fetch_Site": "same-site"},
        ],
    )
    def test_other_hosts_and_origins_are_refused(
        self, page: Served, headers: dict[str, str], tmp_path: Path
    ) -> None:
        before = journal(tmp_path)
        for method, path in (
            ("GET", "/"),
            ("GET", "/state"),
            ("POST", "/undo"),
            ("POST", "/answer"),
        ):
            assert page.request(method, path, b"{}", **headers)[0] == 403
        assert journal(tmp_path) == before

    def test_an_address_for_another_host_gives_no_cookie(self, page: Served) -> None:
        status, headers, _ = page.request("GET", f"/?token={TOKEN}", Host="evil.example")
        assert (status, "set-cookie" in headers) == (403, False)

    def test_what_changes_something_needs_the_token_in_a_header(
        self, page: Served, tmp_path: Path
    ) -> None:
        before = journal(tmp_path)
        key = page.state()["question"]["key"]
        body = json.dumps({"question": key, "said": "same"}).encode()
        for token in (None, "", "guess"):
            assert page.request("POST", "/answer", body, X_Dupeval_Token=token)[0] == 403
        assert page.request("GET", f"/answer?question={key}")[0] == 405
        assert journal(tmp_path) == before
        assert page.request("POST", "/answer", body)[0] == 200
        assert journal(tmp_path) != before

    def test_a_page_of_another_site_can_neither_show_nor_read_it(self, page: Served) -> None:
        for path in ("/", "/state", "/page.js", "/pictures/0", "/nothing"):
            _, headers, _ = page.request("GET", path)
            policy = headers["content-security-policy"]
            assert policy.startswith("default-src 'none';")
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cross-origin-resource-policy"] == "same-origin"
            assert "access-control-allow-origin" not in headers
        assert page.request("OPTIONS", "/answer", Origin="http://evil.example")[0] == 403


class TestPictures:
    def test_are_asked_for_by_number(self, page: Served) -> None:
        for number in range(10):
            status, headers, content = page.request("GET", f"/pictures/{number}")
            assert (status, headers["content-type"]) == (200, "image/jpeg")
            assert content.startswith(b"\xff\xd8")

    @pytest.mark.parametrize(
        "path",
        [
            *("/pictures/10", "/pictures/99999999999999999999", "/pictures/-1", "/pictures/"),
            *("/pictures/..%2f..%2fetc%2fpasswd", "/pictures/../server.py", "/../page.css"),
            *("/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/page.css/../../guard.py"),
            *(
                "/aligned/0/0/0",
                "/aligned/0/9/0",
                "/aligned/0/1/7",
                "/aligned/0/99/1",
                "/pictures/0%00",
            ),
        ],
    )
    def test_there_are_no_others(self, page: Served, path: str) -> None:
        assert page.request("GET", path)[0] == 404

    def test_two_of_one_photograph_are_laid_on_each_other(self, page: Served) -> None:
        first, second = (page.request("GET", f"/aligned/0/1/{which}") for which in (0, 1))
        assert first[0] == second[0] == 200
        assert first[2].startswith(b"RIFF")

    def test_of_a_file_that_was_taken_away_the_small_one_is_shown(
        self, tmp_path: Path, cache: Path, apart, write_query
    ) -> None:
        root = tmp_path / "photos"
        write_query(root, {"b1.png": "b", "d1.png": "d"})
        with (
            session_of(root, tmp_path / "out", cache, proposing(apart)) as session,
            served(session) as page,
        ):
            (root / "b1.png").unlink()
            status, headers, _ = page.request("GET", "/pictures/0")
            assert (status, headers["content-type"]) == (200, "image/webp")
            assert page.request("GET", "/aligned/0/1/0")[0] == 404


class TestProtocol:
    def test_answers_undo_later_and_export(self, page: Served, tmp_path: Path) -> None:
        first = page.state()["question"]
        told = page.post("/answer", question=first["key"], said="same")
        assert told["progress"]["answers"] == 1
        assert told["question"]["key"] != first["key"]
        assert page.post("/undo")["question"]["key"] == first["key"]
        assert page.post("/skip", question=first["key"])["question"]["key"] != first["key"]
        assert page.post("/export")["status"] == 200
        assert (tmp_path / "out" / "labels.csv").read_text().startswith("query,image,photograph\n")

    def test_a_second_press_of_a_key_answers_no_other_question(self, page: Served) -> None:
        key = page.state()["question"]["key"]
        assert page.post("/answer", question=key, said="same")["status"] == 200
        told = page.post("/answer", question=key, said="same")
        assert (told["status"], told["error"]) == (409, "another question is asked meanwhile")
        assert told["progress"]["answers"] == 1

    @pytest.mark.parametrize(
        "said",
        [
            b"", b"[]", b"{", b"null", b"[" * 60_000, b"\xff", b'{"question":1}',
            b'{"question":null}',
            b'{"question":"x","chosen":["a"]}', b'{"question":"x","chosen":{"a":1}}',
            b'{"question":"x","said":"maybe"}', b'{"question":"x","falls":[true]}',
            b'{"question":"x","chosen":[1e999]}', b'{"question":"x"}',
        ],
    )  # fmt: skip
    def test_what_the_page_never_says_changes_nothing(
        self, page: Served, said: bytes, tmp_path: Path
    ) -> None:
        before = journal(tmp_path)
        for path in ("/answer", "/skip", "/method"):
            status, _, content = page.request("POST", path, said)
            assert status in (400, 409, 422)
            assert "error" in json.loads(content)
        assert journal(tmp_path) == before

    def test_a_method_that_cannot_be_run_is_a_sentence(
        self, made: Path, tmp_path: Path, cache: Path, apart
    ) -> None:
        by_truth = proposing(apart)

        def propose(name, images):
            if name != "sums":
                raise SettingsError(f"{name} cannot be run here")
            return by_truth(name, images)

        with session_of(made, tmp_path / "out", cache, propose) as session, served(session) as page:
            told = page.post("/method", method="magic")
            assert (told["status"], told["error"]) == (422, "magic cannot be run here")
            assert page.state()["method"] == "sums"

    def test_a_disk_that_is_full_is_told_and_the_answer_does_not_count(
        self, page: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        key = page.state()["question"]["key"]
        before = journal(tmp_path)
        with monkeypatch.context() as patched:
            patched.setattr(
                "os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left"))
            )
            told = page.post("/answer", question=key, said="same")
        why = "that could not be kept (No space left), and does not count"
        assert told == {"status": 500, "error": why}
        assert journal(tmp_path) == before
        assert page.state()["question"]["key"] == key
        assert page.post("/answer", question=key, said="same")["status"] == 200


class TestSurvives:
    def test_a_thousand_requests_at_once(self, page: Served) -> None:
        def ask(i: int) -> int:
            path = ("/state", f"/pictures/{i % 10}", "/page.js", "/aligned/0/1/0")[i % 4]
            return page.request("GET", path)[0]

        with ThreadPoolExecutor(1000) as pool:
            assert set(pool.map(ask, range(1000))) == {200}

    def test_many_answers_at_once_are_one_answer(self, page: Served) -> None:
        key = page.state()["question"]["key"]
        with ThreadPoolExecutor(50) as pool:
            told = list(
                pool.map(lambda _: page.post("/answer", question=key, said="same"), range(50))
            )
        assert sorted(t["status"] for t in told) == [200] + [409] * 49
        assert page.state()["progress"]["answers"] == 1

    @pytest.mark.parametrize("length", ["70000", "99999999999999", "-1", "x", "1, 2"])
    def test_bodies_that_are_too_large(self, page: Served, length: str) -> None:
        status = page.request("POST", "/undo", b"x", Content_Length=length)[0]
        assert status in (400, 413)
        assert page.request("GET", "/state")[0] == 200

    def test_a_body_that_never_ends(self, page: Served) -> None:
        with socket.create_connection((HOST, page.port), timeout=20) as connection:
            head = (
                f"POST /undo HTTP/1.1\r\nHost: {HOST}:{page.port}\r\nX-Dupeval-Token: {TOKEN}\r\n"
                f"Cookie: dupeval-label-{page.port}={TOKEN}\r\nTransfer-Encoding: chunked\r\n\r\n"
            )
            connection.sendall(head.encode())
            chunk = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
            reply = b""
            with suppress(OSError):
                for _ in range(2000):
                    connection.sendall(chunk)
            with suppress(OSError):
                reply = connection.recv(100)
            assert not reply or reply.startswith(b"HTTP/1.1 413")
        assert page.request("GET", "/state")[0] == 200

    def test_clients_that_are_slow_keep_nobody_waiting(self, page: Served) -> None:
        slow = [socket.create_connection((HOST, page.port)) for _ in range(200)]
        try:
            for connection in slow:
                connection.sendall(b"POST /answer HTTP/1.1\r\nHost: ")
            start = time.monotonic()
            assert page.request("GET", "/state")[0] == 200
            assert time.monotonic() - start < 5
        finally:
            for connection in slow:
                connection.close()


def test_it_listens_on_this_machine_alone() -> None:
    with open_port() as listening:
        host, port = listening.getsockname()
        assert host == "127.0.0.1"
        with pytest.raises(SettingsError, match=f"port {port} cannot be had .*another --port"):
            open_port(port)


def test_tokens_are_long_and_differ() -> None:
    assert len({new_token() for _ in range(100)}) == 100
    assert len(new_token()) >= 40
