"""Ways to tamper with the draft of a transaction; each gives the draft back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bchcov import Capability, Output, Token
from bchcov.wallet.balance import Spend
from bchcov.wallet.unlockers import RawUnlocker
from support.ticketed_world import ANYBODY, OTHER, Draft, coin

__all__ = [
    "change",
    "change_held",
    "forge_pool",
    "value_of",
    "with_amount",
    "with_capability",
    "with_category",
    "with_company",
    "with_output",
    "with_script",
    "with_second_vault",
]


def _token(output: Output) -> Token:
    assert output.token is not None
    return output.token


def with_category(output: Output, category: bytes = OTHER) -> Output:
    return replace(output, token=replace(_token(output), category=category))


def with_amount(output: Output, change: int = -1) -> Output:
    token = _token(output)
    return replace(output, token=replace(token, amount=token.amount + change))


def with_capability(output: Output, capability: Capability = Capability.NONE) -> Output:
    token = _token(output)
    assert token.nft is not None
    return replace(output, token=replace(token, nft=replace(token.nft, capability=capability)))


def with_script(output: Output, script: bytes = ANYBODY) -> Output:
    return replace(output, locking_bytecode=script)


def change(draft: Draft, index: int, how: Callable[[Output], Output]) -> Draft:
    draft.outputs[index] = how(draft.outputs[index])
    return draft


def change_held(draft: Draft, index: int, how: Callable[[Output], Output]) -> Draft:
    draft.hold(index, how(draft.spends[index].coin.output))
    return draft


def value_of(draft: Draft, index: int, more: int = -1) -> Draft:
    draft.value(index, more)
    return draft


def with_output(draft: Draft, output: Output, index: int | None = None) -> Draft:
    """Add an output, or put it in the place of another."""
    if index is None:
        draft.outputs.append(output)
    else:
        draft.outputs[index] = output
    return draft


def with_company(draft: Draft) -> Draft:
    """Spend a coin of anybody's besides."""
    draft.spends.append(Spend(coin("anybody's", Output(1_000, ANYBODY)), RawUnlocker()))
    return draft


def with_second_vault(draft: Draft) -> Draft:
    vault = draft.spends[1]
    second = coin("another vault", replace(vault.coin.output, value=10**6))
    draft.spends.append(Spend(second, vault.unlocker))
    return draft


def forge_pool(draft: Draft) -> Draft:
    """Put a mutable NFT of another category, locked by nothing, in the pool's place."""
    change_held(draft, 0, lambda output: with_script(with_category(output)))
    draft.unlock(0, RawUnlocker())
    return change(draft, 0, lambda output: with_script(with_category(output)))
