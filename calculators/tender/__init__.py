"""From answers to tender documents. `generate` is the one call for the browser and the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

FORMATS = ("docx", "xlsx", "md", "json")


def generate(
    answers: dict[str, Any],
    formats: Iterable[str] = FORMATS,
    *,
    template: bytes | None = None,
    progress: Callable[[int, int], bool] | None = None,
) -> dict[str, bytes]:
    """Return the documents of a tender by file name.

    Parameters
    ----------
    answers : dict
        Content of an answers file.
    formats : iterable of {"docx", "xlsx", "md", "json"}
    template : bytes, optional
        A Word template of the buyer's own.
    progress : callable, optional
        Called with (done, total) after each document; returning False stops and returns what is ready.

    Raises
    ------
    InputError
        Everything wrong with the answers, the formats or the template.
    """
    from calculators.tender import package

    return package.write(answers, tuple(formats), template, progress)
