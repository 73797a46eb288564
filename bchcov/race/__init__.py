"""Races: the same users, builders and miners on three pools, every transaction verified."""

from __future__ import annotations

from .results import Result
from .run import Race, run_race, run_races
from .settings import ATTACKERS, POOLS, Settings

__all__ = ["ATTACKERS", "POOLS", "Race", "Result", "Settings", "run_race", "run_races"]
