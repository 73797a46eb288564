"""Strategies: what they draw has an encoding, and every form of it is drawn."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings

from bchcov import Capability, Input, Output, Token, Transaction
from bchcov.testing.strategies import inputs, outputs, scripts, tokens, transactions
from bchcov.transaction.codec import encode_output, encode_transaction

TOKENS: dict[str, Callable[[Token], bool]] = {
    "an amount alone": lambda token: token.amount > 0 and token.nft is None,
    "an NFT alone": lambda token: token.amount == 0 and token.nft is not None,
    "an amount and an NFT": lambda token: token.amount > 0 and token.nft is not None,
    "no commitment": lambda token: token.nft is not None and not token.nft.commitment,
    "a commitment": lambda token: token.nft is not None and len(token.nft.commitment) > 1,
    **{
        f"capability {kind.name}": lambda token, kind=kind: (  # type: ignore[misc]
            token.nft is not None and token.nft.capability is kind
        )
        for kind in Capability
    },
}
TRANSACTIONS: dict[str, Callable[[Transaction], bool]] = {
    "no inputs": lambda drawn: not drawn.inputs,
    "no outputs": lambda drawn: not drawn.outputs,
    "several inputs and outputs": lambda drawn: len(drawn.inputs) > 1 < len(drawn.outputs),
    "tokens": lambda drawn: any(output.token for output in drawn.outputs),
    "no tokens": lambda drawn: any(output.token is None for output in drawn.outputs),
    "a version beyond 2": lambda drawn: drawn.version > 2,
    "a locktime": lambda drawn: drawn.locktime > 0,
}
# The first example will do: making it small takes most of the time.
QUICK = settings(
    max_examples=2_000,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    database=None,
    derandomize=True,
)


@pytest.mark.parametrize("form", TOKENS)
def test_every_form_of_a_token_is_drawn(form: str) -> None:
    assert TOKENS[form](find(tokens(), TOKENS[form], settings=QUICK))


@pytest.mark.parametrize("form", TRANSACTIONS)
def test_every_form_of_a_transaction_is_drawn(form: str) -> None:
    assert TRANSACTIONS[form](find(transactions(), TRANSACTIONS[form], settings=QUICK))


@given(transactions(max_parts=2, max_script=10))
def test_a_drawn_transaction_keeps_to_the_sizes_asked_for(drawn: Transaction) -> None:
    assert len(drawn.inputs) <= 2
    assert len(drawn.outputs) <= 2
    assert all(len(item.unlocking_bytecode) <= 10 for item in drawn.inputs)
    assert all(len(output.locking_bytecode) <= 10 for output in drawn.outputs)
    assert encode_transaction(drawn)


@given(scripts(5), outputs(5), inputs(5), tokens(3))
def test_drawn_parts_keep_to_the_sizes_asked_for_and_have_encodings(
    code: bytes, output: Output, item: Input, token: Token
) -> None:
    assert max(len(code), len(output.locking_bytecode), len(item.unlocking_bytecode)) <= 5
    assert token.nft is None or len(token.nft.commitment) <= 3
    assert encode_output(Output(0, code, token))
    assert encode_output(Output(0, code))
    assert encode_output(output)
