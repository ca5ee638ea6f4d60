"""All queries. Every function is one statement, so one round trip, and atomic by itself."""
