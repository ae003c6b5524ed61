"""An exact model of small problems: see ``cpsat``."""
