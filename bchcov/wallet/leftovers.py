"""Finding the tokens of a transaction's inputs that no output takes.

Consensus does not require that tokens have outputs: anybody may burn them, even by mistake.
The builder is stricter: each NFT of the inputs needs an output of its own.
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
    """Return the categories that these inputs may create: the txids of spent outputs 0."""
    return {spend.coin.outpoint_hash for spend in spends if spend.coin.outpoint_index == 0}


def missing_tokens(spends: Sequence[Spend], outputs: Sequence[Output]) -> dict[bytes, int]:
    """Return by category how many more fungible tokens the outputs have than the inputs."""
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


def _remove_unchanged(
    spent: Sequence[Nft], created: Sequence[Nft]
) -> tuple[list[Nft], Counter[Nft]]:
    """Pair off the NFTs that pass unchanged; return the rest of both sides."""
    free = Counter(created)
    left = []
    for nft in spent:
        if free[nft]:
            free[nft] -= 1
        else:
            left.append(nft)
    return left, +free


def _unaccounted(spent: Sequence[Nft], created: Sequence[Nft]) -> list[Nft]:
    """Return the spent NFTs of one category that no output accounts for."""
    changed, free = _remove_unchanged(spent, created)
    minting = sum(n for nft, n in free.items() if nft.capability is Capability.MINTING)
    # A mutable NFT is first matched with an immutable one that keeps its commitment.
    others = []
    for nft in changed:
        same = Nft(nft.commitment, Capability.NONE)
        if nft.capability is Capability.MUTABLE and free[same]:
            free[same] -= 1
        else:
            others.append(nft)
    not_minting = sum(n for nft, n in free.items() if nft.capability is not Capability.MINTING)
    room = {Capability.NONE: 0, Capability.MUTABLE: not_minting, Capability.MINTING: minting}
    left = []
    for nft in others:
        if room[nft.capability]:
            room[nft.capability] -= 1
        else:
            left.append(nft)
    return left


def leftover_tokens(spends: Sequence[Spend], outputs: Sequence[Output]) -> list[Token]:
    """List the tokens of the inputs that no output takes: a sum per category, and each NFT.

    Fungible amounts are summed by category. Each spent NFT is accounted for by one output of
    its category, and each output accounts for at most one NFT:

    - an immutable NFT by an immutable output with the same commitment;
    - a mutable NFT by any mutable or immutable output, whatever its commitment;
    - a minting NFT by a minting output only, whatever its commitment: other NFTs that it
      creates are new, and to end its minting capability it has to be burned.

    NFTs that pass unchanged are matched first, then those that only lost their capability,
    so that as many as possible are accounted for; of the rest, the last ones among the inputs
    are left over.
    """
    created_amounts = _amounts(outputs)
    left = [
        Token(category, amount - created_amounts[category])
        for category, amount in sorted(_amounts(spend.coin.output for spend in spends).items())
        if amount > created_amounts[category]
    ]
    created = _nfts(outputs)
    for category, spent in _nfts(spend.coin.output for spend in spends).items():
        left += [Token(category, 0, nft) for nft in _unaccounted(spent, created.get(category, ()))]
    return left
