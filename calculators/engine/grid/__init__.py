"""Power flow of distribution networks over many time steps at once."""

from calculators.engine.grid.hosting import HostingCapacity, hosting_capacity
from calculators.engine.grid.limits import Limits
from calculators.engine.grid.network import Network
from calculators.engine.grid.result import Solution
from calculators.engine.grid.solve import solve
from calculators.engine.grid.solve_3ph import Solution3ph, solve_3ph

__all__ = [
    "HostingCapacity",
    "Limits",
    "Network",
    "Solution",
    "Solution3ph",
    "hosting_capacity",
    "solve",
    "solve_3ph",
]
