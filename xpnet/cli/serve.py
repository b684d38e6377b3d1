"""``xpnet serve``: a page on this machine to try a model, and a JSON endpoint."""

from __future__ import annotations

import argparse
import importlib.util
from typing import Any

from ..errors import ArgumentError
from .parsing import add_output_kind, numbers, whole

__all__ = ["add_parser", "run"]

HOST = "127.0.0.1"
LOCAL = (HOST, "localhost", "::1")

EXAMPLES = """\
examples:
  xpnet serve model.safetensors --open
  xpnet serve model.safetensors --port 0 --device cuda
  curl -H 'Content-Type: application/json' -d '{"inputs": [[1, 2]]}' http://127.0.0.1:8000/predict
  curl -H 'Content-Type: image/png' --data-binary @digit.png http://127.0.0.1:8000/predict

The page shows what the model says of a drawing and what its layers make of it. Only this machine
can reach it, unless --host says otherwise: there is no password. Ctrl-C ends it.
"""


def add_parser(commands: Any) -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "serve",
        help="try a model on a web page of this machine, or ask it for JSON",
        description="Try a model on a web page of this machine, or ask it for JSON.",
        epilog=EXAMPLES,
    )
    parser.add_argument("model", metavar="MODEL", help="the model file, or an ONNX file")
    parser.add_argument(
        "--input-shape",
        type=numbers(1),
        metavar="SHAPE",
        help="of a sample, as in 1,28,28 (default: what the model file says)",
    )
    add_output_kind(parser)
    parser.add_argument("--device", default="cpu", metavar="NAME", help="(default: cpu)")
    parser.add_argument("--host", metavar="NAME", help=(
        f"address to listen on (default: {HOST}); 0.0.0.0 lets other machines in, without a "
        "password"
    ))  # fmt: skip
    parser.add_argument("--port", type=port, default=8000, metavar="N", help=(
        "0 for any free one (default: 8000)"
    ))  # fmt: skip
    parser.add_argument("--open", action="store_true", help="open the page in the browser")
    parser.add_argument("--max-body", type=whole(1), default=8, metavar="MIB", help=(
        "a request may have so many MiB (default: 8)"
    ))  # fmt: skip
    parser.set_defaults(run=run, parser=parser)


def port(text: str) -> int:
    """Return the number of a port.

    Examples
    --------
    >>> port("8000")
    8000
    """
    number = whole(0)(text)
    if number > 65535:
        raise argparse.ArgumentTypeError(f"must be a whole number from 0 to 65535, got {text!r}")
    return number


def run(options: argparse.Namespace) -> int:
    """Serve until Ctrl-C."""
    _require_libraries()
    from ..serving import server
    from ..serving.application import LOCAL_HOSTS, application
    from ..serving.service import Service

    service = Service(options.model, options.device, options.input_shape, options.output_kind)
    host = options.host or HOST
    local = host in LOCAL
    app = application(service, LOCAL_HOSTS if local else None, options.max_body * 2**20)
    listening = server.listen(host, options.port)
    url = server.url_of(listening)
    note = "" if local else ", for every machine that can reach this one, without a password"
    print(f"xpnet: {service.about['file']} at {url}{note} (Ctrl-C ends it)", flush=True)
    server.run(app, listening, browser=options.open)
    return 0


def _require_libraries() -> None:
    missing = [name for name in ("starlette", "uvicorn") if importlib.util.find_spec(name) is None]
    if missing:
        raise ArgumentError(
            f"serve: {' and '.join(missing)} must be installed, got none; pip install "
            "'xpnet[serve]'"
        )
