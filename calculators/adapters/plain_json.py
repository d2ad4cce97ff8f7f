"""JSON text to plain values: every way it can be broken is one sentence."""

from __future__ import annotations

import json
from typing import Any

from calculators.engine.errors import InputError, Problem

MAX_CHARACTERS = 50_000_000


def parse(text: str, where: str, how: str) -> Any:
    """Return parsed JSON; NaN and Infinity are allowed, as pandapower writes them.

    Parameters
    ----------
    text : str
    where : str
        File and part of it, for messages.
    how : str
        How to write a file that is right.

    Raises
    ------
    InputError
        Too long, not JSON, nested too deeply, a number of thousands of digits.
    """
    if len(text) > MAX_CHARACTERS:
        message = f"the file has {len(text) / 1e6:.1f} MB; the limit is 50 MB."
        fix = "Clear the results before writing it: pandapower.clear_result_tables(net)."
        raise InputError(Problem("too-large", message, where, fix))
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        what = f"not valid JSON in line {error.lineno}, column {error.colno}: {error.msg}."
        raise InputError(Problem("json", what, where, how)) from error
    except RecursionError as error:
        raise InputError(Problem("json", "the JSON is nested too deeply.", where, how)) from error
    except MemoryError as error:
        raise InputError(
            Problem("too-large", "the file does not fit into memory.", where, "Use a smaller network.")
        ) from error
    except ValueError as error:  # a number of thousands of digits
        raise InputError(Problem("json", "a number in the file is too long.", where, how)) from error
