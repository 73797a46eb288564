"""Transactions signed by several people: any kinds of inputs, any order, any subset."""

from __future__ import annotations

import copy
import pickle
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import reduce
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bchcov import (
    AddressError,
    BchcovError,
    BuildError,
    BuildRefused,
    Chain,
    EncodeError,
    InvalidKey,
    Nft,
    Output,
    Token,
    assemble,
    compile_contract,
    encode_address,
    multisig,
    p2pkh,
    p2sh20,
    p2sh32,
)
from bchcov.script.pushes import encode_push
from bchcov.wallet import (
    Coin,
    CosignedTransaction,
    KeyHash,
    MultisigUnlocker,
    P2pkhUnlocker,
    PrivateKey,
    PublicKey,
    RawUnlocker,
    Scheme,
    ScriptUnlocker,
    Signature,
    Spend,
    TransactionBuilder,
    Unlocker,
)

PEOPLE = tuple(PrivateKey(bytes((value,)) * 32) for value in range(1, 6))
ALICE, BOB, CAROL, DAVE, EVE = PEOPLE
CHANGE = p2pkh(b"\x77" * 20)


def elsewhere(key: PrivateKey) -> PublicKey:
    return PublicKey(key.public_key)


def script_for(*keys: PrivateKey) -> bytes:
    """A covenant that each of the keys signs: the last signature is checked first."""
    checks = [f"<0x{key.public_key.hex()}> OP_CHECKSIG" for key in keys]
    return assemble("OP_5 OP_EQUALVERIFY " + "VERIFY ".join(checks))


@dataclass(frozen=True)
class Kind:
    """A kind of input: the script that locks it, how it is unlocked, and who has to sign."""

    locking: bytes
    unlocker: Unlocker
    whole: Unlocker
    sets: tuple[frozenset[PrivateKey], ...]


def p2pkh_of(key: PrivateKey, scheme: Scheme, *, known: bool) -> Kind:
    signer = elsewhere(key) if known else KeyHash(key.public_key_hash)
    return Kind(
        key.locking_bytecode,
        P2pkhUnlocker(signer, scheme=scheme),
        P2pkhUnlocker(key, scheme=scheme),
        (frozenset({key}),),
    )


def multisig_of(keys: tuple[PrivateKey, ...], required: int, scheme: Scheme, form: int) -> Kind:
    script = multisig(required, [key.public_key for key in keys])
    hashed = form > 0
    return Kind(
        (bytes, p2sh20, p2sh32)[form](script),
        MultisigUnlocker(script, p2sh=hashed, scheme=scheme),
        MultisigUnlocker(script, keys[:required], p2sh=hashed, scheme=scheme),
        tuple(frozenset(each) for each in permutations(keys, required)),
    )


def covenant_of(keys: tuple[PrivateKey, ...], scheme: Scheme, hash_type: int) -> Kind:
    script = script_for(*keys)

    def unlocker(signers: list[Any]) -> ScriptUnlocker:
        asked = [Signature(each, hash_type, scheme) for each in reversed(signers)]
        return ScriptUnlocker([*asked, 5], script)

    return Kind(
        p2sh32(script),
        unlocker([elsewhere(key) for key in keys]),
        unlocker([*keys]),
        (frozenset(keys),),
    )


SCHEMES = st.sampled_from(["schnorr", "ecdsa"])
ONE = st.sampled_from(PEOPLE)
SOME = st.lists(ONE, min_size=1, max_size=4, unique=True).map(tuple)
KINDS: st.SearchStrategy[Kind] = st.one_of(
    st.builds(p2pkh_of, ONE, SCHEMES, known=st.booleans()),
    st.builds(covenant_of, SOME, SCHEMES, st.sampled_from([0x41, 0x61, 0xC1, 0x43])),
    st.integers(1, 3).flatmap(
        lambda required: st.builds(
            multisig_of,
            st.lists(ONE, min_size=required, max_size=3, unique=True).map(tuple),
            st.just(required),
            SCHEMES,
            st.integers(0, 2),
        )
    ),
)


def coin(index: int, locking: bytes) -> Coin:
    return Coin(b"\x11" * 32, index, Output(20_000 + index, locking))


def builder_of(kinds: list[Kind], *, whole: bool = False) -> TransactionBuilder:
    spends = [
        Spend(coin(index, kind.locking), kind.whole if whole else kind.unlocker)
        for index, kind in enumerate(kinds)
    ]
    # One output for every input, for those signatures that cover only theirs.
    outputs = [Output(1_000 + index, CHANGE) for index in range(len(kinds))]
    return TransactionBuilder().spend_all(spends).pay(*outputs).change_to(CHANGE)


