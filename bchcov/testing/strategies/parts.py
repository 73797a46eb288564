"""Hypothesis strategies for transactions and their parts."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ...script.patterns import TOKEN_PREFIX
from ...transaction.constants import MAX_TOKEN_AMOUNT, MAX_UINT32
from ...transaction.model import Capability, Input, Nft, Output, Token, Transaction

__all__ = ["inputs", "outputs", "scripts", "tokens", "transactions"]

_UINT32 = st.integers(0, MAX_UINT32)


def scripts(max_size: int = 100) -> SearchStrategy[bytes]:
    """Generate locking bytecode: any bytes that do not begin with the token prefix."""
    return st.binary(max_size=max_size).filter(
        lambda code: not code.startswith(bytes((TOKEN_PREFIX,)))
    )


def tokens(max_commitment: int = 128) -> SearchStrategy[Token]:
    """Generate tokens of any category, with an amount of 1 to 2**63 - 1, an NFT, or both."""
    category = st.binary(min_size=32, max_size=32)
    amount = st.integers(1, MAX_TOKEN_AMOUNT)
    nft = st.builds(Nft, st.binary(max_size=max_commitment), st.sampled_from(Capability))
    return st.one_of(
        st.builds(Token, category, amount),
        st.builds(Token, category, st.just(0), nft),
        st.builds(Token, category, amount, nft),
    )


def outputs(max_script: int = 100) -> SearchStrategy[Output]:
    """Generate outputs of any 64-bit value, with or without a token."""
    value = st.integers(0, 2**64 - 1) | st.integers(0, 10_000)
    return st.builds(Output, value, scripts(max_script), st.none() | tokens())


def inputs(max_script: int = 100) -> SearchStrategy[Input]:
    """Generate inputs that spend any outpoint."""
    outpoint = st.binary(min_size=32, max_size=32)
    return st.builds(Input, outpoint, _UINT32, st.binary(max_size=max_script), _UINT32)


def transactions(max_parts: int = 4, max_script: int = 100) -> SearchStrategy[Transaction]:
    """Generate transactions that can be encoded; `max_parts` bounds inputs and outputs each."""
    return st.builds(
        Transaction,
        st.lists(inputs(max_script), max_size=max_parts).map(tuple),
        st.lists(outputs(max_script), max_size=max_parts).map(tuple),
        _UINT32,
        _UINT32,
    )
