"""Power flow of distribution networks over many time steps at once."""

from calculators.engine.grid.network import Network
from calculators.engine.grid.result import Solution
from calculators.engine.grid.solve import solve

__all__ = ["Network", "Solution", "solve"]
