"""Destinations of outputs: a locking bytecode, or an address of the expected network."""

from __future__ import annotations

from dataclasses import replace

from ..encoding.addresses import Address, decode_address, locking_bytecode_of
from ..encoding.expected import kind_of
from ..errors import BuildError
from ..transaction.model import Output, Token

__all__ = ["Destination", "located", "output_to"]

Destination = str | bytes | Address
"""A locking bytecode, or an address as text or decoded."""


def output_to(
    destination: Destination, value: int, token: Token | None = None, *, network: str = "mainnet"
) -> Output:
    """Make an output of `value` satoshis to an address or a locking bytecode.

    Raises AddressError for text that is not an address of the network, and BuildError for
    tokens sent to an address that is not token-aware.
    """
    payee = decode_address(destination) if isinstance(destination, str) else destination
    if token is not None and isinstance(payee, Address) and not payee.token_aware:
        raise BuildError(f"cannot send tokens to {payee}: not a token-aware address")
    return Output(value, locking_bytecode_of(destination, network=network), token)


def located(output: Output, network: str) -> Output:
    """Replace an address in place of an output's locking bytecode by that bytecode.

    Raises AddressError and BuildError as `output_to` does, and BuildError for anything but
    an Output.
    """
    if not isinstance(output, Output):
        raise BuildError(f"output must be an Output, not {kind_of(output)}")
    destination: object = output.locking_bytecode
    if not isinstance(destination, (str, Address)):
        return output
    made = output_to(destination, output.value, output.token, network=network)
    return replace(output, locking_bytecode=made.locking_bytecode)
