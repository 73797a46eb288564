"""Signatures of every form: how short, of which hash type, by how many keys, and their cost."""

from __future__ import annotations

import pytest
from support.spends import make_context, spend

from bchcov import BCH_2023, BCH_2026, RuleSet, TransactionContext
from bchcov.crypto.hashes import hash256, sha256
from bchcov.crypto.secp256k1 import GROUP_ORDER
from bchcov.script.pushes import encode_push
from bchcov.transaction.sighash import (
    legacy_digest,
    legacy_signing_serialization,
    signing_serialization,
)
from bchcov.vm.rules.flags import rules_from_flags
from bchcov.wallet.keys import PrivateKey

KEYS = [PrivateKey(bytes((value,)) * 32) for value in range(1, 21)]
KEY = KEYS[0]
PUSHED = encode_push(KEY.public_key)


def outcome(unlocking: bytes, locking: bytes, rules: RuleSet = BCH_2026) -> str:
    result = spend(locking, unlocking, rules)
    return "OK" if result.reason is None else result.reason.value


def serialized(context: TransactionContext, code: bytes, hash_type: int) -> bytes:
    return signing_serialization(context, 0, code, hash_type)


def sign_shortly(digest: bytes) -> bytes:
    """An ECDSA signature of KEY with the nonce 1/2, whose r is the shortest that is known."""
    r = 0x3B78CE563F89A0ED9414F5AA28AD0D96D6795F9C63
    secret = int.from_bytes(KEY.secret, "big")
    s = 2 * (int.from_bytes(digest, "big") + r * secret) % GROUP_ORDER
    numbers = b"\x02\x15" + r.to_bytes(21, "big")
    numbers += b"\x02\x20" + min(s, GROUP_ORDER - s).to_bytes(32, "big")
    return b"\x30" + bytes((len(numbers),)) + numbers


def test_an_ecdsa_signature_verifies_however_short() -> None:
    signature = sign_shortly(sha256(b"data"))
    assert len(signature) < 64
    assert outcome(encode_push(signature) + b"\x04data" + PUSHED, b"\xba") == "OK"
    for locking in (PUSHED + b"\xac", b"\x51" + PUSHED + b"\x51\xae"):
        digest = hash256(serialized(make_context(locking), locking, 0x41))
        dummy = b"\x00" if locking[0] == 0x51 else b""
        unlocking = dummy + encode_push(sign_shortly(digest) + b"\x41")
        rules = BCH_2026 if not dummy else BCH_2023.consensus
        assert outcome(unlocking, locking, rules) == "OK"


# Flags, a hash type, and which serialization is signed with it, if the type is allowed.
HASH_TYPES = [
    ((), 0x01, "legacy"),
    ((), 0x41, "legacy"),
    ((), 0xC3, "legacy"),
    ((), 0x00, "legacy"),
    (("STRICTENC",), 0x01, "legacy"),
    (("STRICTENC",), 0x41, "ILLEGAL_FORKID"),
    (("STRICTENC",), 0x00, "SIG_HASHTYPE"),
    (("STRICTENC",), 0x04, "SIG_HASHTYPE"),
    (("SIGHASH_FORKID",), 0x41, "forked"),
    (("SIGHASH_FORKID",), 0xC2, "forked"),
    (("SIGHASH_FORKID",), 0x01, "MUST_USE_FORKID"),
    (("SIGHASH_FORKID",), 0x40, "SIG_HASHTYPE"),
    (("SIGHASH_FORKID",), 0x61, "SIG_HASHTYPE"),
    (("SIGHASH_FORKID", "TOKENS"), 0x61, "forked"),
    (("SIGHASH_FORKID", "TOKENS"), 0xE1, "SIG_HASHTYPE"),
]


