"""Pure functions on arrays. Imports numpy and the standard library only."""
