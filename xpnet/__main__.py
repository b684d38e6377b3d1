"""``python -m xpnet``: the command ``xpnet``, where its script is not on the path."""

from __future__ import annotations

import sys

from .cli import main

sys.exit(main())