def signed_by(made: CosignedTransaction, keys: Any) -> CosignedTransaction:
    for key in keys:
        with suppress(InvalidKey):
            # Whoever has nothing to sign.
            made = made.sign(key)
    return made


def short_of(kind: Kind, signers: frozenset[PrivateKey]) -> bool:
    return not any(each <= signers for each in kind.sets)


@settings(max_examples=80)
@given(st.lists(KINDS, min_size=1, max_size=4), st.data())
def test_signatures_come_together_in_any_order_and_say_whose_are_missing(
    kinds: list[Kind], data: st.DataObject
) -> None:
    start = builder_of(kinds).cosign()
    groups = data.draw(st.lists(st.lists(ONE, max_size=3), min_size=1, max_size=4))
    copies = [signed_by(start, group) for group in groups]
    everybody = frozenset(key for group in groups for key in group)

    in_turn = signed_by(start, [key for group in groups for key in group])
    orders = [copies, copies[::-1], data.draw(st.permutations(copies))]
    for first, *others in orders:
        assert first.combine(*others) == in_turn
        assert reduce(CosignedTransaction.combine, others, first) == in_turn
        assert first.combine(start, first, *others, *others) == in_turn
    assert in_turn.combine(start) == start.combine(in_turn) == in_turn

    short = [index for index, kind in enumerate(kinds) if short_of(kind, everybody)]
    assert sorted(in_turn.missing) == short
    assert in_turn.is_complete is (not short)
    for index in short:
        waited = {key for each in kinds[index].sets for key in each} - everybody
        named = {key.public_key for key in waited} | {key.public_key_hash for key in waited}
        assert set(in_turn.missing[index]) <= named
        assert len(in_turn.missing[index]) == len(waited)
    if short:
        with pytest.raises(
            BuildError, match=rf"input {short[0]}: .*(is missing|[0-9]+ missing, from)"
        ):
            in_turn.build()
    else:
        built = in_turn.build()
        assert built.verdict is not None
        assert built.verdict.ok
        assert built.transaction.outputs == start.unsigned.transaction.outputs
        assert built.txid == in_turn.build().txid


@settings(max_examples=60)
@given(st.lists(KINDS, min_size=1, max_size=4))
def test_what_everybody_signs_is_what_one_with_all_keys_builds(kinds: list[Kind]) -> None:
    start = builder_of(kinds).cosign()
    made = signed_by(start, PEOPLE)
    assert made.is_complete
    # The same inputs and outputs, whatever change one who has all keys would have made.
    outputs = start.unsigned.transaction.outputs
    alone = replace(builder_of(kinds, whole=True), outputs=outputs).build_exactly()
    assert made.build().transaction == alone.transaction


@given(st.lists(KINDS, min_size=1, max_size=3), st.data())
def test_another_transaction_is_not_merged(kinds: list[Kind], data: st.DataObject) -> None:
    builder = builder_of(kinds)
    mine = signed_by(builder.cosign(), PEOPLE[:2])
    output = builder.outputs[0]
    changes: dict[str, TransactionBuilder] = {
        "output 0 differs": replace(
            builder, outputs=(replace(output, value=1_999), *builder.outputs[1:])
        ),
        "version 2 and locktime 0, version 2 and locktime 7": replace(builder, locktime=7),
        "version 2 and locktime 0, version 1 and locktime 0": replace(builder, version=1),
        "input 0 differs": replace(
            builder, spends=(replace(builder.spends[0], sequence=1), *builder.spends[1:])
        ),
        "spent output 0 differs": replace(
            builder,
            spends=(
                replace(
                    builder.spends[0],
                    coin=replace(
                        builder.spends[0].coin,
                        output=replace(
                            builder.spends[0].coin.output, token=Token(b"\x22" * 32, 0, Nft())
                        ),
                    ),
                ),
                *builder.spends[1:],
            ),
            burns=frozenset({b"\x22" * 32}),
        ),
        "inputs and": builder.spend(coin(9, b"\x51"), RawUnlocker()),
    }
    difference = data.draw(st.sampled_from([*changes]))
    other = signed_by(changes[difference].cosign(), PEOPLE[2:])
    with pytest.raises(BuildError, match=rf"cannot combine different transactions: .*{difference}"):
        mine.combine(other)
    with pytest.raises(BuildError, match="cannot combine different transactions"):
        other.combine(mine)


