"""Assembles what the browser loads: data, wheel and the self-hosted Pyodide distribution."""
