"""Hypothesis strategies for spends of a contract, made from its description."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ...contract.argument_types import ArgumentValue
from ...contract.contract import Contract
from ...contract.spend_paths import SpendPath
from ...errors import BuildError, ContractError
from ...transaction.constants import LOCKTIME_THRESHOLD, SEQUENCE_FINAL
from ...transaction.model import Output, Token
from ...wallet.builder import TransactionBuilder
from ...wallet.built import BuiltTransaction
from ...wallet.coins import Coin
from ...wallet.keys import PrivateKey
from ...wallet.script_unlocker import Signature
from ..fuzzing.scene import STRANGER
from .parts import tokens
from .values import items, numbers

__all__ = ["ContractSpend", "arguments", "spends"]

_SEQUENCES = st.sampled_from((SEQUENCE_FINAL, 0, 1, 144, SEQUENCE_FINAL - 1, 2**22 | 1, 2**31))
_LOCKTIMES = st.sampled_from((0, 1, LOCKTIME_THRESHOLD - 1, LOCKTIME_THRESHOLD, 2**32 - 1))
_MAX_VALUE = 10**10
_BOUNDED = re.compile(r"bytes([1-9][0-9]*)")


@dataclass(frozen=True, repr=False)
class ContractSpend:
    """A transaction whose input 0 spends a contract's coin by a path, with these arguments.

    Nothing says that it is accepted. `built` is the transaction with the outputs that it spends.
    """

    path: SpendPath
    arguments: Mapping[str, ArgumentValue]
    built: BuiltTransaction

    def __repr__(self) -> str:
        said = ", ".join(f"{name}={value!r}" for name, value in self.arguments.items())
        transaction, coin = self.built.transaction, self.built.source_outputs[0]
        more = [f"spending {coin}"]
        more += [f"paying {output}" for output in transaction.outputs]
        if transaction.inputs[0].sequence != SEQUENCE_FINAL:
            more.append(f"sequence={transaction.inputs[0].sequence}")
        if transaction.locktime:
            more.append(f"locktime={transaction.locktime}")
        return f"<{self.path.name}({said}), {', '.join(more)}>"

    def _repr_pretty_(self, printer: Any, _is_cycle: bool) -> None:
        # Hypothesis shows a failing example so.
        printer.text(repr(self))


def arguments(
    path: SpendPath, keys: Sequence[PrivateKey] = ()
) -> SearchStrategy[dict[str, ArgumentValue]]:
    """Generate the arguments of a spend path by their types, those of CashScript.

    Keys and signatures are those of `keys` (a stranger's, if there are none), or junk of their
    size; the first key is what they shrink to.
    """
    held = st.sampled_from(list(keys) or list(STRANGER.keys))
    return st.fixed_dictionaries({each.name: _values(each.type, held) for each in path.arguments})


def _values(type_name: str, keys: SearchStrategy[PrivateKey]) -> SearchStrategy[ArgumentValue]:
    by_name: dict[str, SearchStrategy[ArgumentValue]] = {
        "int": numbers(),
        "bool": st.booleans(),
        "string": st.text(max_size=40),
        "bytes": items(),
        "byte": st.binary(min_size=1, max_size=1),
        "key": keys,
        "pubkey": keys | st.binary(min_size=33, max_size=33),
        "sig": keys | st.just(b"") | st.binary(min_size=65, max_size=65),
        "datasig": keys.map(Signature) | st.just(b"") | st.binary(min_size=64, max_size=64),
    }
    bounded = _BOUNDED.fullmatch(type_name)
    if bounded is None:
        return by_name[type_name]
    size = int(bounded[1])
    return st.binary(min_size=size, max_size=size)


def spends(
    contract: Contract,
    keys: Sequence[PrivateKey] = (),
    *,
    coins: SearchStrategy[Output] | None = None,
    outputs: SearchStrategy[list[Output]] | None = None,
) -> SearchStrategy[ContractSpend]:
    """Generate transactions that spend a coin of a contract by one of its paths.

    `coins` draws what the contract's coin holds, by default up to 100 BCH and perhaps tokens;
    `outputs` what is paid, by default to the contract and to the owners of `keys`. Locktime and
    sequence number are drawn as well. Raises ContractError for a contract without paths.
    """
    if not contract.paths:
        raise ContractError(f"{contract.name} has no spend paths to draw from")
    value = numbers(0, _MAX_VALUE)
    held = st.builds(contract.output, value, st.none() | tokens())
    spent = held if coins is None else coins

    @st.composite
    def draw_spend(draw: DrawFn) -> ContractSpend:
        path = draw(st.sampled_from(contract.paths))
        values, coin = draw(arguments(path, keys)), draw(spent)
        paid = draw(_paid(keys, coin) if outputs is None else outputs)
        sequence, locktime = draw(_SEQUENCES), draw(_LOCKTIMES)
        try:
            unlocker = contract.unlock[path.name](**values)
            builder = TransactionBuilder(locktime=locktime)
            builder = builder.spend(Coin(b"\x11" * 32, 0, coin), unlocker, sequence=sequence)
            return ContractSpend(path, values, builder.pay(*paid).build_exactly())
        except (BuildError, ContractError):
            # Such as a path whose unlocking script cannot take these arguments.
            return reject()

    return draw_spend()


def _paid(keys: Sequence[PrivateKey], coin: Output) -> SearchStrategy[list[Output]]:
    """Outputs to the contract and the keys' owners, of what the coin holds or near it."""
    scripts = [coin.locking_bytecode, *(key.locking_bytecode for key in keys)]
    near = [coin.value, coin.value - 1_000, coin.value // 2, 1_000]
    value = st.sampled_from([each for each in near if each >= 0]) | numbers(0, coin.value)
    held: list[Token | None] = [coin.token, None]
    token = st.sampled_from(held)
    if coin.token is not None:
        token |= tokens()
    return st.lists(
        st.builds(Output, value, st.sampled_from(scripts), token), min_size=1, max_size=3
    )
