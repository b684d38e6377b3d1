"""The command line as a whole: subcommands in, exit code out."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from .._version import __version__
from ..errors import XpnetError, choose
from . import bench, devices, evaluate, export, predict, serve, summary, train
from .config import with_config
from .parsing import Parser

__all__ = ["main"]

EXAMPLES = """\
examples:
  xpnet train --model mlp --data digits --output digits.safetensors
  xpnet evaluate digits.safetensors --data digits
  xpnet predict digits.safetensors image.png
  xpnet serve digits.safetensors --open
  xpnet export digits.safetensors digits.onnx
  xpnet devices

`xpnet COMMAND --help` tells more about each command."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments. Default: those of the process.

    Returns
    -------
    int
        0: done; 1: done, but for samples that were skipped; 2: an argument, a file or the data are
        wrong (one line on standard error says how); 130: broken off with Ctrl-C; 141: whoever read
        the output stopped reading.

    Examples
    --------
    >>> main(["--version"])
    xpnet ...
    0
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        options, unknown = _parser().parse_known_args(with_config(arguments))
        if unknown:
            _refuse(options.parser, unknown[0])
        code: int = options.run(options)
    except XpnetError as error:
        print(f"xpnet: error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("xpnet: interrupted", file=sys.stderr)
        return 130
    except SystemExit as ending:  # of --help and --version
        return int(ending.code or 0)
    return code


def _parser() -> Parser:
    parser = Parser(
        prog="xpnet",
        description="Train and use neural networks on any array library.",
        epilog=EXAMPLES,
    )
    parser.add_argument("--version", action="version", version=f"xpnet {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in (train, evaluate, predict, serve, export, summary, bench, devices):
        module.add_parser(commands)
    return parser


def _refuse(parser: Parser, unknown: str) -> None:
    """Raise an error that lists the options of the command, and the closest."""
    flags = [flag for flag in parser.flags() if flag not in ("-h", "--help")]
    if unknown.startswith("-"):
        choose(parser.prog, "option", unknown.partition("=")[0], {*flags, "--config"})
    parser.error(f"there must be no further argument, got {unknown!r}")
