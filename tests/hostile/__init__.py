"""Hostile bytes for every door."""
