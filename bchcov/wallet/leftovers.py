"""Finding the tokens of a transaction's inputs that no output takes.

Consensus does not require outputs for tokens: it lets anybody burn them, even by mistake.
Here each NFT of the inputs needs an output of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from ..transaction.model import Capability, Nft, Output, Token
from .balance import Spend

__all__ = ["leftover_tokens", "missing_tokens"]


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


def _nfts(outputs: Iterable[Output]) -> dict[bytes, list[Nft]]:
    """The NFTs of each category, in the order of outputs."""
    found: dict[bytes, list[Nft]] = {}
    for output in outputs:
        if output.token is not None and output.token.nft is not None:
            found.setdefault(output.token.category, []).append(output.token.nft)
    return found


def _unequal(coming: Sequence[Nft], going: Sequence[Nft]) -> tuple[list[Nft], Counter[Nft]]:
    """Take out what goes out as it came in, one for one; give what is left of both."""
    free = Counter(going)
    left = []
    for nft in coming:
        if free[nft]:
            free[nft] -= 1
        else:
            left.append(nft)
    return left, +free


def _unaccounted(coming: Sequence[Nft], going: Sequence[Nft]) -> list[Nft]:
    """The NFTs of one category that no output accounts for."""
    changed, free = _unequal(coming, going)
    minting = sum(n for nft, n in free.items() if nft.capability is Capability.MINTING)
    # A mutable one that becomes immutable with its commitment is meant before any other.
    others = []
    for nft in changed:
        same = Nft(nft.commitment, Capability.NONE)
        if nft.capability is Capability.MUTABLE and free[same]:
            free[same] -= 1
        else:
            others.append(nft)
    lesser = sum(n for nft, n in free.items() if nft.capability is not Capability.MINTING)
    room = {Capability.NONE: 0, Capability.MUTABLE: lesser, Capability.MINTING: minting}
    left = []
    for nft in others:
        if room[nft.capability]:
            room[nft.capability] -= 1
        else:
            left.append(nft)
    return left


def leftover_tokens(spends: Sequence[Spend], outputs: Sequence[Output]) -> list[Token]:
    """The tokens that come in and do not go out: one for each category, and each NFT.

    Amounts are sums by category. Each NFT that comes in is accounted for by one output of
    its category, and each output accounts for one NFT at most:

    - an immutable one by an output with the same commitment, immutable too;
    - a mutable one by any output that is mutable or immutable, whatever its commitment;
    - a minting one by a minting output only, whatever its commitment: what it makes beside
      is new, and a minting one that is to end has to be burnt.

    What goes out as it came in is taken first, then what only lost its capability, so that
    as many as possible are accounted for; of those that cannot be, the last to come in are
    left over.
    """
    given = _amounts(outputs)
    left = [
        Token(category, amount - given[category])
        for category, amount in sorted(_amounts(spend.coin.output for spend in spends).items())
        if amount > given[category]
    ]
    going = _nfts(outputs)
    for category, coming in _nfts(spend.coin.output for spend in spends).items():
        left += [Token(category, 0, nft) for nft in _unaccounted(coming, going.get(category, ()))]
    return left
