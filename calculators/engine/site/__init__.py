"""One site or street and its connection: `strategies.compare` and `sizing.size` are what the definitions name."""
