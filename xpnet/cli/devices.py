"""``xpnet devices``: what can be computed on here, and for the rest why not."""

from __future__ import annotations

import argparse
import json
from typing import Any

from .. import backend

__all__ = ["add_parser", "run"]


def add_parser(commands: Any) -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "devices",
        help="list the devices that can be used, and for the rest why not",
        description="List the devices that can be used, and for the rest why not.",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run, parser=parser)


def run(options: argparse.Namespace) -> int:
    """Print the list."""
    infos = backend.devices()
    if options.json:
        print(json.dumps([info._asdict() for info in infos], indent=2))
        return 0
    rows = [[info.name, "yes" if info.available else "no", info.detail] for info in infos]
    width = max(len(row[0]) for row in rows)
    print(f"{'device':<{width}}  works  detail")
    for name, works, detail in rows:
        print(f"{name:<{width}}  {works:<5}  {detail}")
    return 0
