"""The web application, a page and a JSON endpoint; it needs Starlette, as in ``xpnet[serve]``.

=======================  ===================================================================
``GET /``                the page, with ``/style.css`` and ``/script.js``
``POST /predict``        JSON ``{"inputs": [...]}``, or the bytes of an image
``GET /model``           shape of the input, classes, layers, versions
``GET /health``          ``{"status": "ok"}``
=======================  ===================================================================

Errors are JSON, ``{"error": "what is wrong"}``. No answer may be used by pages of other origins:
there is no CORS, and only content types that a browser asks about before sending are taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from importlib import resources
from typing import Any

import anyio
import anyio.to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .requests import Refusal
from .service import Service

__all__ = ["LOCAL_HOSTS", "MAX_BODY", "application"]

LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]", "::1")
MAX_BODY = 8 * 2**20
AT_A_TIME = 2
"""So many predictions run at the same time."""
WAITING = 32
"""So many more may wait; others are asked to come back."""
SECONDS_FOR_BODY = 30.0

PAGE = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/style.css": ("style.css", "text/css; charset=utf-8"),
    "/script.js": ("script.js", "text/javascript; charset=utf-8"),
    "/layers.js": ("layers.js", "text/javascript; charset=utf-8"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}
"""The paths of the page: there are no others."""

HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}


def application(
    service: Service, hosts: Sequence[str] | None = LOCAL_HOSTS, max_body: int = MAX_BODY
) -> ASGIApp:
    """Return the application for a server of the ASGI kind.

    Parameters
    ----------
    service : Service
        The model.
    hosts : sequence of str, optional
        The names in the Host header that are answered, against pages of others that make a name of
        their own point here. None: all.
    max_body : int
        A request may have so many bytes.
    """
    limiter: list[anyio.CapacityLimiter] = []  # one is made inside the event loop

    async def predict(request: Request) -> Response:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json" and not kind.startswith("image/"):
            raise Refusal(
                415,
                "content-type must be application/json or that of an image, such as image/png, got "
                f"{kind[:40]!r}; send the bytes themselves, with curl --data-binary @FILE, not -F",
            )
        if not limiter:
            limiter.append(anyio.CapacityLimiter(AT_A_TIME))
        if limiter[0].statistics().tasks_waiting >= WAITING:
            raise Refusal(503, "server must be less busy; come back in a second")
        body = await _body(request, max_body)
        query = dict(request.query_params)

        def answer() -> dict[str, Any]:
            if kind == "application/json":
                return service.answer_json(body)
            return service.answer_image(body, query)

        return JSONResponse(await anyio.to_thread.run_sync(answer, limiter=limiter[0]))

    async def model(request: Request) -> Response:
        return JSONResponse({**service.about, "max_body": max_body})

    async def health(request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    app = Starlette(
        routes=[
            Route("/predict", predict, methods=["POST"]),
            Route("/model", model),
            Route("/health", health),
            *(Route(path, _file(name, kind)) for path, (name, kind) in PAGE.items()),
        ],
        middleware=[
            Middleware(
                TrustedHostMiddleware,
                allowed_hosts=["*"] if hosts is None else list(hosts),
                www_redirect=False,
            )
        ],
        exception_handlers={Refusal: _refused, HTTPException: _http_error, Exception: _failed},
    )
    return _with_headers(app)


async def _body(request: Request, most: int) -> bytes:
    """Return the body, however it is sent, unless it is too long or too slow."""
    said = request.headers.get("content-length", "0")
    if not (said.isascii() and said.isdigit()) or int(said[:20]) > most:
        raise _too_long(most)
    pieces, size = [], 0
    try:
        with anyio.fail_after(SECONDS_FOR_BODY):
            async for piece in request.stream():
                size += len(piece)
                if size > most:
                    raise _too_long(most)
                pieces.append(piece)
    except TimeoutError as error:
        raise Refusal(408, f"body must come within {SECONDS_FOR_BODY:g} seconds") from error
    except ClientDisconnect as error:
        raise Refusal(400, "body must be sent to its end") from error
    return b"".join(pieces)


def _too_long(most: int) -> Refusal:
    return Refusal(413, f"body must have at most {most:,} bytes; send less, or use --max-body")


def _file(name: str, kind: str) -> Callable[[Request], Any]:
    content = (resources.files(__package__) / "page" / name).read_bytes()

    async def respond(request: Request) -> Response:
        return Response(content, media_type=kind)

    return respond


async def _refused(request: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, Refusal) else 500
    headers = {"retry-after": "1"} if status == 503 else {}
    if status in (408, 413):
        headers["connection"] = "close"  # the rest of the body is not read
    return JSONResponse({"error": str(error)}, status, headers)


async def _http_error(request: Request, error: Exception) -> Response:
    """Answer what the router refuses: paths and methods."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers: Mapping[str, str] | None = getattr(error, "headers", None)
    allowed = (headers or {}).get("Allow", "another")
    said = {
        404: f"path must be one of /, /predict, /model, /health, got {request.url.path[:100]!r}",
        405: f"method must be {allowed} for {request.url.path[:100]}, got {request.method[:20]}; "
        f"use {allowed}",
    }
    return JSONResponse({"error": said.get(status, str(error))}, status, headers)


async def _failed(request: Request, error: Exception) -> Response:
    # what happened is in the log; it is nothing to tell a client
    return JSONResponse({"error": "server failed; its log says how"}, 500)


def _with_headers(app: ASGIApp) -> ASGIApp:
    """Return the application with the headers that make a browser careful, on every answer."""
    added = [(name.encode(), value.encode()) for name, value in HEADERS.items()]

    async def careful(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with(message: MutableMapping[str, Any] | Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *added]
            await send(message)

        await app(scope, receive, send_with)

    return careful
