"""The ledger: what writers were promised, what is found at the end, and what lies between the two."""
