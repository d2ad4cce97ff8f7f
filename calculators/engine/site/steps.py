"""Progress of a run, and whether the user stopped it."""

from __future__ import annotations

from calculators.engine.outcome import Progress


class Steps:
    """Counts what was done and remembers that the user stopped; call it after each piece of work."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self.progress, self.total, self.done, self.stopped = progress, total, 0, False

    def __call__(self) -> bool:
        """Return whether to go on."""
        self.done += 1
        if self.progress is not None and not self.progress(self.done, self.total):
            self.stopped = True
        return not self.stopped
