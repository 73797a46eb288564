"""The settings of a race."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from ..chain import Pace
from ..encoding.printable import printable
from ..errors import ChainError, SettingsError
from ..transaction.constants import COIN, MAX_MONEY

__all__ = ["ATTACKERS", "POOLS", "TEN_MINUTES", "Settings"]

POOLS = ("cpmm", "direct", "ticketed", "epochs")
TEN_MINUTES = 600.0
"""The seconds of a block today."""
ATTACKERS = {
    "selective": ("ticketed", "epochs"),
    "revoker": ("ticketed",),
    "retractor": ("ticketed",),
    "late": ("direct", "ticketed", "epochs"),
    "flooder": ("direct", "ticketed", "epochs"),
    "monopolist": ("direct", "ticketed", "epochs"),
    "provider": ("ticketed",),
    "reorganiser": ("cpmm", "direct", "ticketed"),
    "poisoner": ("ticketed", "epochs"),
    "copier": ("ticketed", "epochs"),
    "voider": ("ticketed",),
}
"""The attackers that a race can have, and the pools on which each can act."""
_WITHHOLDING = ("reorganiser",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one race; the same settings give the same history, byte for byte.

    `users` arrive in a Poisson process, on average `arrivals_per_block` of them in ten minutes,
    the time of a block today. Blocks come in another one, on average every `block_seconds`, each
    in `sub_blocks`, as `Pace` explains: any but 600 and 1 is a draft. `delay` is the mean number of
    seconds until everybody sees a transaction. Each user trades about `trade_size` of the
    reserves (the median of a lognormal distribution) and gives up at a price worse than
    `tolerance` allows; the fraction `careless` of them reveal at once instead of waiting until
    it is safe. `batch` is the most tickets or orders in one transaction, `builders` the number
    of builders. A profit-seeking miner finds the fraction `miner_share` of the blocks and tries
    `budget` candidates for each. Another `griefers` users commit and never reveal, and `omitted`
    is the fraction of users whose tickets the builders omit.

    `attacker` is one of `ATTACKERS`, or empty; they begin nothing that could cost them more than
    `attacker_budget` satoshis in all. An attacker who mines finds the blocks of `miner_share`,
    worth `subsidy` satoshis for ten minutes. `reserve` is how many BCH the pool begins with,
    `volatility` the standard deviation, in ten minutes, of the price elsewhere. Honest users
    reveal when their place has `confirmations` (blocks or sub-blocks) and every reveal before it
    has `reveal_confirmations`; builders take tickets with `ticket_confirmations`. `trusting`
    users and builders do not check what others made. `parameters` replace parameters of the
    pool, each a name and a number. Raises SettingsError.
    """

    seed: int = 0
    users: int = 50
    arrivals_per_block: float = 100.0
    block_seconds: float = TEN_MINUTES
    sub_blocks: int = 1
    delay: float = 2.0
    trade_size: float = 0.003
    tolerance: float = 0.05
    careless: float = 0.0
    batch: int = 100
    builders: int = 1
    miner_share: float = 0.5
    budget: int = 16
    griefers: int = 0
    omitted: float = 0.0
    attacker: str = ""
    attacker_budget: int = COIN
    subsidy: int = 312_500_000
    reserve: float = 100.0
    volatility: float = 0.0
    confirmations: int = 1
    reveal_confirmations: int = 0
    ticket_confirmations: int = 0
    trusting: bool = False
    parameters: tuple[tuple[str, int], ...] = ()
    max_blocks: int = 400

    def __post_init__(self) -> None:
        for name, least, most in (
            ("seed", 0, 2**63 - 1),
            ("users", 0, 100_000),
            ("arrivals_per_block", 1e-3, 1e6),
            ("block_seconds", 1, 1e6),
            ("sub_blocks", 1, 100),
            ("delay", 0, 1e5),
            ("trade_size", 1e-6, 0.5),
            ("tolerance", 0, 1),
            ("careless", 0, 1),
            ("batch", 1, 100),
            ("builders", 1, 100),
            ("miner_share", 0, 1),
            ("budget", 0, 10_000),
            ("griefers", 0, 10_000),
            ("omitted", 0, 1),
            ("attacker_budget", 0, MAX_MONEY),
            ("subsidy", 0, MAX_MONEY),
            ("reserve", 0.01, 1e6),
            ("volatility", 0, 0.5),
            ("confirmations", 1, 100),
            ("reveal_confirmations", 0, 1),
            ("ticket_confirmations", 0, 100),
            ("max_blocks", 1, 100_000),
        ):
            value = getattr(self, name)
            if not least <= value <= most:
                raise SettingsError(f"{name} {value} is out of range: expected {least} to {most}")
        if self.attacker and self.attacker not in ATTACKERS:
            names = ", ".join(ATTACKERS)
            raise SettingsError(
                f"unknown attacker {printable(self.attacker)}: expected one of {names}"
            )

        self._check_pace()

    def _check_pace(self) -> None:
        if self.block_seconds != int(self.block_seconds):
            raise SettingsError(
                f"block_seconds {self.block_seconds} is invalid: expected whole seconds"
            )
        try:
            pace = self.pace
        except ChainError as error:
            raise SettingsError(str(error)) from None
        if self.attacker in _WITHHOLDING and pace.sub_blocks > 1:
            raise SettingsError(
                f"attacker {self.attacker} withholds blocks: expected sub_blocks 1,"
                f" not {self.sub_blocks}"
            )

    @property
    def pace(self) -> Pace:
        """The pace of the chain; any but that of ten-minute blocks is a draft."""
        return Pace(block_seconds=int(self.block_seconds), sub_blocks=self.sub_blocks)

    @property
    def interval(self) -> float:
        """The seconds on average from one block or sub-block to the next."""
        return self.block_seconds / self.sub_blocks

    @property
    def block_worth(self) -> int:
        """The satoshis that a block is worth to its miner."""
        return int(self.subsidy * self.interval / TEN_MINUTES)

    def as_dict(self) -> dict[str, Any]:
        """Return every setting by its name."""
        return asdict(self)
