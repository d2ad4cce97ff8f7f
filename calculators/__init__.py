"""Smart charging and V2X planning: one engine for the browser, the terminal and notebooks."""

__version__ = "0.1.0"
