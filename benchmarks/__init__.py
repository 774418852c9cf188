"""Speed, measured: `python -m benchmarks` (or `make bench`) prints tables. No tests: machines differ."""
