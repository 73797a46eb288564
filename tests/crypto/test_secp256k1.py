"""Signatures against slow plain arithmetic on the curve, and at the edges of every range."""

from __future__ import annotations

import subprocess
import sys
from hashlib import sha256

import ecdsa
import pytest
from ecdsa.ellipticcurve import INFINITY, PointJacobi
from hypothesis import given, settings
from hypothesis import strategies as st

from bchcov import InvalidKey
from bchcov.crypto import secp256k1
from bchcov.crypto.der import parse_lax_der
from bchcov.crypto.residue import FIELD_PRIME, is_quadratic_residue, jacobi
from bchcov.crypto.secp256k1 import (
    GROUP_ORDER,
    is_public_key,
    public_key_of,
    recover_public_key,
    sign_ecdsa,
    sign_recoverable,
    sign_schnorr,
    verify_ecdsa,
    verify_schnorr,
)

G = ecdsa.SECP256k1.generator
CURVE = ecdsa.SECP256k1.curve
SECRETS = st.integers(1, GROUP_ORDER - 1) | st.integers(1, 3) | st.just(GROUP_ORDER - 1)
DIGESTS = st.binary(min_size=32, max_size=32)


def number(value: int) -> bytes:
    return value.to_bytes(32, "big")


def compress(point: PointJacobi) -> bytes:
    return bytes((2 + point.y() % 2,)) + number(point.x())


def lift(public_key: bytes) -> PointJacobi:
    return ecdsa.VerifyingKey.from_string(public_key, curve=ecdsa.SECP256k1).pubkey.point


def challenge(r: bytes, public_key: bytes, digest: bytes) -> int:
    return int.from_bytes(sha256(r + public_key + digest).digest(), "big") % GROUP_ORDER


