"""What a wallet decides at its limits: rates, multisigs, funding, tokens, signatures."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from bchcov import (
    BuildError,
    EncodeError,
    Input,
    InvalidKey,
    Output,
    Token,
    Transaction,
    TransactionContext,
)
from bchcov.crypto.secp256k1 import GROUP_ORDER
from bchcov.reasons import Problem, TransactionReason
from bchcov.script.patterns import multisig, p2sh32
from bchcov.script.pushes import encode_push
from bchcov.transaction.sighash import DEFAULT_HASH_TYPE, signature_digest
from bchcov.validation.verdict import Verdict
from bchcov.wallet import (
    BuiltTransaction,
    Coin,
    P2pkhUnlocker,
    PartialMultisig,
    PrivateKey,
    ScriptUnlocker,
    Signature,
    Spend,
    TransactionBuilder,
    output_to,
)
from bchcov.wallet.assembling import unlock_inputs
from bchcov.wallet.border import fee_rate_of
from bchcov.wallet.explained import refused
from bchcov.wallet.funding import Funding
from bchcov.wallet.multisig import read_multisig
from bchcov.wallet.signing import multisig_unlocking, sign_p2pkh
from bchcov.wallet.unlockers import Item
from bchcov.wallet.wanted import WantedSignatures

KEYS = tuple(PrivateKey(bytes((value,)) * 32) for value in range(1, 22))
MINE = KEYS[0].locking_bytecode
UNLOCK = P2pkhUnlocker(KEYS[0])
FIRST, SECOND, THIRD = (bytes((value,)) * 32 for value in (1, 5, 9))


def holding(category: bytes, amount: int, number: int) -> Spend:
    coin = Coin(bytes((number,)) * 32, 3, Output(1_000, MINE, Token(category, amount)))
    return Spend(coin, UNLOCK)


def start() -> TransactionBuilder:
    paying = Spend(Coin(b"\x77" * 32, 3, Output(90_000, MINE)), UNLOCK)
    return TransactionBuilder().spend_all([paying]).change_to(MINE)


@pytest.mark.parametrize(
    ("rate", "exact"),
    [
        (0, Fraction(0)),
        (100_000_000, Fraction(100_000_000)),
        (1.5, Fraction(3, 2)),
        (Fraction(1, 3), Fraction(1, 3)),
        (Decimal("1.1"), Fraction(11, 10)),
        (Decimal("1e-30"), Fraction(1, 10**30)),
        (Decimal("9.9e-30"), Fraction(99, 10**31)),
        (Decimal("0e-999999"), Fraction(0)),
        (Decimal("1e8"), Fraction(100_000_000)),
    ],
)
def test_a_fee_rate_is_exact(rate: Any, exact: Fraction) -> None:
    assert fee_rate_of(rate) == exact


@pytest.mark.parametrize(
    ("rate", "message"),
    [
        (100_000_001, "out of range: expected 0 to 100000000 satoshis per byte"),
        (Decimal("9.9e-31"), "out of range: expected 0 to 100000000 satoshis per byte"),
        (Decimal("1e-999999"), "out of range: expected 0 to 100000000 satoshis per byte"),
        (Decimal("1e999999"), "out of range: expected 0 to 100000000 satoshis per byte"),
        (Decimal("inf"), "out of range: expected 0 to 100000000 satoshis per byte"),
        (float("nan"), "out of range: expected 0 to 100000000 satoshis per byte"),
        (-1, "fee rate -1 is out of range"),
        (Fraction(-1, 2), "fee rate -1/2 is out of range"),
        (-99_999_999, "fee rate -99999999 is out of range"),
        (-100_000_000, "fee rate -100000000 is out of range"),
        (-100_000_001, "fee rate below -100,000,000 is out of range"),
        (Decimal("-1e999999"), "fee rate below -100,000,000 is out of range"),
        (True, "not a bool"),
        ("1", "not a str"),
    ],
)
def test_a_fee_rate_beyond_its_limits_says_so(rate: Any, message: str) -> None:
    with pytest.raises(BuildError, match=message):
        fee_rate_of(rate)


def script(required: str, total: str, count: int) -> bytes:
    keys = b"".join(encode_push(key.public_key) for key in KEYS[:count])
    return bytes.fromhex(required) + keys + bytes.fromhex(total) + b"\xae"


@pytest.mark.parametrize(
    ("required", "total", "count"),
    [
        ("51", "51", 1),
        ("51", "60", 16),
        ("60", "60", 16),
        ("51", "0111", 17),
        ("0111", "0111", 17),
        ("0114", "0114", 20),
    ],
)
def test_a_multisig_of_up_to_20_keys_is_read(required: str, total: str, count: int) -> None:
    read = read_multisig(script(required, total, count))
    assert read.required == int(required[-2:], 16) - (0x50 if len(required) == 2 else 0)
    assert read.public_keys == tuple(key.public_key for key in KEYS[:count])


@pytest.mark.parametrize(
    ("required", "total", "count"),
    [
        ("00", "51", 1),
        ("52", "51", 1),
        ("51", "52", 1),
        ("51", "51", 2),
        ("51", "51", 0),
        ("50", "51", 1),
        ("61", "61", 17),
        ("0101", "51", 1),
        ("51", "0110", 16),
        ("51", "0115", 21),
        ("51", "4c0111", 17),
        ("51", "021100", 17),
        ("51", "021111", 17),
        ("4f", "51", 1),
    ],
)
def test_what_is_nearly_a_multisig_is_none(required: str, total: str, count: int) -> None:
    with pytest.raises(EncodeError, match="is not a multisig script"):
        read_multisig(script(required, total, count))


@pytest.mark.parametrize("last", ["ac", "ad", "af", "ba", "51", "60", "00", "", "ae61"])
def test_a_multisig_ends_with_its_opcode(last: str) -> None:
    code = script("51", "52", 2)
    assert read_multisig(code).required == 1
    with pytest.raises(EncodeError, match="is not a multisig script"):
        read_multisig(code[:-1] + bytes.fromhex(last))


@pytest.mark.parametrize("size", [0, 1, 32, 34, 64, 66])
def test_a_key_of_a_multisig_has_33_or_65_bytes(size: int) -> None:
    with pytest.raises(EncodeError, match="is not a multisig script"):
        read_multisig(b"\x51" + encode_push(b"\x02" * size) + b"\x51\xae")
    for right in (33, 65):
        code = b"\x51" + encode_push(b"\x02" * right) + b"\x51\xae"
        assert read_multisig(code).public_keys == (b"\x02" * right,)


def test_funding_without_change_makes_a_builder_without_it() -> None:
    spends = (holding(FIRST, 5, 1),)
    assert Funding(coins=spends).change_bytecode is None
    assert Funding(coins=spends).builder() == TransactionBuilder(candidates=spends)
    made = Funding(MINE, spends, 3).builder(locktime=9)
    expected = TransactionBuilder(fee_rate=3, locktime=9, candidates=spends, change_bytecode=MINE)
    assert made == expected


def test_tokens_go_to_a_locking_bytecode_as_it_is() -> None:
    token = Token(FIRST, 5)
    assert output_to(MINE, 1_000, token) == Output(1_000, MINE, token)


@pytest.mark.parametrize("category", [FIRST, SECOND, THIRD])
def test_only_coins_of_the_category_are_taken_for_its_tokens(category: bytes) -> None:
    offered = [holding(each, 50, number) for number, each in enumerate((FIRST, SECOND, THIRD), 20)]
    paid = Output(1_000, MINE, Token(category, 50))
    built = start().fund_from(offered).pay(paid).build()
    taken = [output.token for output in built.source_outputs if output.token]
    assert taken == [Token(category, 50)]
    with pytest.raises(BuildError, match=f"of category {category[::-1].hex()}: 1 more needed"):
        start().fund_from(each for each in offered if each.coin.token != paid.token).pay(
            Output(1_000, MINE, Token(category, 1))
        ).build()


def test_the_first_tokens_that_nothing_takes_are_named() -> None:
    builder = TransactionBuilder().spend_all([holding(FIRST, 5, 1), holding(SECOND, 6, 2)])
    with pytest.raises(BuildError, match=f"no output takes 5 tokens of category {FIRST.hex()}"):
        builder.pay(Output(600, MINE)).build()


@pytest.mark.parametrize(
    ("size", "scheme"), [(9, "ecdsa"), (64, "ecdsa"), (65, "schnorr"), (66, "ecdsa"), (73, "ecdsa")]
)
def test_the_scheme_of_signatures_is_told_by_their_size(size: int, scheme: str) -> None:
    code = multisig(1, [KEYS[0].public_key])
    signatures = ((KEYS[0].public_key, bytes(size)),)
    assert PartialMultisig(_context(p2sh32(code)), 0, code, signatures).scheme == scheme


def _context(*locking: bytes) -> TransactionContext:
    inputs = tuple(Input(bytes(32), 1 + at) for at in range(len(locking)))
    unsigned = Transaction(inputs, (Output(1_000, MINE),))
    return TransactionContext(unsigned, [Output(5_000, each) for each in locking])


def test_what_is_complete_is_given_back() -> None:
    code = multisig(1, [KEYS[0].public_key])
    partial = PartialMultisig(_context(p2sh32(code)), 0, code)
    signed = partial.sign(KEYS[0])
    assert signed.require_complete() is signed
    with pytest.raises(BuildError, match="0 of 1 signatures are present"):
        partial.require_complete()


def test_what_nobody_signs_is_checked_as_if_somebody_did() -> None:
    code = multisig(1, [KEYS[0].public_key])
    context = _context(p2sh32(code))
    with pytest.raises(EncodeError, match="lacks the fork id"):
        multisig_unlocking(context, 0, code, [], hash_type=1)
    with pytest.raises(EncodeError, match="unknown signature scheme 'rsa'"):
        multisig_unlocking(context, 0, code, [], scheme="rsa")  # type: ignore[arg-type]
    assert multisig_unlocking(context, 0, code, []) == PartialMultisig(context, 0, code)


def test_no_key_signs_for_the_output_of_another() -> None:
    for key in KEYS:
        for other in (each for each in KEYS if each != key):
            context = _context(other.locking_bytecode)
            with pytest.raises(InvalidKey, match="does not spend a P2PKH output of this key"):
                sign_p2pkh(context.transaction, context.source_outputs, 0, key)
            with pytest.raises(InvalidKey, match="does not spend a P2PKH output of this key"):
                P2pkhUnlocker(key).unlock(context, 0)


@pytest.mark.parametrize("compressed", [1, 0, None, "yes"])
def test_whether_a_key_is_compressed_is_true_or_false(compressed: Any) -> None:
    with pytest.raises(InvalidKey, match="compressed must be True or False"):
        PrivateKey(b"\x01" * 32, compressed)


def test_what_has_no_encoding_cannot_be_unlocked() -> None:
    unsigned = Transaction((Input(bytes(32), 2**32),), (Output(1_000, MINE),))
    built = BuiltTransaction(unsigned, (Output(5_000, MINE),), 4_000, None)
    with pytest.raises(BuildError, match="outpoint index"):
        unlock_inputs(built, [Spend(Coin(bytes(32), 2**32, Output(5_000, MINE)), UNLOCK)])


def test_an_ecdsa_signature_is_one_however_short() -> None:
    # The nonce 1/2 gives the shortest r that is known, of 21 bytes.
    code = multisig(1, [KEYS[0].public_key])
    context = _context(p2sh32(code))
    digest = signature_digest(context, 0, code)
    r = 0x3B78CE563F89A0ED9414F5AA28AD0D96D6795F9C63
    secret = int.from_bytes(KEYS[0].secret, "big")
    s = 2 * (int.from_bytes(digest, "big") + r * secret) % GROUP_ORDER
    numbers = b"".join(
        b"\x02" + bytes((len(each),)) + each
        for each in (r.to_bytes(21, "big"), min(s, GROUP_ORDER - s).to_bytes(32, "big"))
    )
    signature = b"\x30" + bytes((len(numbers),)) + numbers + bytes((DEFAULT_HASH_TYPE,))
    assert len(signature) < 65
    partial = PartialMultisig(context, 0, code).add(KEYS[0].public_key, signature)
    assert (partial.scheme, partial.signers) == ("ecdsa", (KEYS[0].public_key,))


@pytest.mark.parametrize("redeem", [None, b"", b"\x51", b"\x51" * 76])
@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_script_announces_just_the_bytes_that_it_makes(count: int, redeem: bytes | None) -> None:
    items: list[Item] = [-1, 0, 16, 17, 500, b"", b"\x05", b"x" * 75, b"x" * 76, b"x" * 256]
    unlocker = ScriptUnlocker([*items, *[Signature(KEYS[0])] * count], redeem)
    assert unlocker.size == len(unlocker.unlock(_context(MINE), 0))


@pytest.mark.parametrize("burns", [[FIRST], (FIRST,), FIRST, None])
def test_what_burns_is_a_set(burns: Any) -> None:
    builder = replace(start(), burns=burns)
    with pytest.raises(BuildError, match="burns must be a frozenset of bytes"):
        builder.build()


@pytest.mark.parametrize(
    ("index", "named"), [(1, "1"), (-1, "-1"), (2**70, str(2**70)), ("0", "a str"), (None, "None")]
)
def test_an_input_that_is_not_there_cannot_be_unlocked(index: Any, named: str) -> None:
    built = start().build()
    with pytest.raises(
        BuildError, match=f"input {named} cannot be unlocked: the transaction has 1 inputs"
    ):
        built.unlock(index, b"")
    unlocked = built.unlock(0, b"\x51")
    assert unlocked.transaction.inputs[0].unlocking_bytecode == b"\x51"
    assert unlocked.verdict is None


@pytest.mark.parametrize("unlocker", [UNLOCK, ScriptUnlocker([Signature(KEYS[0])])])
@pytest.mark.parametrize("count", [1, 2])
def test_only_an_input_that_is_there_is_signed_for(unlocker: Any, count: int) -> None:
    context = _context(*[MINE] * count)
    assert all(unlocker.unlock(context, index) for index in range(count))
    for index in (-1, count, count + 1, 2**70):
        said = f"input {index} cannot be unlocked: there are {count} spent outputs"
        with pytest.raises(EncodeError, match=said):
            unlocker.unlock(context, index)


@pytest.mark.parametrize(
    ("code", "named"),
    [("51", "a str"), (bytearray(b"\x51"), "a bytearray"), ([0x51], "a list"), (None, "None")],
)
def test_an_input_is_unlocked_by_bytes_only(code: Any, named: str) -> None:
    with pytest.raises(BuildError, match=f"^unlocking bytecode must be bytes, not {named}$"):
        start().build().unlock(0, code)


@pytest.mark.parametrize(
    ("index", "named"),
    [(1, "output index 1 is"), (-1, "index -1 is"), ("0", "not a str"), (None, "not None")],
)
def test_there_is_no_coin_at_another_index(index: Any, named: str) -> None:
    transaction = start().build().transaction
    with pytest.raises(BuildError, match=named):
        Coin.of(transaction, index)
    with pytest.raises(BuildError, match="transaction must be a Transaction, not a str"):
        Coin.of("00", 0)  # type: ignore[arg-type]
    assert Coin.of(transaction, 0) == Coin.all_of(transaction)[0]


def wanted(kind: Any, keys: int, required: int) -> tuple[WantedSignatures, TransactionContext]:
    public_keys = tuple(key.public_key for key in KEYS[:keys])
    code = multisig(required, public_keys) if kind == "multisig" else MINE
    context = _context(p2sh32(code) if kind == "multisig" else code)
    return WantedSignatures(kind, public_keys, code, required), context


@pytest.mark.parametrize(
    ("kind", "keys", "required"),
    [("signature", 1, 1), ("p2pkh", 1, 1), ("multisig", 1, 1), ("multisig", 3, 2)],
)
def test_signatures_are_wanted_until_there_are_enough(kind: str, keys: int, required: int) -> None:
    pending, context = wanted(kind, keys, required)
    other = KEYS[7]
    with pytest.raises(InvalidKey, match=f"0x{other.public_key.hex()}"):
        pending.sign(context, 0, other)
    for place in range(required):
        assert pending.needed == required - place
        assert pending.missing == tuple(key.public_key for key in KEYS[place:keys])
        names = ", ".join(f"0x{key.hex()}" for key in pending.missing)
        several = f"{place} of {required} signatures" if required > 1 else "the signature of 0x"
        with pytest.raises(BuildError, match=several) as told:
            _ = pending.pushes
        assert names in str(told.value)
        pending = pending.sign(context, 0, KEYS[place])
    assert (pending.needed, pending.missing) == (0, ())
    assert pending.pushes
    assert pending.unsigned.needed == required


class Telling:
    """An unlocker that explains refusals of scripts, and of nothing else."""

    def explain_refusal(self, result: object) -> Any:
        raise AssertionError(f"asked about {result}")

    def without_private_keys(self) -> Telling:
        return self


@pytest.mark.parametrize(
    ("reason", "index"),
    [
        (TransactionReason.TX_UNLOCKING_SIZE, 0),
        (TransactionReason.TX_NONSTANDARD_SOURCE_OUTPUT, 0),
        (TransactionReason.TX_STANDARD_SIZE, None),
        (TransactionReason.TX_DUST, None),
    ],
)
def test_only_the_refusal_of_a_script_is_explained_by_its_unlocker(
    reason: TransactionReason, index: int | None
) -> None:
    problem = Problem.of(reason, "too much", index)
    verdict = Verdict(problem)
    error = refused(verdict, problem, [Telling()])
    assert error.verdict is verdict
    assert str(error) == f"the transaction is refused: {problem}"
    assert (error.contract, error.path, error.line, error.check) == (None,) * 4
