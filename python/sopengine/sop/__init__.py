"""Sales and operations planning joined to the schedule.

A plan of families and months goes down to items, weeks and work orders without losing a unit, the engine
schedules them, and the schedule comes up to the plan's keys just as exactly. What differs is in a ledger
that sums to the unit, and in ranked findings (`sopengine.checks`).

======================= ===============================================================================
buckets                 weeks and months that telescope, open time in them
hierarchy               item to family and location
plan                    the plan table
disaggregate, aggregate down and up, exactly
netting                 planned quantities to work orders
capacity                bills and profiles of resources, load from both sides
consistency             whether any split of a family serves its items, with proof
inventory, money        projected stock, revenue and margin
ledger                  why plan and schedule differ
loop                    all of it in one call: `run_plan`
======================= ===============================================================================
"""

from sopengine.sop.loop import PlanResult, assumptions_of, conclude, prepare, run_plan
from sopengine.sop.plan import Plan, read_plan

__all__ = ["Plan", "PlanResult", "assumptions_of", "conclude", "prepare", "read_plan", "run_plan"]
