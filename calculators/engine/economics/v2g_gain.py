"""What giving power back adds to smart charging: for the driver, and for everybody else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calculators.engine.economics.car_year import CarYears, CaseYear
from calculators.engine.economics.investment import annuity_eur
from calculators.engine.economics.value import Flow, ValueTable, availability_eur, value_table

ACTORS = ("driver", "aggregator", "city", "dso", "state", "market", "hardware")
"""Market stands for those who trade with the car, the system operator included; hardware for charger and battery."""


@dataclass(frozen=True)
class Terms:
    """What the parties agree and what the equipment costs.

    Attributes
    ----------
    charger_kw : float
        Power offered to a reserve market. [kW]
    reserve_eur_per_mw_h : float
        Paid for standing ready. [EUR/MW/h]
    aggregator_share : float
        Of what trade and reserve bring, where they bring something. [0-1]
    charger_extra_eur, grant_eur : float
        Price above that of an ordinary charger, and the part the city pays. [EUR]
    years, interest_percent : float
        Life of the charger and interest. [years, %]
    """

    charger_kw: float
    reserve_eur_per_mw_h: float
    aggregator_share: float
    charger_extra_eur: float
    grant_eur: float
    years: float
    interest_percent: float

    @property
    def charger_eur(self) -> float:
        """What the driver's part of the charger costs a year. [EUR/year]"""
        paid = self.charger_extra_eur - self.grant_eur
        return annuity_eur(paid, years=self.years, interest_percent=self.interest_percent)


@dataclass(frozen=True)
class Gain:
    """V2G less smart charging; arrays have shape (n_car,), gains and costs positive. [EUR/year]

    Attributes
    ----------
    trade_eur : ndarray
        Bill under smart charging less bill under V2G.
    reserve_eur, fee_eur, wear_eur : ndarray
        Reserve income, aggregator's share, battery wear.
    charger_eur : float
        Charger, after the grant.
    """

    trade_eur: np.ndarray
    reserve_eur: np.ndarray
    fee_eur: np.ndarray
    wear_eur: np.ndarray
    charger_eur: float

    @property
    def running_eur(self) -> np.ndarray:
        """Gain of the driver before the charger is paid."""
        running: np.ndarray = self.trade_eur + self.reserve_eur - self.fee_eur - self.wear_eur
        return running

    @property
    def net_eur(self) -> np.ndarray:
        """Gain of the driver, everything counted."""
        net: np.ndarray = self.running_eur - self.charger_eur
        return net


def full_cost_eur(case: CaseYear, plain: CaseYear) -> np.ndarray:
    """Bill of a case, what it misses bought elsewhere at the mean cost of charging without control. [EUR/year]

    Parameters
    ----------
    case, plain : CaseYear
        The case, and the same car-years uncontrolled.

    Returns
    -------
    ndarray, shape (n_car,)
    """
    bought = float(plain.import_kwh.sum())
    rate = float(plain.cost_eur.sum()) / bought if bought else 0.0
    cost: np.ndarray = case.cost_eur + rate * case.short_kwh
    return cost


def v2g_gain(years: CarYears, wear_eur_per_kwh: np.ndarray, terms: Terms) -> Gain:
    """Compare V2G with smart charging of the same car-years.

    Parameters
    ----------
    years : CarYears
        With the cases "price" and "v2g-price".
    wear_eur_per_kwh : ndarray, shape (n_car,)
        Wear of each kWh fed back, as it turns out. [EUR/kWh]
    terms : Terms
    """
    smart, both = years.cases["price"], years.cases["v2g-price"]
    trade = smart.cost_eur - both.cost_eur
    reserve = availability_eur(
        eur_per_mw_h=terms.reserve_eur_per_mw_h, p_kw=terms.charger_kw, plugged_in_h=years.plug_in_h
    )
    return Gain(
        trade_eur=trade,
        reserve_eur=reserve,
        fee_eur=terms.aggregator_share * np.maximum(trade + reserve, 0.0),
        wear_eur=wear_eur_per_kwh * both.export_kwh,
        charger_eur=terms.charger_eur,
    )


def split(years: CarYears, gain: Gain, terms: Terms) -> ValueTable:
    """Return who gains what by V2G over smart charging, mean of the car-years; adds up to zero."""
    smart, both = years.cases["price"], years.cases["v2g-price"]
    grant = annuity_eur(terms.grant_eur, years=terms.years, interest_percent=terms.interest_percent)

    def mean(values: np.ndarray) -> float:
        return float(values.mean())

    return value_table(
        [
            Flow("energy", "market", "driver", mean(smart.energy_eur - both.energy_eur)),
            Flow("network", "driver", "dso", mean(both.network_eur - smart.network_eur)),
            Flow("levies", "driver", "state", mean(both.levies_eur - smart.levies_eur)),
            Flow("reserve", "market", "driver", mean(gain.reserve_eur)),
            Flow("fee", "driver", "aggregator", mean(gain.fee_eur)),
            Flow("wear", "driver", "hardware", mean(gain.wear_eur)),
            Flow("charger", "driver", "hardware", gain.charger_eur + grant),
            Flow("grant", "city", "driver", grant),
        ],
        actors=ACTORS,
    )
