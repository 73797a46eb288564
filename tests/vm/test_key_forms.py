"""Public keys of every form: which of them the rules of which time let verify a signature."""

from __future__ import annotations

import pytest
from coincurve import PublicKey
from support.spends import make_context, spend

from bchcov.crypto.hashes import sha256
from bchcov.script.pushes import encode_push
from bchcov.transaction.context import TransactionContext
from bchcov.transaction.sighash import legacy_digest, legacy_signing_serialization
from bchcov.vm.rules.flags import rules_from_flags
from bchcov.wallet.keys import PrivateKey

LAX = rules_from_flags([])
STRICT = rules_from_flags(["STRICTENC"])
COMPRESSED = rules_from_flags(["COMPRESSED_PUBKEYTYPE"])
TIMES = (LAX, STRICT, COMPRESSED)


def _key_of_parity(parity: int) -> PrivateKey:
    keys = (PrivateKey(bytes(31) + bytes((secret,))) for secret in range(1, 100))
    return next(key for key in keys if key.public_key[0] == 2 + parity)


def _forms(parity: int) -> dict[str, bytes]:
    """The key whose y has this parity, in every form, right or wrong."""
    compressed = _key_of_parity(parity).public_key
    long = PublicKey(compressed).format(compressed=False)
    return {
        "compressed": compressed,
        "uncompressed": long,
        "hybrid": bytes((6 + parity,)) + long[1:],
        "compressed, of the other y": bytes((3 - parity,)) + compressed[1:],
        "hybrid, of the other y": bytes((7 - parity,)) + long[1:],
        "compressed, a byte short": compressed[:-1],
        "compressed, a byte more": compressed + b"\0",
        "uncompressed, a byte short": long[:-1],
        "uncompressed, a byte more": long + b"\0",
        "hybrid, a byte short": bytes((6 + parity,)) + long[1:-1],
        "hybrid, a byte more": bytes((6 + parity,)) + long[1:] + b"\0",
        "compressed in 65 bytes": compressed[:1] + long[1:],
        "uncompressed in 33 bytes": b"\4" + compressed[1:],
        "hybrid in 33 bytes": bytes((6 + parity,)) + compressed[1:],
        "of no form": b"\5" + long[1:],
        "empty": b"",
    }


# The outcomes with no demand on keys, with one for well-encoded and one for compressed keys.
OUTCOMES = {
    "compressed": ("OK", "OK", "OK"),
    "uncompressed": ("OK", "OK", "PUBKEYTYPE"),
    "hybrid": ("OK", "PUBKEYTYPE", "PUBKEYTYPE"),
    "compressed, of the other y": ("EVAL_FALSE", "EVAL_FALSE", "EVAL_FALSE"),
}
OTHERS = ("EVAL_FALSE", "PUBKEYTYPE", "PUBKEYTYPE")
FORMS = sorted(_forms(0))


@pytest.mark.parametrize("parity", [0, 1])
@pytest.mark.parametrize("form", FORMS)
def test_a_key_verifies_data_where_its_form_is_allowed(form: str, parity: int) -> None:
    key, written = _key_of_parity(parity), _forms(parity)[form]
    for signature in (key.sign_schnorr(sha256(b"data")), key.sign_ecdsa(sha256(b"data"))):
        unlocking = encode_push(signature) + encode_push(b"data") + encode_push(written)
        assert _outcomes(unlocking, b"\xba") == OUTCOMES.get(form, OTHERS)


@pytest.mark.parametrize("parity", [0, 1])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("is_multisig", [False, True])
def test_a_key_signs_transactions_where_its_form_is_allowed(
    form: str, parity: int, is_multisig: bool
) -> None:
    key, written = _key_of_parity(parity), encode_push(_forms(parity)[form])
    locking = b"\x51" + written + b"\x51\xae" if is_multisig else written + b"\xac"
    digest = _digest(make_context(locking), locking)
    made = (
        [key.sign_ecdsa(digest)]
        if is_multisig
        else [key.sign_ecdsa(digest), key.sign_schnorr(digest)]
    )
    for signature in made:
        unlocking = b"\0" * is_multisig + encode_push(signature + b"\x01")
        assert _outcomes(unlocking, locking) == OUTCOMES.get(form, OTHERS)


def _digest(context: TransactionContext, code: bytes) -> bytes:
    return legacy_digest(legacy_signing_serialization(context, 0, code, 1))


def _outcomes(unlocking: bytes, locking: bytes) -> tuple[str, ...]:
    results = [spend(locking, unlocking, rules) for rules in TIMES]
    return tuple(each.reason.value if each.reason else "OK" for each in results)
