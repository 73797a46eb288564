"""Multisig scripts: reading their keys, and the dummy item pushed before the signatures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..encoding.expected import expect_bytes, kind_of
from ..errors import EncodeError, InvalidKey
from ..script.opcodes import Op
from ..script.patterns import MAX_MULTISIG_KEYS, Multisig
from ..script.pushes import encode_push, instructions
from .keys import PrivateKey
from .signatures import Scheme

__all__ = ["check_signers", "dummy_push", "read_multisig", "signing_places"]


def read_multisig(script: bytes) -> Multisig:
    """Read a multisig script of 1 to 20 keys. Raises EncodeError for anything else.

    Nodes recognize bare multisig up to 16 keys; as a P2SH redeem script it may have 20.
    """
    expect_bytes(script, "multisig script")
    steps = list(instructions(script))
    if len(steps) >= 4 and steps[-1].opcode == Op.OP_CHECKMULTISIG:
        required, total = _number(steps[0].opcode, steps[0].data), _number(*steps[-2][1:3])
        keys = tuple(step.data or b"" for step in steps[1:-2])
        if 1 <= required <= total == len(keys) and all(len(key) in (33, 65) for key in keys):
            return Multisig(required, keys)
    raise EncodeError(
        f"0x{script[:40].hex()} is not a multisig script of 1 to {MAX_MULTISIG_KEYS} keys"
    )


def _number(opcode: int, data: bytes | None) -> int:
    """Return the number, 1 to 20, that a minimal push encodes; 0 for anything else."""
    if data is None:
        return opcode - 0x50 if 0x51 <= opcode <= 0x60 else 0
    return data[0] if len(data) == 1 and 16 < data[0] <= MAX_MULTISIG_KEYS and opcode == 1 else 0


def signing_places(multisig: Multisig, signers: Iterable[bytes]) -> list[int]:
    """Return the key indices that have signed, in script order, at most as many as required."""
    there = frozenset(signers)
    places = [at for at, key in enumerate(multisig.public_keys) if key in there]
    return places[: multisig.required]


def dummy_push(multisig: Multisig, places: Sequence[int], scheme: Scheme) -> bytes:
    """Push the dummy item below the signatures: for Schnorr, the bit field of signing keys.

    Source: 2019-11-15 Schnorr OP_CHECKMULTISIG specification, "Mode 2".
    """
    if scheme == "ecdsa":
        return encode_push(b"")
    bits = sum(1 << place for place in places)
    return encode_push(bits.to_bytes((len(multisig.public_keys) + 7) // 8, "little"))


def check_signers(multisig: Multisig, keys: Sequence[PrivateKey]) -> None:
    """Raise InvalidKey unless `keys` are distinct private keys, at most as many as required."""
    if not isinstance(keys, (tuple, list)):
        raise InvalidKey(f"keys must be a list of PrivateKey, not {kind_of(keys)}")
    for key in keys:
        if not isinstance(key, PrivateKey):
            raise InvalidKey(f"key must be a PrivateKey, not {kind_of(key)}")
    if len(set(keys)) != len(keys) or len(keys) > multisig.required:
        raise InvalidKey(
            f"expected at most {multisig.required} different keys to sign with, {len(keys)} given"
        )
