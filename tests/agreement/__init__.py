"""The engine, its verifier, the checker in Python and the exact solver held against each other."""
