"""Signing requests that several wallets sign, in any order, and what each of them still lacks."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from bchcov import (
    BuildError,
    Coin,
    EncodeError,
    InvalidKey,
    Output,
    PrivateKey,
    RawUnlocker,
    TransactionBuilder,
    assemble,
    multisig,
    p2pk,
    p2pkh,
    p2sh20,
    p2sh32,
    verify,
)
from bchcov.crypto.hashes import hash160
from bchcov.formats import (
    MissingSignature,
    SigningRequest,
    SourceContract,
    combine_requests,
    missing_signatures,
    partial_multisig,
    read_signing_request,
    sign_request,
    signed_transaction,
    with_multisig,
    write_signing_request,
)
from bchcov.script.pushes import encode_push
from bchcov.transaction.model import Transaction

KEYS = tuple(PrivateKey(bytes((value,)) * 32) for value in range(1, 6))
MINE, OTHER = KEYS[3], KEYS[4]
SCRIPT = multisig(2, [key.public_key for key in KEYS[:3]])
# spend(pk, s), as CashScript pushes it: the last argument first.
CONTRACT = assemble(
    "OP_DUP OP_HASH160 <hash> OP_EQUALVERIFY OP_CHECKSIG", {"hash": hash160(MINE.public_key)}
)
SPEND = {"name": "spend", "inputs": [{"name": "pk"}, {"name": "s"}]}
PLACES = encode_push(bytes(65)) + encode_push(bytes(33)) + encode_push(CONTRACT)


def request_of(*spent: tuple[bytes, bytes]) -> SigningRequest:
    """A request that spends outputs with these locking and unlocking bytecodes."""
    builder = TransactionBuilder().pay(Output(1_000, p2pkh(bytes(20))))
    outputs = []
    for at, (locking, unlocking) in enumerate(spent):
        outputs.append(Output(50_000, locking))
        builder = builder.spend(Coin(b"\x07" * 32, at, outputs[-1]), RawUnlocker(unlocking))
    return SigningRequest(builder.build_exactly().transaction, tuple(outputs))


def carried(request: SigningRequest) -> SigningRequest:
    """The request as another machine reads it."""
    return read_signing_request(json.loads(json.dumps(write_signing_request(request))))


def accept(transaction: Transaction, request: SigningRequest) -> bool:
    return verify(transaction, request.source_outputs, scripts_only=True).ok


def test_a_wallet_signs_its_own_inputs_and_no_others() -> None:
    request = request_of(
        (MINE.locking_bytecode, b""), (OTHER.locking_bytecode, b""), (p2pk(MINE.public_key), b"")
    )
    assert missing_signatures(request) == (
        MissingSignature(0, key_hash=hash160(MINE.public_key)),
        MissingSignature(1, key_hash=hash160(OTHER.public_key)),
        MissingSignature(2, public_keys=(MINE.public_key,)),
    )
    mine = carried(sign_request(carried(request), MINE))
    assert [each.input for each in missing_signatures(mine)] == [1]
    with pytest.raises(BuildError, match="input 1 lacks a signature of the key with the hash 0x"):
        signed_transaction(mine)
    with pytest.raises(InvalidKey, match="no input asks for a signature of this key"):
        sign_request(mine, MINE)
    both = sign_request(mine, OTHER)
    assert accept(signed_transaction(both), request)
    apart = combine_requests(sign_request(request, OTHER), mine)
    assert apart == both


def test_zero_bytes_of_a_contract_become_the_key_and_the_signature() -> None:
    request = request_of((p2sh32(CONTRACT), PLACES))
    named = replace(request, contracts=(SourceContract(SPEND, CONTRACT, {}),))
    assert missing_signatures(request) == (MissingSignature(0, push=0),)
    assert missing_signatures(named) == (MissingSignature(0, push=0, argument="s"),)
    assert str(missing_signatures(named)[0]) == (
        "input 0 lacks a signature (s) of the wallet that is asked"
    )
    hostile = MissingSignature(0, push=0, argument="\x1b[2J" + "s" * 500)
    assert str(hostile).isprintable()
    assert len(str(hostile)) < 200
    for each in (request, carried(named)):
        assert accept(signed_transaction(sign_request(each, MINE)), request)
        assert not accept(signed_transaction(sign_request(each, OTHER)), request)


def test_zero_bytes_for_a_signature_alone_are_signed_by_the_key_that_the_script_names() -> None:
    script = assemble("<key> OP_CHECKSIG", {"key": MINE.public_key})
    code = encode_push(bytes(65)) + encode_push(script)
    request = request_of((p2sh20(script), code))
    with pytest.raises(InvalidKey, match="no input asks"):
        sign_request(request, OTHER)
    assert accept(signed_transaction(sign_request(request, MINE)), request)
    # The caller may know better: a key that is in the state of the contract, say.
    lacking = missing_signatures(request)
    forced = sign_request(request, OTHER, only=lacking)
    assert missing_signatures(forced) == ()
    with pytest.raises(InvalidKey, match="not missing: input 0 lacks a signature of the wallet"):
        sign_request(forced, OTHER, only=lacking)


@pytest.mark.parametrize("locking", [p2sh20(SCRIPT), p2sh32(SCRIPT), SCRIPT])
@pytest.mark.parametrize(("first", "second"), [*permutations(range(3), 2)])
def test_cosigners_sign_a_multisig_in_any_order(locking: bytes, first: int, second: int) -> None:
    request = request_of((locking, b""), (MINE.locking_bytecode, b""))
    request = replace(request, contracts=(SourceContract({}, SCRIPT, {}), None))
    (lacking, _) = missing_signatures(request)
    assert lacking == MissingSignature(0, 2, tuple(key.public_key for key in KEYS[:3]))
    assert str(lacking).startswith(f"input 0 lacks 2 signatures of 0x{KEYS[0].public_key.hex()} or")
    one = carried(sign_request(carried(request), KEYS[first]))
    code = one.transaction.inputs[0].unlocking_bytecode
    # What is missing stands as zero bytes where a wallet puts a signature.
    assert code.count(b"\x41" + bytes(65)) == 1
    assert code.endswith(encode_push(SCRIPT)) is (locking != SCRIPT)
    (lacking, _) = missing_signatures(one)
    assert (lacking.count, len(lacking.public_keys)) == (1, 2)
    assert KEYS[first].public_key not in lacking.public_keys
    in_turn = sign_request(sign_request(one, KEYS[second]), MINE)
    apart = combine_requests(
        sign_request(request, MINE), one, carried(sign_request(request, KEYS[second]))
    )
    assert in_turn == apart
    assert accept(signed_transaction(apart), request)


def test_a_partly_signed_multisig_names_its_script_for_the_next_cosigner() -> None:
    request = request_of((p2sh32(SCRIPT), b""))
    # Nothing but a hash is there: whose key it is, the request does not tell.
    assert missing_signatures(request) == (MissingSignature(0),)
    assert partial_multisig(request, 0) is None
    context = partial_multisig(replace(request, contracts=(SourceContract({}, SCRIPT, {}),)), 0)
    assert context is not None
    prepared = carried(with_multisig(request, context))
    (lacking,) = missing_signatures(prepared)
    assert lacking.count == 2
    done = sign_request(sign_request(prepared, KEYS[2]), KEYS[0])
    assert accept(signed_transaction(done), request)


def test_ecdsa_signatures_travel_too() -> None:
    request = request_of((p2sh32(SCRIPT), b""))
    request = replace(request, contracts=(SourceContract({}, SCRIPT, {}),))
    partial = partial_multisig(request, 0)
    assert partial is not None
    one = carried(with_multisig(request, partial.sign(KEYS[2], scheme="ecdsa")))
    # With ECDSA the item below the signatures is empty, with Schnorr it names the keys.
    assert one.transaction.inputs[0].unlocking_bytecode[:1] == b"\x00"
    schnorr = with_multisig(request, partial.sign(KEYS[2]))
    assert schnorr.transaction.inputs[0].unlocking_bytecode[:1] == b"\x54"
    again = partial_multisig(one, 0)
    assert again is not None
    assert again.signers == (KEYS[2].public_key,)
    whole = with_multisig(one, again.sign(KEYS[0], scheme="ecdsa"))
    assert accept(signed_transaction(whole), request)


def test_a_signature_of_something_else_is_refused() -> None:
    request = request_of((p2sh32(SCRIPT), b""))
    request = replace(request, contracts=(SourceContract({}, SCRIPT, {}),))
    one = sign_request(request, KEYS[1])
    other = replace(one, transaction=replace(one.transaction, locktime=5))
    with pytest.raises(InvalidKey, match=r"input 0: 0x.* is no signature of the multisig's keys"):
        missing_signatures(other)
    with pytest.raises(BuildError, match="a request of another transaction"):
        combine_requests(request, other)
    with pytest.raises(EncodeError, match="what is combined is a SigningRequest, not a str"):
        combine_requests(request, "request")  # type: ignore[arg-type]
    with pytest.raises(InvalidKey, match="a request is signed with a PrivateKey, not a bytes"):
        sign_request(request, bytes(32))  # type: ignore[arg-type]
    for index in (1, -1, "0"):
        with pytest.raises(EncodeError, match=f"input {index}: there are 1"):
            partial_multisig(request, index)  # type: ignore[arg-type]


def test_a_bare_multisig_tells_its_keys_itself() -> None:
    request = request_of((SCRIPT, b""))
    one = carried(sign_request(request, KEYS[0]))
    assert [each.count for each in missing_signatures(one)] == [1]
    assert accept(signed_transaction(sign_request(one, KEYS[1])), request)


def test_a_multisig_whose_contract_has_no_script_is_known_by_its_last_push() -> None:
    request = request_of((p2sh20(SCRIPT), b""))
    assert missing_signatures(request) == (MissingSignature(0),)
    known = replace(request, contracts=(SourceContract({}, SCRIPT, {}),))
    one = replace(sign_request(known, KEYS[0]), contracts=(SourceContract({}, None, {}),))
    (lacking,) = missing_signatures(one)
    assert (lacking.count, lacking.public_keys) == (1, (KEYS[1].public_key, KEYS[2].public_key))


def test_zero_bytes_stand_for_signatures_of_plain_inputs_too() -> None:
    zeros = encode_push(bytes(65))
    request = request_of(
        (MINE.locking_bytecode, zeros + encode_push(bytes(33))), (p2pk(MINE.public_key), zeros)
    )
    assert missing_signatures(request) == (
        MissingSignature(0, key_hash=hash160(MINE.public_key)),
        MissingSignature(1, public_keys=(MINE.public_key,)),
    )
    assert accept(signed_transaction(sign_request(request, MINE)), request)


def test_a_script_that_asks_for_nothing_lacks_nothing() -> None:
    request = request_of((b"\x51", b""), (p2sh32(b"\x51"), b"\x01\x51"), (b"\x75\x51", b"\x55"))
    assert missing_signatures(request) == ()
    assert accept(signed_transaction(request), request)


def test_places_that_two_wallets_fill_are_put_together() -> None:
    script = assemble(
        "<a> OP_CHECKSIGVERIFY <b> OP_CHECKSIG", {"a": MINE.public_key, "b": OTHER.public_key}
    )
    code = encode_push(bytes(65)) * 2 + encode_push(script)
    request = request_of((p2sh32(script), code))
    places = missing_signatures(request)
    assert [each.push for each in places] == [0, 1]
    # The last push is checked first: what the script takes first is pushed last.
    mine = carried(sign_request(request, MINE, only=places[1:]))
    other = sign_request(request, OTHER, only=places[:1])
    assert [missing_signatures(each) for each in (mine, other)] == [places[:1], places[1:]]
    for each in (combine_requests(mine, other), combine_requests(request, other, mine)):
        assert accept(signed_transaction(each), request)


@pytest.mark.parametrize(
    "function",
    [{}, {"inputs": None}, {"inputs": {"0": 1}}, {"inputs": []}, {"inputs": ["a", {"name": 5}]}],
)
def test_a_function_that_is_none_names_no_argument(function: dict[str, object]) -> None:
    request = request_of((p2sh32(CONTRACT), encode_push(bytes(65)) + PLACES))
    named = replace(request, contracts=(SourceContract(function, CONTRACT, {}),))
    assert [each.argument for each in missing_signatures(named)] == [None, None]


@pytest.mark.parametrize("lock", [p2sh20, p2sh32])
@pytest.mark.parametrize("told", [None, CONTRACT])
def test_where_no_place_is_told_nothing_is_signed(lock: Any, told: bytes | None) -> None:
    request = request_of((lock(CONTRACT), b""))
    if told is not None:
        request = replace(request, contracts=(SourceContract(SPEND, told, {}),))
    (lacking,) = missing_signatures(request)
    assert lacking == MissingSignature(0)
    for only in (None, [lacking]):
        with pytest.raises(InvalidKey, match="no input asks for a signature of this key"):
            sign_request(request, MINE, only=only)


def test_copies_that_tell_less_or_more_are_put_together() -> None:
    request = request_of((p2sh32(SCRIPT), b""), (MINE.locking_bytecode, b""))
    known = replace(request, contracts=(SourceContract({}, SCRIPT, {}), None))
    one = sign_request(known, KEYS[0])
    for made in (combine_requests(request, one), combine_requests(one, request)):
        assert made.transaction == one.transaction
    # A third signature is not needed.
    others = [sign_request(known, key) for key in KEYS[1:3]]
    done = combine_requests(known, one, *others, sign_request(request, MINE))
    assert accept(signed_transaction(done), request)


def test_copies_that_spend_other_outputs_are_not_put_together() -> None:
    request = request_of((MINE.locking_bytecode, b""))
    for value in (49_999, 50_001):
        other = replace(request, source_outputs=(Output(value, MINE.locking_bytecode),))
        with pytest.raises(BuildError, match="a request of another transaction"):
            combine_requests(request, other)
