"""The city calculator: `charging_demand` is what the definition names."""
