"""Small random problems for tests: see ``random_plants``."""