def test_another_way_of_unlocking_is_not_merged() -> None:
    start = builder_of([covenant_of((ALICE, BOB), "schnorr", 0x61)])
    spend = start.spends[0]
    assert isinstance(spend.unlocker, ScriptUnlocker)
    items = (*spend.unlocker.items[:-1], 6)
    other = replace(start, spends=(replace(spend, unlocker=replace(spend.unlocker, items=items)),))
    with pytest.raises(BuildError, match="the unlocking of input 0 differs"):
        start.cosign().sign(ALICE).combine(other.cosign().sign(BOB))


def test_two_people_pay_together_and_each_knows_the_address_of_the_other_only() -> None:
    chain = Chain()
    hers, his = chain.fund(
        Output(30_000, ALICE.locking_bytecode), Output(5_000, BOB.locking_bytecode)
    )
    whose = KeyHash.of_address(encode_address(BOB.locking_bytecode))
    builder = TransactionBuilder().pay(Output(32_000, CHANGE)).change_to(ALICE.locking_bytecode)
    draft = builder.spend(hers, P2pkhUnlocker(ALICE)).spend(his, P2pkhUnlocker(whose)).cosign()
    assert draft.missing == {1: (BOB.public_key_hash,)}
    with pytest.raises(
        BuildError, match=f"input 1: the signature of 0x{BOB.public_key_hash.hex()}"
    ):
        draft.require_complete()
    # He has a builder of his own in which her key is elsewhere and his is here.
    theirs = (
        builder.spend(hers, P2pkhUnlocker(elsewhere(ALICE))).spend(his, P2pkhUnlocker(BOB)).cosign()
    )
    assert theirs.missing == {0: (ALICE.public_key,)}
    for whole in (draft.combine(theirs), theirs.combine(draft), draft.sign(BOB)):
        assert whole.require_complete() is whole
        assert whole.build().transaction == draft.combine(theirs).build().transaction
    assert chain.submit(draft.sign(BOB).build()).ok


LOCK = """\
// @parameter pubkey owner, pubkey judge
// @spend move(sig first, sig second, int proof): <first> <second> <proof>
// @spend hide(sig first, sig second): <$(<first> <0x00> OP_CAT)> <second> OP_1
OP_5 OP_EQUALVERIFY
<judge> OP_CHECKSIGVERIFY  // [judge] the judge signs
<owner> OP_CHECKSIG        // [owner] the owner signs
"""


def test_a_contract_is_signed_by_several() -> None:
    contract = compile_contract(
        "escrow", {"owner": ALICE.public_key, "judge": BOB.public_key}, source=LOCK
    )
    chain = Chain()
    (held,) = chain.fund(contract.output(20_000))
    builder = TransactionBuilder().change_to(CHANGE)
    hers = builder.spend(held, contract.unlock.move(ALICE, elsewhere(BOB), 5)).cosign()
    his = builder.spend(held, contract.unlock.move(elsewhere(ALICE), BOB, 5)).cosign()
    assert hers.missing == {0: (BOB.public_key,)}
    assert his.missing == {0: (ALICE.public_key,)}
    assert hers.combine(his) == his.combine(hers) == hers.sign(BOB)
    built = hers.combine(his).build()
    assert chain.submit(built).ok
    alone = builder.spend(held, contract.unlock.move(ALICE, BOB, 5)).build()
    assert built.transaction == alone.transaction
    wrong = builder.spend(held, contract.unlock.move(ALICE, elsewhere(BOB), 4)).cosign().sign(BOB)
    assert ALICE.secret not in pickle.dumps(wrong)
    for each in (wrong, pickle.loads(pickle.dumps(wrong))):
        with pytest.raises(BuildRefused, match="move of escrow") as caught:
            each.build()
        assert (caught.value.path, caught.value.line) == ("move", 4)
    with pytest.raises(BuildError, match=f"0x{BOB.public_key.hex()} is missing: use"):
        builder.spend(held, contract.unlock.move(ALICE, elsewhere(BOB), 5)).build()


def test_a_signature_that_is_pushed_within_something_else_cannot_wait() -> None:
    contract = compile_contract(
        "escrow", {"owner": ALICE.public_key, "judge": BOB.public_key}, source=LOCK
    )
    held = contract.coin("11" * 32, 0, 20_000)
    builder = TransactionBuilder().change_to(CHANGE)
    with pytest.raises(
        BuildError, match=f"0x{ALICE.public_key.hex()} is not pushed as a single item"
    ):
        builder.spend(held, contract.unlock.hide(ALICE, elsewhere(BOB))).cosign()


