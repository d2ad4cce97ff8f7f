"""Money, wear and emissions: tariffs and bills, battery wear, who gains what, carbon dioxide by hour."""

from calculators.engine.economics.carbon import emissions_kg
from calculators.engine.economics.infrastructure import (
    public_power_target_kw,
    vehicles_per_point,
    yearly_additions,
)
from calculators.engine.economics.investment import annuity_eur, payback_years
from calculators.engine.economics.prices import hourly_prices, two_level_price
from calculators.engine.economics.section_14a import module_1_eur, module_2_eur_per_kwh, module_3_eur_per_kwh
from calculators.engine.economics.tariffs import (
    Bill,
    CapacityCharge,
    ConnectionCharge,
    Tariff,
    bill,
    connection_eur,
    monthly_peaks_kw,
)
from calculators.engine.economics.value import Flow, ValueTable, availability_eur, value_table
from calculators.engine.economics.wear import cycle_cost_eur_per_kwh, fade_cost_eur, full_cycles, wear_draws

__all__ = [
    "Bill",
    "CapacityCharge",
    "ConnectionCharge",
    "Flow",
    "Tariff",
    "ValueTable",
    "annuity_eur",
    "availability_eur",
    "bill",
    "connection_eur",
    "cycle_cost_eur_per_kwh",
    "emissions_kg",
    "fade_cost_eur",
    "full_cycles",
    "hourly_prices",
    "module_1_eur",
    "module_2_eur_per_kwh",
    "module_3_eur_per_kwh",
    "monthly_peaks_kw",
    "payback_years",
    "public_power_target_kw",
    "two_level_price",
    "value_table",
    "vehicles_per_point",
    "wear_draws",
    "yearly_additions",
]
