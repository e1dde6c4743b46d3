"""Somebody who knows the truth and answers a labelling page, over HTTP as the page does."""

import http.client
import json
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

from dupeval.labelling.questions import Question
from dupeval.labelling.simulation import Known, true_reply


def address_of(process: subprocess.Popen[bytes]) -> str | None:
    """Return the address that a program prints, or None if it ends before."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(b"open "):
            return line.split()[1].decode()
    return None


def kept_answers(
    address: str, truth: Mapping[str, str], seconds: float = 0.0
) -> Iterator[tuple[str, bool]]:
    """Answer all questions; yield of each its key and whether the page says that it is kept.

    Parameters
    ----------
    address : str
    truth : mapping of str to str
        The photograph of each image, by its name.
    seconds : float
        What a person takes for an answer.

    Raises
    ------
    OSError, HTTPException
        If nobody serves it any longer.
    """
    port, token = urlsplit(address).port, parse_qs(urlsplit(address).query)["token"][0]
    own = {"Cookie": f"dupeval-label-{port}={token}", "X-Dupeval-Token": token}

    def ask(method: str, path: str, said: object = None) -> tuple[int, dict]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request(method, path, json.dumps(said) if said else None, own)
            reply = connection.getresponse()
            return reply.status, json.loads(reply.read())
        finally:
            connection.close()

    state = ask("GET", "/state")[1]
    while state["question"] is not None:
        asked = state["question"]
        names = {image["number"]: image["name"] for image in asked["images"]}
        known = [Known(truth.get(names.get(i, ""), "")) for i in range(max(names) + 1)]
        reply = true_reply(Question(asked["asked"], "", tuple(names)), known)
        time.sleep(seconds)
        said = {"question": asked["key"], "said": reply.said, "chosen": list(reply.chosen)}
        status, told = ask("POST", "/answer", said)
        assert status in (200, 500), told
        yield asked["key"], status == 200
        state = told if status == 200 else state


def until_it_ends(answers: Iterator[tuple[str, bool]]) -> list[str]:
    """Return the keys of the questions whose answers are kept, until nobody serves the page."""
    kept = []
    with suppress(OSError, http.client.HTTPException, json.JSONDecodeError):
        for key, is_kept in answers:
            if is_kept:
                kept.append(key)
    return kept
