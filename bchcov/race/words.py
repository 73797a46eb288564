"""The words for settings, measures and attackers in tables and pages."""

from __future__ import annotations

from collections.abc import Callable

from .compare import Row

__all__ = [
    "ATTACKERS_IN_WORDS",
    "CAPTIONS",
    "MEASURES",
    "PLOTS_IN_WORDS",
    "SETTINGS_IN_WORDS",
    "findings",
]

SETTINGS_IN_WORDS = {
    "seed": "first seed",
    "users": "users",
    "arrivals_per_block": "users who arrive in ten minutes, on average",
    "block_seconds": "seconds from block to block, on average",
    "sub_blocks": "sub-blocks of a block",
    "delay": "seconds until everybody sees a transaction, on average",
    "trade_size": "median trade, as a part of the reserves",
    "tolerance": "worst price that users accept, below their quote",
    "careless": "part of the users who reveal at once",
    "batch": "most orders in one transaction",
    "builders": "builders",
    "miner_share": "part of the blocks that the miner or attacker finds",
    "budget": "candidates that the miner tries per block",
    "griefers": "users who commit and never reveal",
    "omitted": "part of the users whom builders leave out",
    "attacker": "attacker",
    "attacker_budget": "satoshis that the attacker may lose",
    "subsidy": "satoshis that a block of ten minutes is worth to its miner",
    "reserve": "BCH that the pool begins with",
    "volatility": "moves of the price elsewhere, in ten minutes",
    "confirmations": "confirmations of their place before users reveal",
    "reveal_confirmations": "confirmations of the reveals before theirs",
    "ticket_confirmations": "confirmations of a ticket before builders queue it",
    "trusting": "users and builders check nothing",
    "parameters": "parameters of the pool other than by default",
    "max_blocks": "most blocks",
}
ATTACKERS_IN_WORDS = {
    "": "nobody",
    "selective": "reveals only what pays",
    "revoker": "takes back reveals once their delay is over",
    "retractor": "takes back unconfirmed reveals in blocks of their own",
    "late": "reveals one satoshi's worth at the last moment",
    "flooder": "fills the queue with silent tickets",
    "monopolist": "fills the queue, and trades alone",
    "provider": "a provider who moves the reserves under waiting orders",
    "reorganiser": "replaces blocks to displace places",
    "poisoner": "makes coins for builders to stumble over",
    "copier": "copies tickets",
    "voider": "voids batches in blocks of their own",
}
PLOTS_IN_WORDS = {
    "contention": "how often a user's transaction lost to another, on average",
    "waiting": "blocks that nine of ten orders waited at most",
    "miners-take": "profit of the miner in satoshis, all races together",
    "throughput": "orders executed per block",
}
CAPTIONS = {
    "contention": "Conflicts per user: somebody else's transaction spent the same coin first.",
    "waiting": "Waiting: nine of ten orders were executed within so many blocks.",
    "miners-take": "The miner: what they gained by choosing and ordering transactions.",
    "throughput": "Throughput: orders executed per block, while the race lasted.",
}
Cell = Callable[[Row], str]
MEASURES: tuple[tuple[str, tuple[tuple[str, Cell], ...]], ...] = (
    (
        "orders",
        (
            ("users", lambda row: f"{row.users:,}"),
            ("filled", lambda row: f"{row.filled:,}"),
            ("executed, but the price had moved too far", lambda row: f"{row.unfilled:,}"),
            ("given up before anything was on the chain", lambda row: f"{row.gave_up:,}"),
            ("expired, with their bond", lambda row: f"{row.expired:,}"),
            ("price that filled orders got, to their quote", lambda row: f"{row.price:.4f}"),
        ),
    ),
    (
        "waiting",
        (
            ("blocks that half of the orders waited at most", lambda row: f"{row.wait_median:.0f}"),
            ("blocks that nine of ten waited at most", lambda row: f"{row.wait_90:.0f}"),
            ("longest wait in blocks", lambda row: f"{row.wait_most:.0f}"),
            (
                "seconds from wish to payout, half of the orders",
                lambda row: f"{row.payout_median:,.0f}",
            ),
            ("the same, 95 of 100 orders", lambda row: f"{row.payout_95:,.0f}"),
            ("orders executed per block", lambda row: f"{row.throughput:.1f}"),
            ("conflicts with others' transactions", lambda row: f"{row.conflicts:,}"),
            ("the same per user", lambda row: f"{row.conflicts_per_user:.2f}"),
        ),
    ),
    (
        "cost",
        (
            ("bytes per order", lambda row: f"{row.bytes_per_order:,.0f}"),
            ("satoshis to miners per order", lambda row: f"{row.fees_per_order:,.0f}"),
            ("change of all users, satoshis", lambda row: f"{row.users_gain:,}"),
            ("change of the provider, satoshis", lambda row: f"{row.provider_gain:,}"),
        ),
    ),
    (
        "attacks",
        (
            ("blocks the miner tried", lambda row: f"{row.candidates:,}"),
            ("of these, refused by scripts", lambda row: f"{row.refused:,}"),
            ("profit of the miner, satoshis", lambda row: f"{row.miner_take:,}"),
            ("attacks that the attacker began", lambda row: f"{row.rounds:,}"),
            ("gain of the attacker, satoshis", lambda row: f"{row.attacker_gain:,}"),
            ("races in which the attacker gained", lambda row: f"{row.attacker_gains_in:,}"),
            ("bonds lost", lambda row: f"{row.bonds_lost:,}"),
        ),
    ),
)
"""The measures of a row in groups, each with its words and its figure."""


def _amount(satoshis: int) -> str:
    return f"{abs(satoshis):,} satoshis"


def _result(who: str, gain: int) -> str:
    if not gain:
        return f"{who} took nothing"
    return f"{who} {'gained' if gain > 0 else 'lost'} {_amount(gain)}"


def findings(row: Row) -> str:
    """Say in a sentence or two what was found on one pool."""
    races = "one race" if row.seeds == 1 else f"{row.seeds:,} races"
    said = [
        f"In {races}, {row.filled + row.unfilled:,} of {row.users:,} orders were executed,"
        f" half of them within {row.wait_median:.0f} blocks, with {row.conflicts:,} conflicts;"
        f" {_result('the miner', row.miner_take)}."
    ]
    if row.attacker:
        said.append(
            f"The attacker ({ATTACKERS_IN_WORDS[row.attacker]}) began {row.rounds:,} times;"
            f" {_result('they', row.attacker_gain)}."
        )
    if row.expired:
        said.append(f"{row.expired:,} orders of honest users expired with their bonds.")
    return " ".join(said)