def slow_verify_schnorr(signature: bytes, digest: bytes, public_key: bytes) -> bool:
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if r >= FIELD_PRIME or s >= GROUP_ORDER:
        return False
    e = challenge(signature[:32], public_key, digest)
    point = G * s + lift(public_key) * (GROUP_ORDER - e)
    if point == INFINITY:
        return False
    y = int(point.y())
    return int(point.x()) == r and pow(y, (FIELD_PRIME - 1) // 2, FIELD_PRIME) == 1


@settings(max_examples=60, deadline=None)
@given(SECRETS, DIGESTS, st.integers(0, 511))
def test_schnorr_signatures_verify_as_slow_arithmetic_says(
    secret: int, digest: bytes, bit: int
) -> None:
    key = number(secret)
    public_key = public_key_of(key)
    assert public_key == compress(G * secret)
    signature = sign_schnorr(key, digest)
    assert sign_schnorr(key, digest) == signature
    assert slow_verify_schnorr(signature, digest, public_key)
    assert verify_schnorr(signature, digest, public_key)
    assert verify_schnorr(signature, digest, public_key_of(key, compressed=False))
    flipped = (int.from_bytes(signature, "big") ^ 1 << bit).to_bytes(64, "big")
    assert not verify_schnorr(flipped, digest, public_key)
    assert not slow_verify_schnorr(flipped, digest, public_key)


def test_a_published_signature_verifies() -> None:
    # Test vector 1 of the 2019 specification: the secret key 1, the digest 0.
    public_key = bytes.fromhex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")
    signature = bytes.fromhex(
        "787a848e71043d280c50470e8e1532b2dd5d20ee912a45dbdd2bd1dfbf187ef6"
        "7031a98831859dc34dffeedda86831842ccd0079e1f92af177f7f22cc1dced05"
    )
    assert verify_schnorr(signature, bytes(32), public_key)
    assert not verify_schnorr(signature, b"\x01" + bytes(31), public_key)


def make_schnorr(secret: int, nonce: int, digest: bytes) -> bytes:
    """Sign with a chosen nonce, whatever y its point has."""
    r = number((G * nonce).x())
    e = challenge(r, compress(G * secret), digest)
    return r + number((nonce + e * secret) % GROUP_ORDER)


def test_the_point_of_a_schnorr_signature_has_a_square_y() -> None:
    seen = set()
    for nonce in range(2, 30):
        y = int((G * nonce).y())
        is_square = pow(y, (FIELD_PRIME - 1) // 2, FIELD_PRIME) == 1
        signature = make_schnorr(7, nonce, bytes(32))
        assert verify_schnorr(signature, bytes(32), compress(G * 7)) is is_square
        seen.add(is_square)
    assert seen == {True, False}


def test_numbers_beyond_their_ranges_are_refused() -> None:
    key, digest = number(5), bytes(32)
    public_key, signature = public_key_of(key), sign_schnorr(key, digest)
    r, s = signature[:32], int.from_bytes(signature[32:], "big")
    assert not verify_schnorr(r + number(GROUP_ORDER), digest, public_key)
    assert not verify_schnorr(b"\xff" * 32 + number(s), digest, public_key)
    assert not verify_schnorr(number(FIELD_PRIME) + number(s), digest, public_key)
    if s + GROUP_ORDER < 2**256:
        assert not verify_schnorr(r + number(s + GROUP_ORDER), digest, public_key)
    assert not verify_schnorr(signature[:63], digest, public_key)
    assert not verify_schnorr(signature + b"\x00", digest, public_key)


def test_the_point_at_infinity_is_refused() -> None:
    # s = e * x makes sG - eP nothing, whatever r is.
    for r in (bytes(32), number(1), number((G * 2).x())):
        e = challenge(r, compress(G * 9), bytes(32))
        assert not verify_schnorr(r + number(e * 9 % GROUP_ORDER), bytes(32), compress(G * 9))


@settings(max_examples=30, deadline=None)
@given(SECRETS, st.integers(0, GROUP_ORDER - 1) | st.just(0), st.integers(0, 3) | SECRETS)
def test_the_difference_of_points_is_right_by_recovery_and_by_parts(
    secret: int, s: int, e: int
) -> None:
    public_key = compress(G * secret)
    expected = G * s + (G * secret) * (-e % GROUP_ORDER)
    for compute in (secp256k1._difference, secp256k1._difference_by_parts):
        point = compute(s, e, public_key)
        if expected == INFINITY:
            assert point is None
        else:
            assert point == b"\x04" + number(expected.x()) + number(expected.y())


def points_with_an_x_beyond_the_order() -> list[bytes]:
    """The first public keys whose x is the order or more: no one knows their secrets."""
    keys = []
    for x in range(GROUP_ORDER, GROUP_ORDER + 10):
        square = (pow(x, 3, FIELD_PRIME) + 7) % FIELD_PRIME
        if pow(square, (FIELD_PRIME - 1) // 2, FIELD_PRIME) == 1:
            keys += [b"\x02" + number(x), b"\x03" + number(x)]
    return keys


@pytest.mark.parametrize("public_key", points_with_an_x_beyond_the_order(), ids=bytes.hex)
def test_a_key_whose_x_is_the_order_or_more_is_reckoned_right(public_key: bytes) -> None:
    # The first two have an x that is 0 modulo the order, which recovery does not take.
    assert is_public_key(public_key)
    for s, e in [(0, 1), (1, 1), (5, 0), (7, GROUP_ORDER - 1), (GROUP_ORDER - 1, 2**200)]:
        expected = G * s + lift(public_key) * (-e % GROUP_ORDER)
        written = b"\x04" + number(expected.x()) + number(expected.y())
        assert secp256k1._difference(s, e, public_key) == written
        assert secp256k1._difference_by_parts(s, e, public_key) == written
    signature = number((G * 5).x()) + number(5)
    assert not verify_schnorr(signature, bytes(32), public_key)
    assert not slow_verify_schnorr(signature, bytes(32), public_key)


def test_a_challenge_of_nothing_leaves_the_generator_alone() -> None:
    for compute in (secp256k1._difference, secp256k1._difference_by_parts):
        assert compute(0, 0, compress(G * 9)) is None
        assert compute(1, 0, compress(G * 9)) == b"\x04" + number(G.x()) + number(G.y())
        assert compute(1, 0, b"\x02" + number(5)) is None


BAD_KEYS = [
    b"",
    b"\x02",
    b"\x02" + bytes(31),
    b"\x02" + b"\xff" * 32,
    b"\x02" + number(5),
    b"\x04" + bytes(64),
    b"\x05" + number((G * 3).x()),
    b"\x04" + number((G * 3).x()) + number((G * 3).y() ^ 1),
]


@pytest.mark.parametrize("public_key", BAD_KEYS, ids=lambda key: key.hex()[:8] or "empty")
def test_what_is_no_point_verifies_nothing(public_key: bytes) -> None:
    assert not is_public_key(public_key)
    assert not verify_schnorr(sign_schnorr(number(3), bytes(32)), bytes(32), public_key)
    assert not verify_ecdsa(1, 1, bytes(32), public_key)


def test_hybrid_keys_are_read_if_their_parity_is_right() -> None:
    point, digest = G * 3, bytes(32)
    body = number(point.x()) + number(point.y())
    right, wrong = (6, 7) if point.y() % 2 == 0 else (7, 6)
    signature = sign_schnorr(number(3), digest)
    assert verify_schnorr(signature, digest, bytes((right,)) + body)
    assert not verify_schnorr(signature, digest, bytes((wrong,)) + body)


def der_numbers(signature: bytes) -> tuple[int, int]:
    r, s = ecdsa.util.sigdecode_der(signature, GROUP_ORDER)
    return int(r), int(s)


@settings(max_examples=60, deadline=None)
@given(SECRETS, DIGESTS)
def test_ecdsa_signatures_verify_as_the_other_library_says(secret: int, digest: bytes) -> None:
    key = number(secret)
    public_key = public_key_of(key)
    r, s = der_numbers(sign_ecdsa(key, digest))
    assert s <= GROUP_ORDER // 2
    other = ecdsa.VerifyingKey.from_string(public_key, curve=ecdsa.SECP256k1)
    assert other.verify_digest(sign_ecdsa(key, digest), digest, ecdsa.util.sigdecode_der)
    assert verify_ecdsa(r, s, digest, public_key)
    assert verify_ecdsa(r, GROUP_ORDER - s, digest, public_key)
    assert not verify_ecdsa(r, s ^ 1, digest, public_key)
    assert not verify_ecdsa(r ^ 1, s, digest, public_key)


@pytest.mark.parametrize("bad", [0, GROUP_ORDER, GROUP_ORDER + 1, 2**256, -1])
def test_ecdsa_numbers_out_of_range_are_refused(bad: int) -> None:
    public_key, digest = public_key_of(number(3)), bytes(32)
    r, s = der_numbers(sign_ecdsa(number(3), digest))
    assert verify_ecdsa(r, s, digest, public_key)
    assert not verify_ecdsa(bad, s, digest, public_key)
    assert not verify_ecdsa(r, bad, digest, public_key)


@pytest.mark.parametrize("secret", [b"", bytes(32), number(GROUP_ORDER), b"\xff" * 32, bytes(31)])
def test_what_is_no_private_key_is_an_error(secret: bytes) -> None:
    for call in (public_key_of, lambda s: sign_schnorr(s, bytes(32)), lambda s: sign_ecdsa(s, b"")):
        with pytest.raises(InvalidKey, match="private key must be 32 bytes"):
            call(secret)


def test_only_digests_are_signed() -> None:
    for sign in (sign_schnorr, sign_ecdsa):
        with pytest.raises(InvalidKey, match="32 bytes, not 5"):
            sign(number(3), b"hello")


@given(st.integers(0, FIELD_PRIME - 1) | st.integers(0, 50))
def test_residues_are_the_same_by_symbol_and_by_power(value: int) -> None:
    power = pow(value, (FIELD_PRIME - 1) // 2, FIELD_PRIME)
    assert is_quadratic_residue(value) is (power == 1)
    assert jacobi(value, FIELD_PRIME) == (power if power < 2 else -1)


def test_the_jacobi_symbol_of_small_numbers() -> None:
    for n in (3, 5, 7, 9, 15, 21, 45):
        for a in range(n):
            expected = 1
            for prime in (3, 5, 7):
                rest = n
                while rest % prime == 0:
                    rest //= prime
                    power = pow(a, (prime - 1) // 2, prime)
                    expected *= power if power < 2 else -1
            assert jacobi(a, n) == expected


@settings(max_examples=40, deadline=None)
@given(SECRETS, DIGESTS, st.booleans())
def test_a_recoverable_signature_is_the_ordinary_one_and_names_its_key(
    secret: int, digest: bytes, compressed: bool
) -> None:
    key = number(secret)
    signature, recovery_id = sign_recoverable(key, digest)
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    assert parse_lax_der(sign_ecdsa(key, digest)) == (r, s)
    public_key = public_key_of(key, compressed=compressed)
    assert recover_public_key(signature, recovery_id, digest, compressed=compressed) == public_key
    for other in {0, 1, 2, 3} - {recovery_id}:
        assert recover_public_key(signature, other, digest, compressed=compressed) != public_key


@pytest.mark.parametrize("r", [0, GROUP_ORDER, 2**256 - 1])
def test_no_key_is_recovered_from_numbers_out_of_range(r: int) -> None:
    for signature in (number(r) + number(1), number(1) + number(r)):
        for recovery_id in range(4):
            assert recover_public_key(signature, recovery_id, bytes(32)) is None


def test_signing_recoverably_refuses_what_is_no_key_and_no_digest() -> None:
    with pytest.raises(InvalidKey):
        sign_recoverable(bytes(32), bytes(32))
    with pytest.raises(InvalidKey):
        sign_recoverable(number(1), bytes(31))


def test_gmpy2_is_loaded_by_the_first_schnorr_signature_and_not_before() -> None:
    code = (
        "import sys; from bchcov import verify; print('gmpy2' in sys.modules);"
        "from bchcov.crypto.residue import is_quadratic_residue as f; print(f(4), f(3))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True", str(pow(3, FIELD_PRIME >> 1, FIELD_PRIME) == 1)]
