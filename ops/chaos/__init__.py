"""Faults under load: what is broken on purpose, how it is put back, what it cost, and whether a promise was broken."""
