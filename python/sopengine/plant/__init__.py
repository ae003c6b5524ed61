"""What ERP and MES know, compiled to a Problem and lifted back.

`Plant` holds the tables (`spec` says which), `Plant.compile` makes the Problem that the engine solves, and
`Compiled.lift` reads a schedule as the plant does. Who serves whom is in `pegging`.
"""

from sopengine.plant.lift import Compiled
from sopengine.plant.model import Plant
from sopengine.plant.spec import SPEC, csv_types, describe

__all__ = ["SPEC", "Compiled", "Plant", "csv_types", "describe"]
