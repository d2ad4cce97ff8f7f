"""The neighbourhood calculator: `impact` is what the definition names."""
