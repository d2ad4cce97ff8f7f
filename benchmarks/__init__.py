"""Speed beside peers: `make bench` prints the tables and writes `benchmarks/results.json`."""
