"""Power flow of distribution networks over many time steps at once."""

from calculators.engine.grid.network import Network
from calculators.engine.grid.result import Solution
from calculators.engine.grid.solve import solve
from calculators.engine.grid.solve_3ph import Solution3ph, solve_3ph

__all__ = ["Network", "Solution", "Solution3ph", "solve", "solve_3ph"]
