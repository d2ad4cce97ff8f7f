"""Power flow of distribution networks over many time steps at once."""

from calculators.engine.grid.network import Network
from calculators.engine.grid.solve import Solution, solve

__all__ = ["Network", "Solution", "solve"]
