"""One moment of a user's own network, calculated by pandapower itself and laid beside ours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calculators.adapters import files
from calculators.adapters.checked import NetworkTables
from calculators.engine.errors import Problem, SolveError
from calculators.engine.grid import solve


@dataclass(frozen=True)
class Recheck:
    """Both results of one moment.

    Attributes
    ----------
    lowest_bus : str
        Where the voltage is lowest by our calculation.
    ours_vm_pu, theirs_vm_pu : float
        Voltage there. [pu]
    ours_trafo_percent, theirs_trafo_percent : float
        Highest transformer loading, 0 without transformer. [%]
    largest_difference_pu : float
        Over all buses. [pu]
    version : str
        Of pandapower.
    """

    lowest_bus: str
    ours_vm_pu: float
    theirs_vm_pu: float
    ours_trafo_percent: float
    theirs_trafo_percent: float
    largest_difference_pu: float
    version: str


def recheck(tables: NetworkTables, p_kw: np.ndarray, q_kvar: np.ndarray) -> Recheck:
    """Solve one moment here and with pandapower's Newton-Raphson power flow.

    Parameters
    ----------
    tables : NetworkTables
        Checked tables of the user's file; the file itself never reaches pandapower.
    p_kw, q_kvar : ndarray, shape (n_load,)
        Load of each row of loads, then asymmetric loads. [kW, kvar]

    Raises
    ------
    SolveError
        If pandapower finds no solution.
    """
    import pandapower

    network = tables.network()
    ours = solve(network, p_kw[:, None], q_kvar[:, None])
    net = pandapower.from_json_string(files.write(tables, "pandapower-json").decode("utf-8"))
    count = len(net.load)
    net.load["p_mw"], net.load["q_mvar"], net.load["scaling"] = p_kw[:count] / 1e3, q_kvar[:count] / 1e3, 1.0
    if len(net.asymmetric_load):
        net.asymmetric_load["scaling"] = 1.0
        for phase in "abc":
            net.asymmetric_load[f"p_{phase}_mw"] = p_kw[count:] / 3e3
            net.asymmetric_load[f"q_{phase}_mvar"] = q_kvar[count:] / 3e3
    try:
        pandapower.runpp(net, numba=False)
    except pandapower.LoadflowNotConverged as error:
        raise SolveError(
            Problem("pandapower", "pandapower finds no solution for this moment.", "")
        ) from error
    vm_pu, theirs = ours.vm_pu[:, 0], net.res_bus.vm_pu.to_numpy()
    lowest = int(np.nanargmin(vm_pu))
    return Recheck(
        lowest_bus=network.bus_names[lowest],
        ours_vm_pu=float(vm_pu[lowest]),
        theirs_vm_pu=float(theirs[lowest]),
        ours_trafo_percent=float(np.max(ours.trafo_loading_percent, initial=0.0)),
        theirs_trafo_percent=float(net.res_trafo.loading_percent.max()) if len(net.trafo) else 0.0,
        largest_difference_pu=float(np.nanmax(np.abs(vm_pu - theirs))),
        version=pandapower.__version__,
    )
