"""Reading and checking the tables of a Plant: cells in `coerce`, rows and references in `validate`."""
