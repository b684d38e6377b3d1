"""How much memory is free: so much a model may ask for, whatever its file says."""

from __future__ import annotations

from pathlib import Path

__all__ = ["free_memory"]

UNKNOWN = 8 * 2**30
"""What is assumed where the system does not tell."""

SYSTEM = Path("/proc/meminfo")
GROUP = Path("/sys/fs/cgroup")


def free_memory() -> int:
    """Return the bytes that this process may still have, of the machine's and its container's.

    Examples
    --------
    >>> free_memory() > 0
    True
    """
    return max(0, min(_of_the_machine(), _of_the_container()))


def _of_the_machine() -> int:
    try:
        lines = SYSTEM.read_text(encoding="utf-8").splitlines()
        found = next(line for line in lines if line.startswith("MemAvailable:"))
        return int(found.split()[1]) * 1024
    except (OSError, ValueError, StopIteration):
        return UNKNOWN


def _of_the_container() -> int:
    """Return what is left of a limit of Linux's control groups, whose caches can be given back."""
    try:
        limit = int((GROUP / "memory.max").read_text(encoding="utf-8"))
        used = int((GROUP / "memory.current").read_text(encoding="utf-8"))
        lines = (GROUP / "memory.stat").read_text(encoding="utf-8").splitlines()
        caches = dict(line.split(maxsplit=1) for line in lines)
        return limit - used + int(caches.get("inactive_file", 0))
    except (OSError, ValueError):  # no limit, which is the word "max", or no such system
        return 2**63
