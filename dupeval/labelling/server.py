"""The labelling page's server: this machine alone, one person, one session."""

from __future__ import annotations

import json
import secrets
import socket
from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import Any, get_args

import jinja2
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dupeval import __version__
from dupeval.errors import DupevalError, SettingsError
from dupeval.labelling import view
from dupeval.labelling.guard import Guard
from dupeval.labelling.journal import NotKeptError
from dupeval.labelling.pictures import Pictures
from dupeval.labelling.questions import Reply
from dupeval.labelling.session import Session, StaleError
from dupeval.truth import Said

HOST = "127.0.0.1"
# A picture's address holds the beginning of its hash: what is behind it never changes.
FOREVER = {"cache-control": "private, max-age=86400, immutable"}
Handler = Callable[[Request], Any]


def application(
    session: Session, pictures: Pictures, methods: Sequence[str], token: str, port: int
) -> Guard:
    """Return the application of a session, guarded.

    Parameters
    ----------
    session : Session
    pictures : Pictures
    methods : sequence of str
        Those that the page offers.
    token : str
        Of the address.
    port : int
    """
    page = _page(token, methods)
    routes = [
        Route("/", lambda _: Response(page, media_type="text/html")),
        Route("/page.css", lambda _: _asset("page.css", "text/css")),
        Route("/page.js", lambda _: _asset("page.js", "text/javascript")),
        Route("/state", _state(session)),
        Route("/pictures/{number:int}", _picture(pictures)),
        Route("/aligned/{a:int}/{b:int}/{which:int}", _aligned(pictures)),
        *(
            Route(f"/{name}", _changing(session, does), methods=["POST"])
            for name, does in _DOES.items()
        ),
    ]
    return Guard(Starlette(routes=routes), token, port)


def open_port(port: int = 0) -> socket.socket:
    """Return a socket of this machine that listens; 0 chooses a free port.

    Raises
    ------
    SettingsError
        If the port is taken.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen(2048)
    except (OSError, OverflowError) as error:
        listening.close()
        why = getattr(error, "strerror", None) or error
        raise SettingsError(
            f"port {port} cannot be had ({why}); possible: another --port, or none"
        ) from None
    return listening


def new_token() -> str:
    """Return what nobody guesses."""
    return secrets.token_urlsafe(32)


def address(port: int, token: str) -> str:
    """Return what is opened in a browser."""
    return f"http://{HOST}:{port}/?token={token}"


def server_of(app: Guard) -> uvicorn.Server:
    """Return the server: ``run(sockets=[...])`` serves until it is interrupted."""
    config = uvicorn.Config(
        *(app,),
        http="h11",
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=2,
    )
    return uvicorn.Server(config)


def _page(token: str, methods: Sequence[str]) -> str:
    text = (files("dupeval.labelling") / "page" / "page.html").read_text(encoding="utf-8")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    return environment.from_string(text).render(token=token, methods=methods, version=__version__)


def _asset(name: str, kind: str) -> Response:
    content = (files("dupeval.labelling") / "page" / name).read_bytes()
    return Response(content, media_type=kind)


def _state(session: Session) -> Handler:
    async def handle(_: Request) -> Response:
        return JSONResponse(await run_in_threadpool(session.seen, view.state))

    return handle


def _picture(pictures: Pictures) -> Handler:
    async def handle(request: Request) -> Response:
        number = request.path_params["number"]
        large = await run_in_threadpool(pictures.large, number)
        if large is not None:
            return Response(large, media_type="image/jpeg", headers=FOREVER)
        small = pictures.small(number)
        if small is None:
            return Response("there is no such image", 404, media_type="text/plain")
        return Response(small, media_type="image/webp")

    return handle


def _aligned(pictures: Pictures) -> Handler:
    async def handle(request: Request) -> Response:
        a, b, which = (request.path_params[name] for name in ("a", "b", "which"))
        found = None
        if which in (0, 1):
            found = await run_in_threadpool(pictures.aligned, a, b, which)
        if found is None:
            return Response("there is no such pair", 404, media_type="text/plain")
        return Response(found, media_type="image/webp", headers=FOREVER)

    return handle


def _changing(session: Session, does: Callable[[Session, Any], Any]) -> Handler:
    """Return what handles a request that changes something: it is told of the new state."""

    def work(said: Any) -> dict[str, Any]:
        more = does(session, said)
        return {**session.seen(view.state), **(more or {})}

    async def handle(request: Request) -> Response:
        try:
            said = json.loads(await request.body() or b"{}")
            if not isinstance(said, dict):
                raise SettingsError("a request is a JSON object")
            return JSONResponse(await run_in_threadpool(work, said))
        except StaleError as error:
            told = await run_in_threadpool(session.seen, view.state)
            return JSONResponse({**told, "error": str(error)}, 409)
        except NotKeptError as error:
            return JSONResponse({"error": str(error)}, 500)
        except (DupevalError, ImportError) as error:
            return JSONResponse({"error": _sentence(error)}, 422)
        except (ValueError, RecursionError, TypeError, KeyError):
            return JSONResponse({"error": "no request that this page makes"}, 400)
        except OSError as error:
            why = f"nothing could be written ({error.strerror or error})"
            return JSONResponse({"error": why}, 500)

    return handle


def _sentence(error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError):
        return f"{error.name} is not installed, which this method needs"
    return str(error)


def _answer(session: Session, said: dict[str, Any]) -> dict[str, Any] | None:
    reply = Reply(_said(said.get("said", "same")), _numbers(said.get("chosen", [])))
    falls = _numbers(said.get("falls", []))
    found = session.reply(_text(said["question"]), reply, falls)
    if found is None:
        return None
    return {"conflict": session.seen(lambda own: view.conflict(own, found))}


def _said(value: object) -> Said:
    for said in get_args(Said):
        if said == value:
            found: Said = said
            return found
    raise ValueError(value)


def _numbers(value: object) -> tuple[int, ...]:
    if not isinstance(value, list) or not all(type(x) is int for x in value):
        raise ValueError(value)
    return tuple(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


_DOES: dict[str, Callable[[Session, Any], Any]] = {
    "answer": _answer,
    "undo": lambda session, _: session.undo(),
    "skip": lambda session, said: session.skip(_text(said["question"])),
    "method": lambda session, said: session.switch(_text(said["method"])),
    "export": lambda session, _: session.export(),
    "go-on": lambda session, _: session.go_on(),
}
