"""Speed and memory of this machine: `python -m benchmarks`."""
