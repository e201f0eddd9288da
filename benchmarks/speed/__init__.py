"""Speed beside other people's code: `python -m benchmarks.speed`."""
