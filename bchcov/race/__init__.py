"""Races: the same users, builders and miners on three pools, every transaction verified."""

from __future__ import annotations

from .results import Result
from .run import Race, run_race, run_races
from .settings import POOLS, Settings

__all__ = ["POOLS", "Race", "Result", "Settings", "run_race", "run_races"]
