"""A labelling session with its page, served as the program serves it."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dupeval.clustering.pairs import AllPairs
from dupeval.grouping.default import default_method
from dupeval.labelling.images import Images
from dupeval.labelling.journal import Journal
from dupeval.labelling.pictures import Pictures
from dupeval.labelling.proposals import Proposals, query_proposals
from dupeval.labelling.server import HOST, address, application, open_port, server_of
from dupeval.labelling.session import Session
from dupeval.labelling.source import read_source

TOKEN = "token-of-a-test"


@dataclass(frozen=True)
class Served:
    """A page that is served: its session, and requests as its own script makes them."""

    session: Session
    port: int

    @property
    def address(self) -> str:
        return address(self.port, TOKEN)

    def request(
        self, method: str, path: str, body: bytes | None = None, **headers: str | None
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Ask as the page does; a header given as None is left out."""
        own = {
            "Cookie": f"dupeval-label-{self.port}={TOKEN}",
            **({"X-Dupeval-Token": TOKEN} if method == "POST" else {}),
        }
        own |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection(HOST, self.port, timeout=60)
        try:
            skip_host = "Host" in own
            connection.putrequest(method, path, skip_host=skip_host, skip_accept_encoding=True)
            if body is not None and "Content-Length" not in own:
                own["Content-Length"] = str(len(body))
            for name, value in own.items():
                if value is not None:
                    connection.putheader(name, value)
            connection.endheaders(body)
            reply = connection.getresponse()
            return reply.status, dict(reply.getheaders()), reply.read()
        finally:
            connection.close()

    def post(self, path: str, **said: Any) -> dict[str, Any]:
        status, _, content = self.request("POST", path, json.dumps(said).encode())
        return {"status": status, **json.loads(content)}

    def state(self) -> dict[str, Any]:
        return dict(json.loads(self.request("GET", "/state")[2]))


@contextmanager
def served(session: Session) -> Iterator[Served]:
    """Serve a session's page until the block ends."""
    verified = default_method()
    pictures = Pictures(session, lambda a, b: verified.explain({}, a, b))
    with open_port() as listening:
        port = listening.getsockname()[1]
        methods = ["other", "sums", "verified"]
        server = server_of(application(session, pictures, methods, TOKEN, port))
        thread = threading.Thread(target=lambda: server.run(sockets=[listening]), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield Served(session, port)
        finally:
            server.should_exit = True
            thread.join(10)


@contextmanager
def session_of(
    root: Path,
    out: Path,
    cache: Path,
    propose: Callable[[str, Images], Proposals],
    method: str = "sums",
    seed: str = "seed",
    tables: Path | None = None,
) -> Iterator[Session]:
    with Journal(out, seed) as journal:
        yield Session(read_source(root, cache), journal, propose, method, tables)


def proposing(
    apart: Callable[[str, str], float], cut: float = 0.5
) -> Callable[[str, Images], Proposals]:
    """Return proposals by a function of two files' names."""

    def propose(name: str, images: Images) -> Proposals:
        of_query = {}
        for query, own in images.of_query.items():
            names = [images.all[i].names[0] for i in own]
            condensed = [apart(a, b) for at, a in enumerate(names) for b in names[at + 1 :]]
            if len(own) > 1:
                distances = AllPairs(len(own), np.array(condensed))
                of_query[query] = query_proposals(distances, own, cut, "average")
        return Proposals(name, cut, of_query)

    return propose
