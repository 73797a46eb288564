"""Where an output pays: a locking bytecode, or an address of the network that is meant."""

from __future__ import annotations

from dataclasses import replace

from ..encoding.expected import kind_of
from ..errors import BuildError
from ..script.addresses import Address, decode_address, locking_bytecode_of
from ..transaction.model import Output, Token

__all__ = ["Destination", "located", "output_to"]

Destination = str | bytes | Address
"""A locking bytecode, or an address as text or decoded."""


def output_to(
    destination: Destination, value: int, token: Token | None = None, *, network: str = "mainnet"
) -> Output:
    """Make an output of so many satoshis to an address or a locking bytecode.

    Raises AddressError for text that is no address, or one of another network, and
    BuildError for tokens to an address that does not say its wallet knows tokens.
    """
    payee = decode_address(destination) if isinstance(destination, str) else destination
    if token is not None and isinstance(payee, Address) and not payee.token_aware:
        raise BuildError(f"tokens to {payee}: it is not a token-aware address")
    return Output(value, locking_bytecode_of(destination, network=network), token)


def located(output: Output, network: str) -> Output:
    """An output that names an address where its locking bytecode belongs, with the latter.

    Raises AddressError and BuildError as `output_to` does, BuildError for what is no output.
    """
    if not isinstance(output, Output):
        raise BuildError(f"an output is an Output, not {kind_of(output)}")
    destination: object = output.locking_bytecode
    if not isinstance(destination, (str, Address)):
        return output
    made = output_to(destination, output.value, output.token, network=network)
    return replace(output, locking_bytecode=made.locking_bytecode)
