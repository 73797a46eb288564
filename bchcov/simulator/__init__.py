"""The simulator: pools on an emulated chain, used by commands that make real transactions."""

from __future__ import annotations

from .answer import Answer
from .session import PROFILES, Session
from .wallet import Commitment, SalvagedWallet, Wallet

__all__ = ["PROFILES", "Answer", "Commitment", "SalvagedWallet", "Session", "Wallet"]
