"""The simulator: a pool on an emulated chain, driven by commands, each a real transaction."""

from __future__ import annotations

from .answer import Answer
from .session import PROFILES, Session
from .wallet import Commitment, SalvagedWallet, Wallet

__all__ = ["PROFILES", "Answer", "Commitment", "SalvagedWallet", "Session", "Wallet"]
