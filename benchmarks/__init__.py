"""Numbers that are promised, measured: `python -m benchmarks NAME --json`."""
