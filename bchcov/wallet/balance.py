"""What a transaction takes in and gives out: satoshis, tokens, bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from ..encoding.compact_size import encode_compact_size
from ..errors import BuildError
from ..transaction.codec import encode_output
from ..transaction.model import Capability, Nft, Output, Token
from ..validation.standardness import dust_threshold
from ..vm.rules.policy import Policy
from .coins import Coin
from .unlockers import Unlocker

__all__ = ["Spend", "check_outputs", "fee_for", "leftover_tokens", "missing_tokens", "size_of"]

_FINAL = 0xFFFF_FFFF
_OVERHEAD = 8
_OUTPOINT_AND_SEQUENCE = 40


@dataclass(frozen=True, slots=True)
class Spend:
    """A coin, how it is unlocked, and the sequence number of its input."""

    coin: Coin
    unlocker: Unlocker
    sequence: int = _FINAL

    @property
    def size(self) -> int:
        """The bytes of its input."""
        unlocking = self.unlocker.size
        return _OUTPOINT_AND_SEQUENCE + len(encode_compact_size(unlocking)) + unlocking


def size_of(spends: Sequence[Spend], outputs: Sequence[Output]) -> int:
    """The most bytes of a transaction with these inputs and outputs."""
    return (
        _OVERHEAD
        + len(encode_compact_size(len(spends)))
        + sum(spend.size for spend in spends)
        + len(encode_compact_size(len(outputs)))
        + sum(len(encode_output(output)) for output in outputs)
    )


def fee_for(size: int, rate: Fraction) -> int:
    """The fee of so many bytes, rounded up to whole satoshis."""
    return ceil(size * rate)


def check_outputs(outputs: Iterable[Output], policy: Policy) -> None:
    """Raise BuildError for an output that holds too little to be relayed."""
    for index, output in enumerate(outputs):
        least = dust_threshold(output, policy)
        if output.value < least:
            raise BuildError(
                f"output {index} has {output.value} satoshis, and {least} are the least to relay"
            )


def _amounts(outputs: Iterable[Output]) -> Counter[bytes]:
    amounts: Counter[bytes] = Counter()
    for output in outputs:
        if output.token is not None and output.token.amount:
            amounts[output.token.category] += output.token.amount
    return amounts


def _genesis(spends: Iterable[Spend]) -> set[bytes]:
    """The categories that these inputs may create: each spends output 0 of that transaction."""
    return {spend.coin.outpoint_hash for spend in spends if spend.coin.outpoint_index == 0}


def missing_tokens(spends: Sequence[Spend], outputs: Sequence[Output]) -> dict[bytes, int]:
    """How many tokens of which category the outputs have beyond the inputs."""
    there = _amounts(spend.coin.output for spend in spends)
    return {
        category: amount - there[category]
        for category, amount in _amounts(outputs).items()
        if amount > there[category] and category not in _genesis(spends)
    }


def _nfts(outputs: Iterable[Output]) -> list[tuple[bytes, Nft]]:
    return [
        (output.token.category, output.token.nft)
        for output in outputs
        if output.token is not None and output.token.nft is not None
    ]


def leftover_tokens(spends: Sequence[Spend], outputs: Sequence[Output]) -> list[Token]:
    """The tokens that come in and do not go out: one for each category, and each NFT.

    An immutable NFT goes out as the same one, a mutable one as any of its category; where
    a minting one comes in and goes out, whatever it makes is nobody's loss.
    """
    given = _amounts(output for output in outputs)
    left = [
        Token(category, amount - given[category])
        for category, amount in sorted(_amounts(spend.coin.output for spend in spends).items())
        if amount > given[category]
    ]
    out = _nfts(outputs)
    coming = sorted(
        _nfts(spend.coin.output for spend in spends), key=lambda pair: pair[1].capability
    )
    for category, nft in coming:
        same = [pair for pair in out if pair[0] == category and pair[1] == nft]
        if nft.capability is not Capability.NONE:
            same += [
                pair for pair in out if pair[0] == category and pair[1].capability <= nft.capability
            ]
        if same:
            out.remove(same[0])
        else:
            left.append(Token(category, 0, nft))
    return left