def test_one_key_signs_several_scripts_in_one_input() -> None:
    script = script_for(ALICE, BOB)
    asked = [
        Signature(elsewhere(ALICE), covered=script[1:]),
        Signature(elsewhere(BOB)),
        Signature(elsewhere(ALICE)),
    ]
    builder = TransactionBuilder().change_to(CHANGE)
    start = builder.spend(coin(0, p2sh32(script)), ScriptUnlocker([*asked, 5], script)).cosign()
    signed = start.sign(ALICE)
    assert signed.missing == {0: (BOB.public_key,)}
    gathered = start
    for part in signed.parts[0]:
        if not isinstance(part, bytes):
            for public_key, signature in part.signatures:
                gathered = gathered.add(0, public_key, signature)
    assert gathered == signed
    assert start.add(0, *next(iter(signed.parts[0][2].signatures))) != signed  # type: ignore[union-attr]


def test_of_two_signatures_by_one_key_the_same_one_stays_in_any_order() -> None:
    start = builder_of([p2pkh_of(ALICE, "schnorr", known=True)]).cosign()
    made = []
    for hash_type in (0x41, 0x61, 0xC1):
        asked = replace(start.parts[0][0], hash_type=hash_type)  # type: ignore[type-var]
        other = replace(start, parts=((asked,),)).sign(ALICE)
        made.append(other.parts[0][0].signatures[0])  # type: ignore[union-attr]
    results = set()
    for order in permutations(made):
        whole = start
        for public_key, signature in order:
            whole = whole.add(0, public_key, signature)
        results.add(whole.build().txid)
    assert len(results) == 1


def test_a_multisig_is_what_its_own_unlocker_makes() -> None:
    kind = multisig_of((ALICE, BOB, CAROL), 2, "schnorr", 2)
    start = builder_of([kind])
    made = start.cosign().sign(CAROL).sign(ALICE)
    script = multisig(2, [key.public_key for key in (ALICE, BOB, CAROL)])
    signatures = made.parts[0][0].signatures  # type: ignore[union-attr]
    unlocker = MultisigUnlocker(script, p2sh=True, signatures=signatures)
    spend = replace(start.spends[0], unlocker=unlocker)
    assert replace(start, spends=(spend,)).build().transaction == made.build().transaction
    partly = MultisigUnlocker(script, (BOB,), p2sh=True, signatures=signatures[:1])
    assert replace(start, spends=(replace(spend, unlocker=partly),)).cosign().is_complete


def test_a_multisig_says_how_many_are_there_and_who_may_still_sign() -> None:
    start = builder_of([multisig_of((ALICE, BOB, CAROL), 2, "schnorr", 2)]).cosign()
    one = start.sign(BOB)
    names = f"0x{ALICE.public_key.hex()}, 0x{CAROL.public_key.hex()}"
    message = f"input 0: 1 of 2 signatures are present: 1 missing, from {names}"
    with pytest.raises(BuildError, match=message):
        one.require_complete()
    wanted = one.sign(CAROL).parts[0][0]
    assert not isinstance(wanted, bytes)
    assert (wanted.needed, wanted.missing) == (0, ())
    # More than are needed do no harm, whichever they are.
    three = one.sign(CAROL).sign(ALICE)
    assert three.build().txid == start.sign(ALICE).sign(BOB).build().txid


def test_no_private_key_travels_with_what_is_signed() -> None:
    script = script_for(ALICE, BOB)
    spends = [
        Spend(coin(0, ALICE.locking_bytecode), P2pkhUnlocker(ALICE)),
        Spend(
            coin(1, p2sh32(script)),
            ScriptUnlocker([Signature(elsewhere(BOB)), Signature(ALICE), 5], script),
        ),
        Spend(coin(2, b"\x51"), RawUnlocker()),
    ]
    made = TransactionBuilder().spend_all(spends).change_to(CHANGE).cosign()
    travelled = pickle.dumps(made)
    assert ALICE.secret not in travelled
    assert pickle.loads(travelled) == copy.deepcopy(made) == made
    assert ALICE.secret.hex() not in repr(made)
    # What can explain a refusal is no part of what is signed.
    assert made.explaining != ()
    assert replace(made, explaining=()) == made
    assert pickle.loads(travelled).sign(BOB).build().txid == made.sign(BOB).build().txid


