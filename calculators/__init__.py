"""Smart charging and V2X planning: one engine for the browser, the terminal and notebooks."""

__version__ = "0.1.0"
DATA_VERSION = "2026-11-25"
"""Day on which the project's data was last reviewed as a whole; staleness is counted from it."""
