"""Who may ask the page anything: the browser of who started it, from the page itself."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# An answer takes 2 kB at most, and comes at once.
MOST_BYTES, MOST_SECONDS = 64 * 1024, 10.0
TOKEN_HEADER = b"x-dupeval-token"
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


class Guard:
    """Lets requests through to an application that come from its own page.

    The address holds a random token. Whoever opens it gets the token as a cookie, which other sites
    cannot send (SameSite=Strict) and scripts cannot read (HttpOnly). Requests that change something
    name the token in a header besides, which no form can. Requests for another host, as of a name
    that was made to lead here, and from another origin are refused.

    Parameters
    ----------
    app : ASGI application
    token : str
    port : int
    """

    def __init__(self, app: App, token: str, port: int) -> None:
        self._app, self._token = app, token.encode()
        self._host = f"127.0.0.1:{port}".encode()
        # Cookies know no ports: each session has one of its own.
        self.cookie = f"dupeval-label-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
                return
            await self._app(scope, receive, send)
            return
        headers = _only_once(scope["headers"])
        if headers is None or headers.get(b"host") != self._host:
            await _refuse(send, 403, "this page is for the browser of who started it")
        elif scope["path"] == "/" and self._has_token(scope):
            # Also from where the address was printed, which may be another site's page.
            await self._enter(send)
        elif not self._is_from_here(headers):
            await _refuse(send, 403, "this page is for the browser of who started it")
        elif not self._may(scope["method"], headers):
            await _refuse(send, 403, "open the address that dupeval label printed")
        elif (body := await _body(receive, headers)) is None:
            await _refuse(send, 413, "too large, or too slow")
        else:
            await self._app(scope, _replay(body, receive), _with_headers(send))

    def _is_from_here(self, headers: dict[bytes, bytes]) -> bool:
        own = b"http://" + self._host
        if headers.get(b"origin", own) != own:
            return False
        return headers.get(b"sec-fetch-site", b"none") in (b"none", b"same-origin")

    def _has_token(self, scope: Scope) -> bool:
        query = scope["query_string"]
        given = parse_qs(query.decode("latin-1")).get("token", [""])[0] if query else ""
        return scope["method"] == "GET" and self._is_token(given.encode("latin-1", "replace"))

    def _may(self, method: str, headers: dict[bytes, bytes]) -> bool:
        try:
            cookies = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1"))
        except CookieError:
            return False
        cookie = cookies.get(self.cookie)
        if cookie is None or not self._is_token(cookie.value.encode()):
            return False
        if method in ("GET", "HEAD"):
            return True
        return self._is_token(headers.get(TOKEN_HEADER, b""))

    def _is_token(self, given: bytes) -> bool:
        return hmac.compare_digest(given, self._token)

    async def _enter(self, send: Send) -> None:
        """Hand the cookie out, and lead to the page without the token in its address."""
        cookie = f"{self.cookie}={self._token.decode()}; Path=/; HttpOnly; SameSite=Strict"
        # A page that leads on, since a browser sends no strict cookie when somebody else's did.
        text = (
            b'<!doctype html><html lang="en"><title>Labelling</title>'
            b'<link rel="icon" href="data:,"><meta http-equiv="refresh" content="0;url=/">'
            b'<a href="/">Go on</a></html>'
        )
        about = {"content-type": "text/html; charset=utf-8", "set-cookie": cookie}
        await _answer(send, 200, text, about)


def _only_once(pairs: list[tuple[bytes, bytes]]) -> dict[bytes, bytes] | None:
    """Return headers by name; None where one is twice that must not be."""
    headers: dict[bytes, bytes] = {}
    for name, value in pairs:
        if name in headers and name in (b"host", b"origin", b"content-length", TOKEN_HEADER):
            return None
        headers[name] = value
    return headers


async def _body(receive: Receive, headers: dict[bytes, bytes]) -> bytes | None:
    """Read a body that is small and comes soon; None of another."""
    length = headers.get(b"content-length", b"0")
    if not length.isdigit() or len(length) > 9 or int(length) > MOST_BYTES:
        return None
    body = bytearray()
    try:
        async with asyncio.timeout(MOST_SECONDS):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    return None
                body += message.get("body", b"")
                if len(body) > MOST_BYTES:
                    return None
                if not message.get("more_body"):
                    return bytes(body)
    except TimeoutError:
        return None


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
            known = {name for name, _ in message["headers"]}
            if b"cache-control" not in known:
                own.append((b"cache-control", b"no-store"))
            message["headers"] = [*message["headers"], *own]
        await send(message)

    return sending


async def _refuse(send: Send, status: int, why: str) -> None:
    about = {"content-type": "text/plain; charset=utf-8", "connection": "close"}
    await _answer(send, status, why.encode(), about)


async def _answer(send: Send, status: int, text: bytes, about: dict[str, str]) -> None:
    headers = {**about, "content-length": str(len(text))}
    start = {
        "type": "http.response.start",
        "status": status,
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    await _with_headers(send)(start)
    await send({"type": "http.response.body", "body": text})
