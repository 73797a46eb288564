"""What nodes relay, at each limit and beside it, as Bitcoin Cash Node 29 judges it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bchcov import (
    BCH_2023,
    BCH_2025,
    BCH_2026,
    Input,
    Output,
    RuleSet,
    Token,
    Transaction,
    Verdict,
    assemble,
    encode_transaction,
    verify,
)
from bchcov.crypto.hashes import sha256
from bchcov.crypto.secp256k1 import sign_schnorr
from bchcov.script.patterns import data_output, multisig, p2pk, p2pkh, p2sh20, p2sh32
from bchcov.script.pushes import encode_push
from bchcov.validation.standardness import dust_threshold

YEARS = [BCH_2023, BCH_2025, BCH_2026]
HASH = bytes(range(32))
COIN = Output(100_000_000, p2sh32(b"\x51"))
UNLOCK = b"\x01\x51"
CHANGE = Output(50_000, p2pkh(bytes(20)))
KEY = bytes.fromhex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")
LONG_KEY = b"\x04" + bytes(64)
SIGNATURE = sign_schnorr((1).to_bytes(32, "big"), sha256(b""))
CHECK = encode_push(SIGNATURE) + b"\x00" + encode_push(KEY) + b"\xba"


def pay(*outputs: Output, rules: RuleSet, index: int = 1) -> str | None:
    transaction = Transaction((Input(HASH, index, UNLOCK),), outputs)
    error = verify(transaction, [COIN], rules).error
    return error.reason if error else None


@pytest.mark.parametrize("rules", YEARS, ids=str)
@pytest.mark.parametrize("count", [1, 2, 3, 10])
def test_the_bytecodes_of_all_data_outputs_have_223_bytes_and_nothing_is_added(
    rules: RuleSet, count: int
) -> None:
    # Source: src/policy/policy.cpp, IsStandardTx: nDataSize adds scriptPubKey.size().
    small = [data_output(b"ab")] * (count - 1)

    def carry(total: int) -> str | None:
        rest = total - sum(map(len, small))
        size = rest - (2 if rest <= 77 else 3)
        codes = [*small, data_output(bytes(size))]
        assert sum(map(len, codes)) == total
        return pay(CHANGE, *(Output(0, code) for code in codes), rules=rules)

    assert carry(222) is None
    assert carry(223) is None
    assert carry(224) == "TX_DATA_CARRIER"
    assert pay(CHANGE, Output(0, data_output(bytes(221))), rules=rules.consensus) is None


@pytest.mark.parametrize("rules", YEARS, ids=str)
@pytest.mark.parametrize("keys", range(1, 17))
def test_a_bare_multisig_has_three_keys_when_created_in_every_year(
    rules: RuleSet, keys: int
) -> None:
    # Source: src/script/standard.cpp, Solver: multisig is matched before pay-to-script, of
    # 201 bytes or less; src/policy/policy.cpp, IsStandard: n < 1 || n > 3.
    for required in {1, keys}:
        output = Output(10_000, multisig(required, [KEY] * keys))
        expected = None if keys <= 3 else "TX_NONSTANDARD_OUTPUT"
        assert pay(output, rules=rules) == expected
        assert pay(output, rules=rules.consensus) is None


@pytest.mark.parametrize("rules", YEARS, ids=str)
def test_a_bare_multisig_may_have_sixteen_keys_when_spent(rules: RuleSet) -> None:
    # Source: src/policy/policy.cpp, AreInputsStandard: any kind that Solver knows.
    for code, known in (
        (multisig(1, [LONG_KEY] * 16), True),
        (multisig(1, [LONG_KEY] * 17), False),
        (multisig(1, [KEY] * 16) + b"\xae", False),
    ):
        transaction = Transaction((Input(HASH, 1),), (CHANGE,))
        error = verify(transaction, [Output(100_000, code)], rules).error
        assert error is not None
        assert (error.reason != "TX_NONSTANDARD_SOURCE_OUTPUT") is known


@pytest.mark.parametrize("prefix", [b"\x4c", b"\x4d", b"\x4e"])
@pytest.mark.parametrize("key", [KEY, LONG_KEY], ids=["short", "long"])
def test_keys_in_long_pushes_make_a_multisig_a_script_like_any_other(
    prefix: bytes, key: bytes
) -> None:
    # Source: src/script/standard.cpp, MatchMultisig: CheckMinimalPush.
    width = 1 << (prefix[0] - 0x4C)
    long_push = prefix + len(key).to_bytes(width, "little") + key
    for keys, count in ((encode_push(key) + long_push, 2), (long_push, 1)):
        code = b"\x51" + keys + bytes((0x50 + count,)) + b"\xae"
        assert len(code) <= 201
        assert pay(Output(10_000, code), rules=BCH_2025) == "TX_NONSTANDARD_OUTPUT"
        assert pay(Output(10_000, code), rules=BCH_2026) is None
    four = b"\x51" + (encode_push(KEY) * 3 + b"\x4c\x21" + KEY) + b"\x54\xae"
    assert pay(Output(10_000, four), rules=BCH_2026) is None


@pytest.mark.parametrize(
    "code",
    [
        b"\x51\xae",
        b"\x51" + encode_push(KEY) * 2 + b"\x51\xae",
        b"\x01\x01" + encode_push(KEY) + b"\x51\xae",
        b"\x51" + encode_push(KEY) + b"\x01\x01\xae",
        b"\x52" + encode_push(KEY) + b"\x51\xae",
        b"\x00" + encode_push(KEY) + b"\x51\xae",
        b"\x51" + encode_push(b"\x05" + bytes(32)) + b"\x51\xae",
        b"\x51" + encode_push(KEY) + b"\x51\x61\xae",
    ],
    ids=bytes.hex,
)
def test_what_is_nearly_a_multisig_relays_from_2026_on_as_a_script(code: bytes) -> None:
    assert pay(CHANGE, Output(10_000, code), rules=BCH_2025) == "TX_NONSTANDARD_OUTPUT"
    assert pay(CHANGE, Output(10_000, code), rules=BCH_2026) is None


@pytest.mark.parametrize(
    "code", [b"\x6a\x61", b"\x6a\x6a", b"\x6a\x05ab", b"\x6a" + b"\x61" * 200], ids=bytes.hex
)
def test_an_output_that_nobody_can_spend_is_no_dust(code: bytes) -> None:
    # Source: src/policy/policy.cpp, GetDustThreshold: zero where IsUnspendable. It is not
    # data either, for it does not only push, and so counts for nothing.
    assert pay(CHANGE, Output(0, code), rules=BCH_2025) == "TX_NONSTANDARD_OUTPUT"
    assert pay(CHANGE, Output(0, code), rules=BCH_2026) is None
    assert pay(CHANGE, *[Output(0, code)] * 9, rules=BCH_2026) is None
    too_long = Output(0, code + b"\x61" * 201)
    assert pay(CHANGE, too_long, rules=BCH_2026) == "TX_NONSTANDARD_OUTPUT"
    assert dust_threshold(Output(0, code), BCH_2026.policy) == 0


def test_a_script_too_long_to_run_is_no_dust() -> None:
    # Source: src/script/script.h, IsUnspendable: size() > MAX_SCRIPT_SIZE.
    policy = BCH_2026.policy
    assert dust_threshold(Output(0, bytes(10_000)), policy) == 3 * (148 + 8 + 3 + 10_000)
    assert dust_threshold(Output(0, bytes(10_001)), policy) == 0


@pytest.mark.parametrize("rules", YEARS, ids=str)
@pytest.mark.parametrize(
    ("code", "least"),
    [
        (p2pkh(bytes(20)), 546),
        (p2sh20(b""), 540),
        (p2sh32(b""), 576),
        (p2pk(KEY), 576),
        (p2pk(LONG_KEY), 672),
        (multisig(1, [KEY]), 582),
        (multisig(1, [KEY] * 3), 786),
    ],
    ids=lambda value: value.hex()[:6] if isinstance(value, bytes) else value,
)
def test_an_output_holds_its_dust_limit_or_more(code: bytes, least: int, rules: RuleSet) -> None:
    assert pay(Output(least, code), rules=rules) is None
    assert pay(Output(least - 1, code), rules=rules) == "TX_DUST"
    assert pay(Output(least - 1, code), rules=rules.consensus) is None
    token = Token(HASH, 1)
    assert pay(Output(least + 105, code, token), rules=rules, index=0) is None
    assert pay(Output(least + 104, code, token), rules=rules, index=0) == "TX_DUST"


def test_scripts_of_their_own_hold_their_dust_limit_too() -> None:
    for size, length_prefix in ((0, 1), (1, 1), (201, 1)):
        least = 3 * (148 + 8 + length_prefix + size)
        # The padding pays for the smallest size of a transaction.
        assert pay(CHANGE, Output(least, b"\x61" * size), rules=BCH_2026) is None
        assert pay(CHANGE, Output(least - 1, b"\x61" * size), rules=BCH_2026) == "TX_DUST"


@pytest.mark.parametrize("rules", YEARS, ids=str)
@pytest.mark.parametrize("size", [99_999, 100_000, 100_001])
def test_a_transaction_of_100000_bytes_is_relayed_and_none_above(size: int, rules: RuleSet) -> None:
    redeem = b"\x75\x51"
    unlocking = encode_push(bytes(500)) + encode_push(redeem)
    inputs = tuple(Input(HASH, at, unlocking) for at in range(180))
    rest = size - len(encode_transaction(Transaction(inputs, (CHANGE,))))
    # As many outputs of 34 bytes as fit, and data of what is left.
    count = (rest - 50) // 34
    data = data_output(bytes(rest - 34 * count - 11))
    transaction = Transaction(inputs, (*[CHANGE] * (count + 1), Output(0, data)))
    assert len(encode_transaction(transaction)) == size
    sources = [Output(100_000, p2sh32(redeem))] * len(inputs)
    error = verify(transaction, sources, rules).error
    assert (error.reason if error else None) == (None if size <= 100_000 else "TX_STANDARD_SIZE")
    assert verify(transaction, sources, rules.consensus).ok


@pytest.mark.parametrize("rules", [BCH_2023, BCH_2026], ids=str)
@pytest.mark.parametrize("last", [49, 50, 51])
def test_a_transaction_may_make_3000_signature_checks_and_no_more(
    last: int, rules: RuleSet
) -> None:
    # Each input copies one signature and key and checks them as often as said.
    def make(index: int, checks: int) -> tuple[Input, Output]:
        redeem = b"\x6d\x6d\x75" + b"\x78\x00\x52\x79\xbb" * checks + b"\x6d\x51"
        padding = encode_push(bytes(500)) * 5
        unlocking = encode_push(SIGNATURE) + encode_push(KEY) + padding + encode_push(redeem)
        return Input(HASH, index, unlocking), Output(5_000, p2sh32(redeem))

    pairs = [make(at, 50 if at < 59 else last) for at in range(60)]
    if rules is BCH_2023:
        # No more than 201 counted opcodes: 4 of each check.
        pairs = [make(at, 40) for at in range(75)]
        pairs += [make(75, 1)] if last == 51 else []
        pairs = pairs[1:] if last == 49 else pairs
    transaction = Transaction(tuple(item for item, _ in pairs), (CHANGE,))
    verdict = verify(transaction, [source for _, source in pairs], rules.consensus)
    assert verdict.ok is (last <= 50)
    if last == 51:
        assert verdict.error is not None
        assert (verdict.error.check, verdict.error.input) == ("sigchecks", len(pairs) - 1)
        assert verdict.error.reason == "SIGCHECKS_LIMIT_EXCEEDED"


def _judge_script(
    code: bytes, unlocking: bytes, rules: RuleSet, *, scripts_only: bool = False
) -> Verdict:
    transaction = Transaction((Input(HASH, 1, unlocking),), (CHANGE,))
    return verify(transaction, [Output(100_000, code)], rules, scripts_only=scripts_only)


@pytest.mark.parametrize(("checks", "least"), [(1, 0), (2, 26), (3, 69), (4, 112)])
def test_signature_checks_at_relay_need_unlocking_bytes(checks: int, least: int) -> None:
    # Source: src/script/interpreter.cpp, VerifyScript: size < checks * 43 - 60.
    # So that so few bytes hold the checks, an output's data has the signature and the key.
    redeem = assemble("OP_1 OP_OUTPUTBYTECODE OP_3 OP_SPLIT OP_NIP <64> OP_SPLIT")
    redeem += b"\x6e\x00\x7c\xbb" * (checks - 1) + b"\x00\x7c\xba"
    outputs = (CHANGE, Output(0, data_output(SIGNATURE + KEY)))

    def spend(size: int, rules: RuleSet) -> str | None:
        padding = size - len(redeem) - (1 if size <= 76 else 2)
        code = b"\x61" * padding + redeem
        assert len(encode_push(code)) == size
        transaction = Transaction((Input(HASH, 1, encode_push(code)),), outputs)
        error = verify(transaction, [Output(100_000, p2sh32(code))], rules).error
        return error.reason if error else None

    if not least:
        assert spend(20, BCH_2023) is None
        return
    assert spend(least, BCH_2023) is None
    assert spend(least - 1, BCH_2023) == "INPUT_SIGCHECKS"
    assert spend(least - 1, BCH_2023.consensus) is None


@pytest.mark.parametrize("rules", [BCH_2025, BCH_2026], ids=str)
def test_signature_checks_at_relay_need_unlocking_bytes_besides_their_cost(rules: RuleSet) -> None:
    # Two checks in 26 bytes cost too much already; three in 69 do not.
    code = b"\x75" + b"\x75".join([CHECK] * 3)
    for size, expected in ((68, "INPUT_SIGCHECKS"), (69, None)):
        verdict = _judge_script(code, encode_push(b"\x42" * (size - 1)), rules, scripts_only=True)
        assert (verdict.error.reason if verdict.error else None) == expected


def outpoints(*points: tuple[bytes, int]) -> Sequence[Input]:
    return [Input(hash_, index, UNLOCK) for hash_, index in points]


@pytest.mark.parametrize("rules", [*YEARS, *(rules.consensus for rules in YEARS)], ids=str)
@pytest.mark.parametrize("before", [0, 1, 130])
@pytest.mark.parametrize("after", [0, 1])
def test_the_outpoint_of_a_coinbase_spends_nothing(rules: RuleSet, before: int, after: int) -> None:
    # Source: src/consensus/tx_check.cpp, CheckRegularTransaction.
    others = [(HASH, at) for at in range(before + after)]
    null = (bytes(32), 2**32 - 1)

    def judge(point: tuple[bytes, int]) -> Verdict:
        inputs = outpoints(*others[:before], point, *others[before:])
        transaction = Transaction(tuple(inputs), (CHANGE,))
        return verify(transaction, [COIN] * len(inputs), rules)

    verdict = judge(null)
    assert verdict.error is not None
    assert (verdict.error.check, verdict.error.reason) == ("structure", "TX_NULL_OUTPOINT")
    assert verdict.error.input == before
    for nearly in ((bytes(32), 2**32 - 2), (bytes(32), 0), (HASH, 2**32 - 1)):
        assert judge(nearly).ok


@pytest.mark.parametrize("rules", [BCH_2026, BCH_2026.consensus], ids=str)
@pytest.mark.parametrize("code", [b"\x6a", b"\x6a\x51", data_output(b"hello"), bytes(10_001)])
def test_what_nobody_can_spend_is_refused_before_its_script_runs(
    rules: RuleSet, code: bytes
) -> None:
    # Source: src/consensus/tx_verify.cpp, Consensus::CheckTxInputs.
    verdict = _judge_script(code, UNLOCK, rules)
    assert verdict.error is not None
    assert verdict.error.reason == "TX_UNSPENDABLE_SOURCE_OUTPUT"
    assert verdict.inputs == ()


def test_the_first_reason_is_the_one_that_nodes_would_give() -> None:
    # Source: src/validation.cpp, AcceptToMemoryPool: the transaction itself, what is
    # relayed, version and smallest size, the coins, their kinds, tokens, scripts.
    def reasons(transaction: Transaction, source: Output, rules: RuleSet = BCH_2025) -> str:
        error = verify(transaction, [source] * len(transaction.inputs), rules).error
        assert error is not None
        return error.reason

    dust, odd = Output(1, p2pkh(bytes(20))), Output(5_000, b"\x61")
    bad_source = Output(100, b"\x61")
    twice = (Input(HASH, 1, UNLOCK),) * 2
    once = twice[:1]
    long = (Input(HASH, 1, bytes(1_651)),)
    assert reasons(Transaction(twice, (dust,), 3), bad_source) == "TX_DUPLICATE_INPUT"
    assert reasons(Transaction(once, (dust,), 3), bad_source) == "TX_VERSION"
    assert reasons(Transaction(long, (dust,)), bad_source) == "TX_UNLOCKING_SIZE"
    assert reasons(Transaction(once, (odd, dust)), bad_source) == "TX_NONSTANDARD_OUTPUT"
    assert reasons(Transaction(once, (dust, odd)), bad_source) == "TX_DUST"
    assert reasons(Transaction(once, (CHANGE,)), bad_source) == "TX_OUTPUTS_EXCEED_INPUTS"
    rich = Output(100_000, b"\x61")
    token = replace(CHANGE, token=Token(HASH, 1))
    assert reasons(Transaction(once, (token,)), rich) == "TX_NONSTANDARD_SOURCE_OUTPUT"
    assert reasons(Transaction(once, (token,)), COIN) == "TOKEN_OUTPUTS_EXCEED_INPUTS"
    false = Output(100_000, b"\x00")
    assert reasons(Transaction(once, (CHANGE,)), false, BCH_2025.consensus) == "EVAL_FALSE"
