"""Predictions as a table, JSON, JSON lines or CSV, written batch by batch."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from typing import IO, Any

from ..serving.masks import rows_of

__all__ = ["WRITERS", "Writer"]


class Writer:
    """Writes answers to a file as they come.

    Parameters
    ----------
    file : text file
    top : int
        So many classes are told.
    """

    def __init__(self, file: IO[str], top: int = 1) -> None:
        self.file = file
        self.top = top

    def write(self, answers: Sequence[dict[str, Any]]) -> None:
        """Write a batch of them; one that has an "error" could not be read."""
        raise NotImplementedError(f"{type(self).__name__} has no write method; define one")

    def end(self) -> None:
        """Write what belongs at the end."""
        self.file.flush()


class JSON(Writer):
    """One array of objects."""

    _written = False

    def write(self, answers: Sequence[dict[str, Any]]) -> None:
        """Write objects with all their outputs."""
        for answer in answers:
            self.file.write(",\n  " if self._written else "[\n  ")
            self.file.write(json.dumps(answer, indent=2).replace("\n", "\n  "))
            self._written = True
        self.file.flush()

    def end(self) -> None:
        """Close the array, also after an error: what was written is JSON."""
        self.file.write("\n]\n" if self._written else "[]\n")
        self.file.flush()


class Lines(Writer):
    """One object in each line."""

    def write(self, answers: Sequence[dict[str, Any]]) -> None:
        """Write objects with all their outputs."""
        for answer in answers:
            self.file.write(json.dumps(answer) + "\n")
        self.file.flush()


class CSV(Writer):
    """One row for each sample: class and probability, or the classes with the largest shares."""

    _sure = ""
    _cells = 0
    _waiting: tuple[dict[str, Any], ...] = ()

    def write(self, answers: Sequence[dict[str, Any]]) -> None:
        """Write rows; those that come before the first that could be read wait for the header."""
        answers = [*self._waiting, *answers]
        if not self._sure:
            good = next((answer for answer in answers if "error" not in answer), None)
            if good is None:
                self._waiting = tuple(answers)
                return
            self._waiting = ()
            self._begin(good)
        writer = csv.writer(self.file, lineterminator="\n")
        for answer in answers:
            cells = [] if "error" in answer else _ranking(answer, self._sure, self.top)
            cells += [""] * (self._cells - len(cells))
            inverted = answer.get("inverted")
            flag = "" if inverted is None else str(int(inverted))
            writer.writerow([answer["sample"], *cells, flag, answer.get("error", "")])
        self.file.flush()

    def end(self) -> None:
        """Write what still waits: nothing could be read."""
        if self._waiting:
            waiting, self._waiting = self._waiting, ()
            self._begin({"probability": None})
            self.write(waiting)
        self.file.flush()

    def _begin(self, answer: dict[str, Any]) -> None:
        self._sure = sure_of(answer)
        if self._sure == "values":
            self._begin_values(answer)
            return
        sure = self._sure.removesuffix("s") if self._sure == "shares" else self._sure
        self._cells = 2 * self.top
        numbers = ["", *(f"_{i}" for i in range(2, self.top + 1))]
        pairs = [f"{title}{n}" for n in numbers for title in ("prediction", sure)]
        csv.writer(self.file, lineterminator="\n").writerow(["sample", *pairs, "inverted", "error"])

    def _begin_values(self, answer: dict[str, Any]) -> None:
        self._cells = len(answer["outputs"])
        titles = titles_of_values(self._cells)
        csv.writer(self.file, lineterminator="\n").writerow(
            ["sample", *titles, "inverted", "error"]
        )


class Table(Writer):
    """Columns of text, as wide as the first batch needs."""

    _widths: tuple[int, ...] = ()

    def write(self, answers: Sequence[dict[str, Any]]) -> None:
        """Write lines that stand below each other."""
        if not answers:
            return
        rows = [[_printable(cell) for cell in self._row(answer)] for answer in answers]
        if not self._widths:
            rows.insert(0, self._header(answers))
            self._widths = _widths(rows[0], [row for row in rows if len(row) >= len(rows[0])])
        for row in rows:
            line = "  ".join(
                f"{cell:<{width}}" if i == 0 else f"{cell:>{width}}"
                for i, (cell, width) in enumerate(zip(row, self._widths, strict=False))
            )
            # after the columns: that an image was inverted
            self.file.write("  ".join([line, *row[len(self._widths) :]]).rstrip() + "\n")
        self.file.flush()

    def _header(self, answers: Sequence[dict[str, Any]]) -> list[str]:
        good = next((answer for answer in answers if "error" not in answer), {})
        if "shares" in good:
            return ["sample", "classes of its pixels"]
        sure = sure_of(good) if good else "probability"
        if sure == "values":
            return ["sample", *titles_of_values(len(good["outputs"]))]
        return ["sample", *["prediction", sure] * self.top]

    def _row(self, answer: dict[str, Any]) -> list[str]:
        if "error" in answer:
            return [str(answer["sample"]), f"error: {answer['error']}"]
        if "shares" in answer:
            return rows_of([answer])[0]
        sure = sure_of(answer)
        cells = _ranking(answer, sure, self.top)
        form = ".1%" if sure == "probability" else ".4g"
        number = [sure == "values" or i % 2 == 1 for i in range(len(cells))]
        shown = [format(c, form) if n else str(c) for c, n in zip(cells, number, strict=True)]
        if sure != "values":
            shown += [""] * (2 * self.top - len(shown))
        if answer.get("inverted"):
            shown.append("inverted")
        return [str(answer["sample"]), *shown]


def sure_of(answer: dict[str, Any]) -> str:
    """Return the key that tells how sure an answer is, "values" if it is no class."""
    known = ("probability", "score", "shares")
    return next((key for key in known if key in answer), "values")


def titles_of_values(count: int) -> list[str]:
    """Return the titles of columns of values.

    Examples
    --------
    >>> titles_of_values(1), titles_of_values(2)
    (['value'], ['value_1', 'value_2'])
    """
    return ["value"] if count == 1 else [f"value_{i}" for i in range(1, count + 1)]


def _widths(header: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[int, ...]:
    return tuple(max(len(row[i]) for row in rows) for i in range(len(header)))


def _ranking(answer: dict[str, Any], sure: str, top: int) -> list[Any]:
    """Return class, number, class, number ... of the `top` first classes, or the values."""
    if sure == "values":
        return list(answer["outputs"])
    if sure == "shares":
        ranked = sorted(answer["shares"].items(), key=lambda item: -item[1])[:top]
        return [cell for pair in ranked for cell in pair]
    ranking = answer["top"] if top > 1 else [answer]
    return [cell for one in ranking for cell in (one["prediction"], one[sure])]


def _printable(text: str) -> str:
    """Return text without line breaks and other characters that would spoil a table."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


WRITERS: dict[str, type[Writer]] = {"table": Table, "json": JSON, "jsonl": Lines, "csv": CSV}
"""The formats by the names of the command line."""
