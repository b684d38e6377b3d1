"""The server: a socket, uvicorn behind it, and a clean end."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from ..errors import ArgumentError

__all__ = ["listen", "run", "url_of"]

CONNECTIONS = 100
SECONDS_TO_END = 3


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens there; port 0 is any that is free.

    Raises
    ------
    ArgumentError
        If it cannot, because the port is taken, for instance.
    """
    try:
        family, *_, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.create_server(address[:2], family=family, backlog=CONNECTIONS)
    except (OSError, UnicodeError) as error:
        raise ArgumentError(
            f"serve: --host and --port must be where one can listen, got {host} and {port} "
            f"({getattr(error, 'strerror', None) or error}); --port 0 takes any free port"
        ) from error
    # asyncio does so for sockets that it makes itself: without, an answer waits 40 ms
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def url_of(listening: socket.socket) -> str:
    """Return the address of the page for a browser on this machine.

    Examples
    --------
    >>> with listen("127.0.0.1", 0) as listening:
    ...     url_of(listening).startswith("http://127.0.0.1:")
    True
    """
    host, port = listening.getsockname()[:2]
    if host in ("0.0.0.0", "::"):
        host = "127.0.0.1" if host == "0.0.0.0" else "::1"
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def run(app: ASGIApp, listening: socket.socket, browser: bool = False) -> None:
    """Serve until SIGINT or SIGTERM comes; requests that run then are ended."""
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        proxy_headers=False,
        server_header=False,
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=SECONDS_TO_END,
    )
    server = uvicorn.Server(config)
    if browser:
        # the socket listens already: what the browser asks waits until the server is there
        threading.Thread(target=webbrowser.open, args=(url_of(listening),), daemon=True).start()
    with _until_told(), listening:
        logging.getLogger("uvicorn.error").addFilter(_ended)
        server.run(sockets=[listening])


def _ended(record: logging.LogRecord) -> bool:
    """Return whether a line of the log is to be told: not of requests that the end broke off."""
    kind = (record.exc_info or (None,))[0]
    broken_off = kind is not None and issubclass(kind, asyncio.CancelledError)
    return not broken_off and not str(record.msg).startswith("Cancel %s running task")


@contextmanager
def _until_told() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does, quietly."""

    def end(number: int, frame: FrameType | None) -> Any:
        raise KeyboardInterrupt

    known = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGTERM, end) if known else None
    try:
        yield
    except KeyboardInterrupt:
        pass  # uvicorn has ended in order, and raised the signal again
    finally:
        if known:
            signal.signal(signal.SIGTERM, before)