@pytest.mark.parametrize(("flags", "hash_type", "expected"), HASH_TYPES)
def test_a_hash_type_says_what_is_signed(
    flags: tuple[str, ...], hash_type: int, expected: str
) -> None:
    locking = PUSHED + b"\xac"
    context = make_context(locking)
    forked = signing_serialization(context, 0, locking, hash_type, tokens="TOKENS" in flags)
    digests = {
        "forked": hash256(forked),
        "legacy": legacy_digest(legacy_signing_serialization(context, 0, locking, hash_type)),
    }
    for name, digest in digests.items():
        for signature in (KEY.sign_ecdsa(digest), KEY.sign_schnorr(digest)):
            unlocking = encode_push(signature + bytes((hash_type,)))
            told = outcome(unlocking, locking, rules_from_flags(flags))
            if expected in digests:
                assert told == ("OK" if name == expected else "EVAL_FALSE")
            else:
                assert told == expected


def multisig_of(required: int, total: int, places: list[int]) -> tuple[bytes, bytes]:
    """An unlocking bytecode with Schnorr signatures of these keys, and a locking one."""
    keys = b"".join(encode_push(key.public_key) for key in KEYS[:total])
    locking = bytes((0x50 + required,)) + keys + bytes((0x50 + total,)) + b"\xae"
    digest = hash256(serialized(make_context(locking), locking, 0x41))
    bits = sum(1 << place for place in places).to_bytes((total + 7) // 8, "little")
    signatures = [KEYS[place].sign_schnorr(digest) + b"\x41" for place in places]
    return encode_push(bits) + b"".join(map(encode_push, signatures)), locking


@pytest.mark.parametrize(
    ("total", "places"), [(1, [0]), (3, [0, 2]), (3, [0, 1, 2]), (9, [8]), (16, [1, 3, 9, 15])]
)
def test_a_schnorr_multisig_costs_a_check_for_each_signature(total: int, places: list[int]) -> None:
    required = len(places)
    unlocking, locking = multisig_of(required, total, places)
    for rules in (BCH_2026, BCH_2026.consensus):
        result = spend(locking, unlocking, rules)
        assert result.ok
        metrics = result.metrics
        assert metrics.signature_checks == required
        hashed = len(serialized(make_context(locking), locking, 0x41))
        iterations = required * (1 + (hashed + 8) // 64 + 1)
        assert metrics.hash_iterations == iterations
        pushed = 33 * total + 65 * required + (total + 7) // 8 + 2
        instructions = total + required + 1 + 3
        price = 192 if rules.is_standard else 64
        assert metrics.instructions == instructions
        cost = 100 * instructions + pushed + 1 + 26_000 * required + price * iterations
        assert metrics.op_cost == cost


@pytest.mark.parametrize("required", range(5))
@pytest.mark.parametrize("wrong", range(4))
def test_empty_signatures_have_keys_looked_at_until_too_few_are_left(
    required: int, wrong: int
) -> None:
    keys = [key.public_key for key in KEYS[:4]]
    keys[wrong] = b"\x05" + keys[wrong][1:]
    locking = bytes((0x50 + required,)) if required else b"\x00"
    locking += b"".join(map(encode_push, keys)) + b"\x54\xae"
    expected = "OK" if not required else "EVAL_FALSE" if wrong < required - 1 else "PUBKEYTYPE"
    for rules in (BCH_2023, BCH_2026, BCH_2026.consensus):
        assert outcome(b"\x00" * (required + 1), locking, rules) == expected


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (["CHECKDATASIG"], "BAD_OPCODE"),
        (["CHECKDATASIG", "SCHNORR"], "BAD_OPCODE"),
        (["CHECKDATASIG", "ALLOW_SEGWIT_RECOVERY"], "BAD_OPCODE"),
        # The spelling of a node that added the flag later.
        (["CHECKDATASIG", "ALLOWSEGWITRECOVERY"], "EVAL_FALSE"),
        (["CHECKDATASIG", "SCHNORR", "DISALLOW_SEGWIT_RECOVERY"], "EVAL_FALSE"),
        (["CHECKDATASIG", "SCHNORR_MULTISIG", "SCHNORR"], "EVAL_FALSE"),
    ],
)
def test_the_flag_of_data_signatures_meant_the_opcode_until_may_2019(
    known: list[str], reason: str
) -> None:
    assert outcome(b"\x00" * 3, b"\xba", rules_from_flags([], known=known)) == reason