START = builder_of(
    [p2pkh_of(ALICE, "schnorr", known=True), covenant_of((ALICE, BOB), "ecdsa", 0x61)]
).cosign()
HERS = START.sign(ALICE).parts[0][0].signatures[0][1]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: START.sign(EVE), f"no input needs a signature of 0x{EVE.public_key.hex()}"),
        (lambda: START.sign(elsewhere(ALICE)), "a PrivateKey, not a PublicKey"),  # type: ignore[arg-type]
        (
            lambda: START.add(2, ALICE.public_key, HERS),
            "input 2 cannot be signed: the transaction has 2 inputs",
        ),
        (lambda: START.add(-1, ALICE.public_key, HERS), "input -1 cannot be signed"),
        (lambda: START.add(0, BOB.public_key, HERS), "input 0 needs no signature of 0x"),
        (lambda: START.add(0, ALICE.public_key, HERS[:-2] + HERS[-1:]), "is ecdsa, .* schnorr"),
        (lambda: START.add(0, ALICE.public_key, HERS[:-1] + b"\x41"), "does not verify"),
        (lambda: START.add(0, ALICE.public_key, HERS[:-1] + b"\x01"), "lacks the fork id"),
        (lambda: START.add(1, ALICE.public_key, HERS), "is schnorr, expected ecdsa"),
        (lambda: START.add(0, ALICE.public_key, b"\x61"), "has 1 bytes"),
        (lambda: START.add(0, ALICE.public_key, HERS.hex()), "must be bytes, not a str"),  # type: ignore[arg-type]
        (lambda: START.add(0, "alice", HERS), "no signature of a str"),  # type: ignore[arg-type]
        (lambda: START.add(None, ALICE.public_key, HERS), "input None cannot be"),  # type: ignore[arg-type]
        (lambda: START.combine(HERS), "cannot combine with a bytes: expected a C"),  # type: ignore[arg-type]
        (
            lambda: CosignedTransaction(START.unsigned, ()),
            "parts of 0 inputs: the transaction has 2",
        ),
        (lambda: PublicKey(bytes(33)), "33 bytes beginning with 2 or 3"),
        (lambda: PublicKey(b"\x02" + b"\xff" * 32), "is not a point on the curve"),
        (lambda: PublicKey(b"\x06" + ALICE.public_key[1:] * 2), "65 beginning with 4"),
        (lambda: PublicKey(ALICE), "public key must be bytes, not a PrivateKey"),  # type: ignore[arg-type]
        (lambda: KeyHash(bytes(32)), "20 bytes, not 32 bytes"),
        (lambda: KeyHash(bytes(19)), "20 bytes, not 19 bytes"),
        (lambda: KeyHash("00" * 20), "20 bytes, not a str"),  # type: ignore[arg-type]
        (lambda: KeyHash.of_address(encode_address(p2sh32(b"\x51"))), "p2sh32 address"),
        (lambda: Signature(KeyHash(bytes(20))), "a PrivateKey, not a KeyHash"),  # type: ignore[arg-type]
    ],
)
def test_what_does_not_belong_is_an_error_at_once(call: Any, message: str) -> None:
    with pytest.raises(BchcovError, match=message) as caught:
        call()
    kinds = (AddressError, BuildError, EncodeError, InvalidKey)
    assert isinstance(caught.value, kinds)


@pytest.mark.parametrize("compressed", [True, False])
def test_a_key_elsewhere_is_written_in_either_form(compressed: bool) -> None:
    key = PrivateKey(ALICE.secret, compressed=compressed)
    odd = PrivateKey(BOB.secret)
    assert {ALICE.public_key[0], odd.public_key[0]} == {2, 3}
    for each in (key, odd):
        signer = elsewhere(each)
        assert signer.locking_bytecode == each.locking_bytecode
        unlocker = P2pkhUnlocker(signer)
        assert unlocker.size == P2pkhUnlocker(each).size
        builder = TransactionBuilder().change_to(CHANGE)
        draft = builder.spend(coin(0, each.locking_bytecode), unlocker).cosign()
        built = draft.sign(each).build()
        assert len(built.transaction.inputs[0].unlocking_bytecode) == unlocker.size


def test_an_unlocker_for_a_coin_of_somebody_else_is_refused() -> None:
    builder = TransactionBuilder().change_to(CHANGE)
    for signer in (elsewhere(BOB), KeyHash(BOB.public_key_hash), BOB):
        draft = builder.spend(coin(0, ALICE.locking_bytecode), P2pkhUnlocker(signer))
        with pytest.raises(BuildError, match="input 0 does not spend a P2PKH output of this key"):
            draft.cosign()
    for signer, known in (
        (elsewhere(BOB), BOB.public_key),
        (KeyHash(BOB.public_key_hash), BOB.public_key_hash),
    ):
        missing = builder.spend(coin(0, BOB.locking_bytecode), P2pkhUnlocker(signer))
        with pytest.raises(BuildError, match=f"signature of 0x{known.hex()} is missing"):
            missing.build()
        assert encode_push(BOB.public_key) not in missing.build_unsigned().encoded
