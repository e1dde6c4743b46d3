"""What ``dupeval label`` does: read, propose, serve a page, write."""

from __future__ import annotations

import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from dupeval.cli.methods import method_named
from dupeval.cli.programs import programs_dir
from dupeval.clustering.pairs import PairDistances
from dupeval.files import refuse_foreign
from dupeval.grouping.comparing import distances_of
from dupeval.grouping.default import NAME, default_method
from dupeval.grouping.running import Chosen, default_cache
from dupeval.grouping.writing import check_out
from dupeval.labelling.images import Images
from dupeval.labelling.journal import JOURNAL, Journal
from dupeval.labelling.pictures import Pictures
from dupeval.labelling.proposals import Proposals, QueryProposals, query_proposals
from dupeval.labelling.server import address, application, new_token, open_port, server_of
from dupeval.labelling.session import PAIRS_CSV, Session
from dupeval.labelling.source import Source, read_source
from dupeval.labelling.tables import LABELS_CSV
from dupeval.method import Resources
from dupeval.text import counted, visible


def run(
    *,
    folder: Path,
    method: str | None,
    out: Path,
    tables: Path | None,
    export: bool,
    port: int,
    browser: bool,
    cache: Path | None,
    progress: bool,
) -> None:
    """Label images and tell of it; see `dupeval.cli.label.label`."""
    cache_dir = cache or default_cache()
    resources = Resources(cache_dir, progress)
    check_out(out, None, None, [str(folder)])
    refuse_foreign(out, [JOURNAL, LABELS_CSV, PAIRS_CSV])
    source = read_source(folder, cache_dir, progress)
    with Journal(out) as journal:
        own = source.root if journal.is_new and source.has_labels else None
        session = Session(
            source,
            journal,
            lambda name, images: proposals_of(name, images, source, resources),
            method or journal.method or NAME,
            tables or own,
        )
        _say(session)
        if not export:
            _serve(session, port, browser, out)
        session.export()
        print(_how_far(session))
        print(f"written to {visible(str(out))}: {LABELS_CSV}, {PAIRS_CSV}")


def proposals_of(name: str, images: Images, source: Source, resources: Resources) -> Proposals:
    """Return what a method proposes, query by query; images of different ones never meet.

    Raises
    ------
    DupevalError
        If it cannot be run on these images.
    """
    chosen = Chosen(name, method_named(name, resources.cache_dir))
    cut = chosen.cut
    linkage = chosen.method.linkage_of(chosen.method.default)
    of_query: dict[str, QueryProposals] = {}
    for query, own in images.of_query.items():
        if len(own) < 2:
            continue
        handles = [source.file_of[images.all[number].key].handle for number in own]
        answer = distances_of(chosen.method, handles, None, cut, resources)
        if isinstance(answer, PairDistances):
            chosen.below(answer.largest)
        of_query[query] = query_proposals(answer, own, cut, linkage)
    return Proposals(name, cut, of_query)


def methods() -> list[str]:
    """Return the names of the methods that the page offers."""
    folder = programs_dir().parent / "conf" / "method"
    return sorted({NAME, *(path.stem for path in folder.glob("*.yaml"))})


def _serve(session: Session, port: int, browser: bool, out: Path) -> None:
    verified = default_method()
    pictures = Pictures(session, lambda a, b: verified.explain({}, a, b))
    with open_port(port) as listening:
        number = listening.getsockname()[1]
        token = new_token()
        app = application(session, pictures, methods(), token, number)
        print(f"open {address(number, token)}", flush=True)
        print("Ctrl-C ends it; every answer is kept at once", flush=True)
        led = opened(address(number, token), out) if browser else nullcontext()
        with led, suppress(KeyboardInterrupt):
            server_of(app).run(sockets=[listening])


@contextmanager
def opened(url: str, folder: Path) -> Iterator[None]:
    """Open an address in a browser by way of a file that nobody else may read.

    Every user of the machine sees what a program is started with, and the address holds the token.
    """
    with NamedTemporaryFile("w", dir=folder, prefix="open-", suffix=".html") as file:
        file.write(f'<!doctype html><meta http-equiv="refresh" content="0;url={url}">')
        file.flush()
        webbrowser.open(Path(file.name).resolve().as_uri())
        yield


def _how_far(session: Session) -> str:
    labels = session.labels
    together, apart = labels.n_decided()
    n_pairs = sum(len(own) * (len(own) - 1) // 2 for own in session.images.of_query.values())
    answers = counted(labels.n_keys, "answer")
    enough = "enough is answered" if session.finished else "more is to be asked"
    return f"{answers}, {together + apart:,} of {n_pairs:,} pairs decided; {enough}"


def _say(session: Session) -> None:
    images = session.images
    queries = counted(len(images.of_query), "query", "queries")
    print(f"{counted(len(images.there), 'different image')} in {queries}", flush=True)
    unread = session.source.unread
    for item in unread[:5]:
        print(f"not read: {visible(item.path)}: {visible(item.reason)}")
    if len(unread) > 5:
        print(f"not read: {len(unread) - 5} more")
    if session.labels.n_keys:
        print(f"{counted(session.labels.n_keys, 'answer')} so far", flush=True)
