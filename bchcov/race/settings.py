"""What a race is run with."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from ..errors import SettingsError

__all__ = ["POOLS", "Settings"]

POOLS = ("cpmm", "direct", "ticketed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One race; the same settings give the same history, to the byte.

    `users` arrive by a Poisson process, `arrivals_per_block` of them in a mean block of
    `block_seconds`; blocks come by another. `delay` is the mean number of seconds from
    building a transaction until everybody sees it. Each user trades about `trade_size` of
    the reserves (the median of a lognormal distribution), gives up beyond `tolerance`, and
    is careless, not honest, with the chance `careless`: they reveal at once. `batch` is the
    most tickets or orders of one transaction, `builders` build them. A miner who seeks
    profit finds `miner_share` of the blocks and tries `budget` candidates for each.
    `griefers` more users commit and stay silent, `omitted` is the share of users whose
    tickets the builders leave out, and `selective` puts an attacker in who holds tickets
    on both sides of others' and reveals those that pay. Raises SettingsError.
    """

    seed: int = 0
    users: int = 50
    arrivals_per_block: float = 100.0
    block_seconds: float = 600.0
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
    selective: bool = False
    max_blocks: int = 400

    def __post_init__(self) -> None:
        for name, least, most in (
            ("seed", 0, 2**63 - 1),
            ("users", 0, 100_000),
            ("arrivals_per_block", 1e-3, 1e6),
            ("block_seconds", 1, 1e6),
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
            ("max_blocks", 1, 100_000),
        ):
            value = getattr(self, name)
            if not least <= value <= most:
                raise SettingsError(f"{name} is {value}: it lies in {least}..{most}")

    def as_dict(self) -> dict[str, int | float | bool]:
        """Every setting by its name."""
        return asdict(self)
