"""The three errors a caller can meet, each a list of problems a person can act on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, said so that the reader can mend it.

    Parameters
    ----------
    code : str
        Stable identifier, kebab-case, for tests and translation.
    message : str
        What is wrong, the value and unit met, and what is allowed.
    where : str
        Input, file, table, row or element the message is about; empty when it is the whole call.
    smallest_fix : str
        The smallest change that makes it right; empty when none is known.
    """

    code: str
    message: str
    where: str = ""
    smallest_fix: str = ""

    def as_dict(self) -> dict[str, str]:
        """Return the problem as plain JSON types."""
        return {
            "code": self.code,
            "message": self.message,
            "where": self.where,
            "smallest_fix": self.smallest_fix,
        }

    def __str__(self) -> str:
        """Return the problem as one line."""
        text = f"{self.where}: {self.message}" if self.where else self.message
        return f"{text} {self.smallest_fix}".strip()


class SmartChargeError(Exception):
    """Base of the three errors below; carries all problems found, not the first.

    Parameters
    ----------
    problems : str, Problem or iterable of Problem
        A plain string stands for one problem with the class's own code.
    """

    kind = "bug"

    def __init__(self, problems: str | Problem | Iterable[Problem]) -> None:
        if isinstance(problems, str):
            problems = Problem(self.kind, problems)
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class InputError(SmartChargeError):
    """The user can fix it: a value, a choice or a file they gave."""

    kind = "input"


class DataError(SmartChargeError):
    """A file of the project or of the user is wrong; names file and key."""

    kind = "data"


class SolveError(SmartChargeError):
    """No solution was found; says for which case."""

    kind = "solve"
