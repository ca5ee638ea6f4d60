"""What `./inv bench` is made of: load, pairs of measurements, verdicts over recorded samples, and the report."""
