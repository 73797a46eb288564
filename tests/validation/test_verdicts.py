"""Whole transactions: every check refuses what it is for, and lets pass what lies just within."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bchcov import (
    BCH_2023,
    BCH_2025,
    BCH_2026,
    Capability,
    Input,
    InvalidTransaction,
    Nft,
    Output,
    RuleSet,
    Token,
    Transaction,
    Verdict,
    encode_outputs,
    encode_transaction,
    verify,
)
from bchcov.script.patterns import data_output, multisig, p2pk, p2pkh, p2sh20, p2sh32
from bchcov.script.pushes import encode_push
from bchcov.vm.rules.flags import rules_from_flags
from bchcov.wallet.keys import PrivateKey
from bchcov.wallet.signing import sign_p2pkh

TRUE = b"\x51"
HASH = bytes(range(32))
COIN = 100_000_000
KEY = bytes.fromhex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")
MONEY = 21_000_000 * COIN
# Pays nobody: 40 bytes that make a small transaction large enough.
PADDING = Output(0, data_output(bytes(40)))
CATEGORY = bytes(reversed(range(32)))


def spend(
    *outputs: Output,
    sources: Sequence[Output] = (Output(COIN, TRUE),),
    inputs: Sequence[Input] | None = None,
    rules: RuleSet = BCH_2026,
    version: int = 2,
    scripts_only: bool = False,
) -> Verdict:
    if inputs is None:
        inputs = [Input(HASH, index) for index in range(1, len(sources) + 1)]
    transaction = Transaction(tuple(inputs), (*outputs, PADDING), version)
    return verify(transaction, sources, rules, scripts_only=scripts_only)


def reason(verdict: Verdict) -> str | None:
    return verdict.error.reason if verdict.error else None


def test_a_plain_transaction_is_accepted() -> None:
    verdict = spend(Output(1000, TRUE))
    assert verdict.ok
    assert verdict.require() is verdict
    assert str(verdict) == "accepted\ninput 0: accepted, operation cost 101"


def test_bytes_and_objects_are_judged_alike() -> None:
    transaction = Transaction((Input(HASH, 1),), (Output(1000, TRUE), PADDING))
    sources = [Output(COIN, TRUE)]
    as_bytes = verify(encode_transaction(transaction), encode_outputs(sources))
    assert as_bytes == verify(transaction, sources)
    assert as_bytes.ok


def test_bytes_that_do_not_decode_are_a_verdict() -> None:
    assert reason(verify(b"\x02", b"\x00")) == "TX_DECODE"
    whole = encode_transaction(Transaction((Input(HASH, 1),), (PADDING,)))
    verdict = verify(whole, b"\x01")
    assert verdict.error is not None
    assert (verdict.error.check, verdict.error.reason) == ("decode", "TX_SOURCE_OUTPUTS_DECODE")


def test_an_object_that_has_no_encoding_is_a_verdict() -> None:
    assert reason(spend(inputs=[Input(b"short", 0)])) == "TX_DECODE"
    assert reason(spend(Output(1000, b"\xef"))) == "TX_DECODE"
    assert reason(spend(version=2**32)) == "TX_DECODE"


def test_source_outputs_that_have_no_encoding_are_a_verdict() -> None:
    bad = Output(COIN, TRUE, Token(b"short", 5))
    verdict = spend(Output(1000, TRUE), sources=[bad])
    assert reason(verdict) == "TX_SOURCE_OUTPUTS_DECODE"


def test_a_transaction_needs_inputs_outputs_and_its_spent_outputs() -> None:
    assert reason(spend(sources=[])) == "TX_NO_INPUTS"
    assert reason(verify(Transaction((Input(HASH, 1),), ()), [PADDING])) == "TX_NO_OUTPUTS"
    assert reason(spend(inputs=[Input(HASH, 1), Input(HASH, 2)])) == "TX_SOURCE_OUTPUTS"


@pytest.mark.parametrize(("size", "accepted"), [(64, False), (65, True)])
def test_a_transaction_has_at_least_65_bytes(size: int, accepted: bool) -> None:
    padding = b"\x6a" + bytes(size - 61)
    transaction = Transaction((Input(HASH, 1),), (Output(0, padding),))
    assert len(encode_transaction(transaction)) == size
    assert verify(transaction, [Output(0, TRUE)], BCH_2026.consensus).ok is accepted


@pytest.mark.parametrize(("size", "found"), [(1_000_000, None), (1_000_001, "TX_SIZE")])
def test_a_transaction_has_at_most_a_million_bytes(size: int, found: str | None) -> None:
    code = b"\x6a" + bytes(size - 65)
    transaction = Transaction((Input(HASH, 1),), (Output(0, code),))
    assert len(encode_transaction(transaction)) == size
    assert reason(verify(transaction, [Output(0, TRUE)], BCH_2026.consensus)) == found
    assert reason(verify(transaction, [Output(0, TRUE)])) == (found or "TX_STANDARD_SIZE")


@pytest.mark.parametrize("version", [0, 3, 2**32 - 1])
def test_versions_are_one_and_two(version: int) -> None:
    assert reason(spend(version=version, rules=BCH_2026.consensus)) == "TX_VERSION"
    assert spend(version=1).ok


def test_an_outpoint_is_spent_once() -> None:
    sources = [Output(COIN, TRUE)] * 2
    verdict = spend(sources=sources, inputs=[Input(HASH, 1), Input(HASH, 1, b"\x51")])
    assert verdict.error is not None
    assert (verdict.error.reason, verdict.error.input) == ("TX_DUPLICATE_INPUT", 1)
    assert spend(sources=sources, inputs=[Input(HASH, 1), Input(HASH, 2)]).ok


def test_values_are_within_all_coins_and_outputs_within_inputs() -> None:
    rich = [Output(MONEY, TRUE)]
    assert spend(Output(MONEY, TRUE), sources=rich).ok
    assert reason(spend(Output(MONEY + 1, TRUE), sources=rich)) == "TX_VALUE_RANGE"
    assert reason(spend(sources=[*rich, Output(1, TRUE)])) == "TX_VALUE_RANGE"
    assert reason(spend(Output(COIN + 1, TRUE))) == "TX_OUTPUTS_EXCEED_INPUTS"
    assert spend(Output(COIN, TRUE)).ok


def test_the_checks_of_the_whole_can_be_left_out() -> None:
    verdict = spend(Output(COIN + 1, TRUE), version=7, scripts_only=True)
    assert verdict.ok
    bare = Transaction((Input(HASH, 1),), ())
    assert verify(bare, [Output(5, TRUE)], scripts_only=True).ok
    assert reason(verify(bare, [Output(5, b"\x00")], scripts_only=True)) == "EVAL_FALSE"
    assert reason(verify(bare, [], scripts_only=True)) == "TX_SOURCE_OUTPUTS"


KNOWN = [p2pkh(bytes(20)), p2pk(KEY), p2sh20(TRUE), p2sh32(TRUE), data_output(b"hello")]


@pytest.mark.parametrize("code", [*KNOWN, multisig(1, [KEY] * 3)], ids=lambda code: code.hex()[:8])
def test_known_patterns_are_relayed_in_every_year(code: bytes) -> None:
    known = [Output(COIN, p2sh32(TRUE))]
    inputs = [Input(HASH, 1, encode_push(TRUE))]
    for rules in (BCH_2023, BCH_2025, BCH_2026):
        assert spend(Output(1000, code), sources=known, inputs=inputs, rules=rules).ok


def test_other_bytecodes_are_relayed_from_2026_on_up_to_201_bytes() -> None:
    known = [Output(COIN, p2sh32(TRUE))]
    inputs = [Input(HASH, 1, encode_push(TRUE))]

    def pay(code: bytes, rules: RuleSet) -> str | None:
        return reason(spend(Output(5000, code), sources=known, inputs=inputs, rules=rules))

    assert pay(TRUE, BCH_2025) == "TX_NONSTANDARD_OUTPUT"
    assert pay(TRUE, BCH_2025.consensus) is None
    assert pay(b"\x61" * 201, BCH_2026) is None
    assert pay(b"\x61" * 202, BCH_2026) == "TX_NONSTANDARD_OUTPUT"
    assert pay(multisig(1, [KEY] * 4), BCH_2025) == "TX_NONSTANDARD_OUTPUT"


def test_spent_bytecodes_are_bound_as_created_ones_but_for_multisig() -> None:
    def take(code: bytes, rules: RuleSet) -> str | None:
        return reason(spend(sources=[Output(COIN, code)], rules=rules))

    assert take(TRUE, BCH_2025) == "TX_NONSTANDARD_SOURCE_OUTPUT"
    assert take(TRUE, BCH_2026) is None
    assert take(TRUE + b"\x61" * 200, BCH_2026) is None
    assert take(TRUE + b"\x61" * 201, BCH_2026) == "TX_NONSTANDARD_SOURCE_OUTPUT"
    big = multisig(1, [KEY] * 15)
    assert take(big, BCH_2025) == take(big, BCH_2026) == "INVALID_STACK_OPERATION"


def test_dust_is_not_relayed() -> None:
    code = p2pkh(bytes(20))
    assert spend(Output(546, code)).ok
    assert reason(spend(Output(545, code))) == "TX_DUST"
    assert spend(Output(545, code), rules=BCH_2026.consensus).ok


def test_tokens_count_for_the_dust_threshold() -> None:
    token = Token(HASH, 1)
    sources, inputs = [Output(COIN, TRUE)], [Input(HASH, 0)]
    threshold = 546 + 3 * 35
    outputs = Output(threshold, p2pkh(bytes(20)), token)
    assert spend(outputs, sources=sources, inputs=inputs).ok
    below = replace(outputs, value=threshold - 1)
    assert reason(spend(below, sources=sources, inputs=inputs)) == "TX_DUST"


def test_data_outputs_carry_at_most_223_bytes_together() -> None:
    # PADDING takes 42 of them.
    assert spend(Output(0, b"\x6a" + encode_push(bytes(178)))).ok
    assert reason(spend(Output(0, b"\x6a" + encode_push(bytes(179))))) == "TX_DATA_CARRIER"


def test_unlocking_bytecodes_are_bound() -> None:
    drop = [Output(COIN, p2sh32(b"\x75\x51"))]

    def unlock(size: int, rules: RuleSet) -> str | None:
        redeem = encode_push(b"\x75\x51")
        data = encode_push(bytes(size - len(redeem) - 3))
        assert len(data + redeem) == size
        return reason(spend(sources=drop, inputs=[Input(HASH, 1, data + redeem)], rules=rules))

    assert unlock(1650, BCH_2025) is None
    assert unlock(1651, BCH_2025) == "TX_UNLOCKING_SIZE"
    assert unlock(1651, BCH_2025.consensus) is None
    assert unlock(10_000, BCH_2026) is None
    assert unlock(10_001, BCH_2026) == "TX_UNLOCKING_SIZE"
    assert unlock(10_001, BCH_2026.consensus) == "SCRIPT_SIZE"


def test_the_first_failing_input_ends_the_judgement_unless_all_are_asked_for() -> None:
    transaction = Transaction(tuple(Input(HASH, at) for at in (1, 2, 3)), (PADDING,))
    sources = [Output(5, TRUE), Output(5, b"\x00"), Output(5, TRUE)]
    first = verify(transaction, sources)
    assert [result.ok for result in first.inputs] == [True, False]
    whole = verify(transaction, sources, all_inputs=True)
    assert [result.ok for result in whole.inputs] == [True, False, True]
    for verdict in (first, whole):
        assert verdict.error is not None
        assert (verdict.error.check, verdict.error.reason) == ("scripts", "EVAL_FALSE")
        assert verdict.error.input == 1


def test_a_transaction_has_at_most_3000_signature_checks() -> None:
    from bchcov.crypto.hashes import sha256
    from bchcov.crypto.secp256k1 import sign_schnorr

    signature = sign_schnorr((1).to_bytes(32, "big"), sha256(b""))
    check = b"".join((encode_push(signature), b"\x00", encode_push(KEY), b"\xba"))
    locking = check + (b"\x75" + check) * 59
    unlocking = encode_push(bytes(2000))
    count = 51
    inputs = tuple(Input(HASH, at, unlocking) for at in range(count))
    sources = [Output(5, locking + b"\x77")] * count

    def judge(inputs: tuple[Input, ...]) -> Verdict:
        transaction = Transaction(inputs, (PADDING,))
        return verify(transaction, sources[: len(inputs)], BCH_2026.consensus)

    assert judge(inputs[:50]).ok
    verdict = judge(inputs)
    assert verdict.error is not None
    assert (verdict.error.check, verdict.error.input) == ("sigchecks", 50)
    assert verdict.error.reason == "SIGCHECKS_LIMIT_EXCEEDED"


def test_a_refused_transaction_raises_when_it_is_required() -> None:
    with pytest.raises(InvalidTransaction, match="TX_DUST"):
        spend(Output(1, TRUE)).require()


def token_spend(
    spent: Sequence[Token | None],
    created: Sequence[Token],
    *,
    genesis: bytes | None = None,
    rules: RuleSet = BCH_2026.consensus,
) -> str | None:
    inputs = [Input(HASH, at) for at in range(1, len(spent) + 1)]
    if genesis is not None:
        inputs[0] = Input(genesis, 0)
    return reason(
        spend(
            *(Output(1000, TRUE, token) for token in created),
            sources=[Output(COIN, TRUE, token) for token in spent],
            inputs=inputs,
            rules=rules,
        )
    )


def nft(capability: Capability, commitment: bytes = b"") -> Token:
    return Token(CATEGORY, 0, Nft(commitment, capability))


NONE, MUTABLE, MINTING = Capability


@pytest.mark.parametrize(
    ("spent", "created", "expected"),
    [
        ([Token(CATEGORY, 9)], [Token(CATEGORY, 9)], None),
        ([Token(CATEGORY, 9)], [Token(CATEGORY, 4), Token(CATEGORY, 5)], None),
        ([Token(CATEGORY, 9)], [], None),
        ([Token(CATEGORY, 9)], [Token(CATEGORY, 10)], "TOKEN_OUTPUTS_EXCEED_INPUTS"),
        ([None], [Token(CATEGORY, 1)], "TOKEN_OUTPUTS_EXCEED_INPUTS"),
        ([None], [nft(MINTING)], "TOKEN_MINTING"),
        ([nft(MUTABLE)], [nft(MINTING)], "TOKEN_MINTING"),
        ([nft(MINTING)], [nft(MINTING), nft(MINTING), nft(MUTABLE), nft(NONE, b"\x05")], None),
        ([None], [nft(MUTABLE)], "TOKEN_MUTABLE"),
        ([nft(NONE)], [nft(MUTABLE)], "TOKEN_MUTABLE"),
        ([nft(MUTABLE)], [nft(MUTABLE, b"\x07")], None),
        ([nft(MUTABLE)], [nft(MUTABLE), nft(MUTABLE)], "TOKEN_MUTABLE"),
        ([nft(MUTABLE)], [nft(NONE, b"\x07")], None),
        ([nft(MUTABLE)], [nft(MUTABLE), nft(NONE, b"\x07")], "TOKEN_IMMUTABLE"),
        ([nft(NONE, b"\x07")], [nft(NONE, b"\x07")], None),
        ([nft(NONE, b"\x07")], [nft(NONE, b"\x08")], "TOKEN_IMMUTABLE"),
        ([nft(NONE)], [nft(NONE), nft(NONE)], "TOKEN_IMMUTABLE"),
        ([nft(NONE), nft(MUTABLE)], [nft(NONE), nft(NONE, b"\x01")], None),
    ],
)
def test_tokens_come_only_from_tokens(
    spent: list[Token | None], created: list[Token], expected: str | None
) -> None:
    assert token_spend(spent, created) == expected


def test_a_category_begins_with_an_input_that_spends_an_output_zero() -> None:
    created = [Token(CATEGORY, 2**63 - 1, Nft(b"", MINTING)), nft(NONE)]
    assert token_spend([None], created, genesis=CATEGORY) is None
    assert token_spend([None], created, genesis=HASH) == "TOKEN_OUTPUTS_EXCEED_INPUTS"


def test_the_sum_of_a_new_category_has_63_bits() -> None:
    most = Token(CATEGORY, 2**63 - 1)
    created = [most, Token(CATEGORY, 1)]
    assert token_spend([None], created, genesis=CATEGORY) == "TOKEN_AMOUNT_RANGE"


@pytest.mark.parametrize("created", [Token(CATEGORY, 1), nft(NONE), nft(MINTING)])
@pytest.mark.parametrize("held", [Token(CATEGORY, 5), nft(NONE, b"\x01"), nft(MINTING)])
def test_a_category_that_an_input_holds_does_not_begin_anew(held: Token, created: Token) -> None:
    # Source: Bitcoin Cash Node 29, CheckTxTokens: bad-txns-token-dupe-genesis. No chain
    # gets there, and what the input holds may go to other outputs or be burnt.
    for spent in ([held], [held, None], [None, held]):
        assert token_spend(spent, [created], genesis=CATEGORY) == "TOKEN_GENESIS_SPENT"
        assert token_spend(spent, [], genesis=CATEGORY) is None


def test_the_amounts_of_inputs_have_63_bits_in_sum() -> None:
    # Source: Bitcoin Cash Node 29, CheckTxTokens: safeAdd, bad-txns-token-amount-overflow.
    most, one = Token(CATEGORY, 2**63 - 1), Token(CATEGORY, 1)
    assert token_spend([most], [most]) is None
    for created in ([], [one], [most]):
        assert token_spend([most, one], created) == "TOKEN_AMOUNT_RANGE"
        assert token_spend([one, most], created) == "TOKEN_AMOUNT_RANGE"
    other = Token(HASH, 2**63 - 1)
    assert token_spend([most, other], [most, other]) is None


def test_more_tokens_than_there_can_be_are_more_than_the_inputs_hold() -> None:
    most = Token(CATEGORY, 2**63 - 1)
    assert token_spend([most], [most, most]) == "TOKEN_OUTPUTS_EXCEED_INPUTS"


@pytest.mark.parametrize(
    ("created", "expected"),
    [
        ([nft(MINTING), Token(CATEGORY, 1)], "TOKEN_MINTING"),
        ([Token(CATEGORY, 1), nft(MINTING)], "TOKEN_OUTPUTS_EXCEED_INPUTS"),
        ([nft(NONE, bytes(129)), Token(CATEGORY, 1)], "TOKEN_COMMITMENT_SIZE"),
        ([nft(NONE), nft(MUTABLE)], "TOKEN_IMMUTABLE"),
        ([nft(MUTABLE), nft(NONE)], "TOKEN_MUTABLE"),
    ],
)
def test_the_first_output_that_takes_too_much_is_the_reason(
    created: list[Token], expected: str
) -> None:
    assert token_spend([None], created) == expected


@pytest.mark.parametrize(("rules", "limit"), [(BCH_2025, 40), (BCH_2026, 128)])
def test_commitments_are_bound(rules: RuleSet, limit: int) -> None:
    for size, expected in ((limit, None), (limit + 1, "TOKEN_COMMITMENT_SIZE")):
        token = nft(MUTABLE, bytes(size))
        assert token_spend([nft(MUTABLE)], [token], rules=rules.consensus) == expected
        assert token_spend([token], [], rules=rules.consensus) == expected


@pytest.mark.parametrize("script", ["ef51", "ef" + "aa" * 32 + "1001" + "51"])
def test_rules_of_before_tokens_know_no_token_prefix(script: str) -> None:
    before = rules_from_flags(["P2SH", "STRICTENC", "SIGHASH_FORKID"])
    odd = Output(1000, bytes.fromhex(script))
    key = PrivateKey(b"\x01" * 32)
    source = Output(2000, key.locking_bytecode)
    plain = Transaction((Input(b"\x11" * 32, 0),), (odd,))
    made = encode_transaction(plain, before_tokens=True)
    assert verify(made, [Output(2000, b"\x51")], before, scripts_only=True).ok
    if script == "ef51":
        assert not verify(made, [Output(2000, b"\x51")], BCH_2026, scripts_only=True).ok
    assert verify(
        sign_p2pkh(plain, [source], 0, key, hash_type=0x41), [source], before, scripts_only=True
    ).ok
    # Nobody could ever spend such an output: 0xef is no opcode.
    spending = Transaction((Input(b"\x11" * 32, 0),), (Output(1000, b"\x51"),))
    for sources in ([odd], encode_outputs([odd], before_tokens=True)):
        error = verify(spending, sources, before, scripts_only=True).error
        assert error is not None
        assert error.reason == "BAD_OPCODE"
