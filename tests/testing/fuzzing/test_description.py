"""A description that cannot be meant is refused in words."""

from __future__ import annotations

from typing import Any

import pytest

from bchcov import ContractError, Nft, Output, PrivateKey, Token, TransactionBuilder
from bchcov.contract import compile_contract
from bchcov.testing import Party, fuzz

ANN, BOB = (PrivateKey(bytes(31) + bytes((number,))) for number in (1, 2))
CATEGORY = bytes(range(32))
CONTRACT = compile_contract(
    "vault",
    {"owner": ANN},
    source="// @parameter pubkey owner\n// @spend move(sig s)\n<owner> OP_CHECKSIG",
)


def moved(signer: PrivateKey = ANN) -> Any:
    token = Token(CATEGORY, nft=Nft(b"kept"))
    coin = CONTRACT.coin("11" * 32, 0, 100_000, token)
    builder = TransactionBuilder().spend(coin, CONTRACT.unlock.move(signer))
    return builder.pay(Output(99_000, ANN.locking_bytecode, token)).build_exactly()


OWNER = Party("ann", (ANN,))
WRONG: dict[str, tuple[Any, Any, dict[str, Any], str]] = {
    "one transaction": (
        moved(),
        [OWNER],
        {},
        "honest transactions must be a list, not a BuiltTransaction",
    ),
    "a builder": (
        [TransactionBuilder()],
        [OWNER],
        {},
        "honest transaction 0 must be a BuiltTransaction, or a Transaction and the outputs that it"
        " spends, not a TransactionBuilder",
    ),
    "one party": ([moved()], OWNER, {}, "parties must be a list, not a Party"),
    "names and keys": ([moved()], {"ann": ANN}, {}, "party 0 must be a Party, not a str"),
    "one key": (
        [moved()],
        [Party("ann", ANN)],  # type: ignore[arg-type]
        {},
        "the keys of ann must be a list, not a PrivateKey",
    ),
    "a public key": (
        [moved()],
        [Party("ann", (ANN.public_key,))],  # type: ignore[arg-type]
        {},
        "a key of ann must be a PrivateKey, not a bytes",
    ),
    "one script": (
        [moved()],
        [Party("ann", (ANN,), ANN.locking_bytecode)],  # type: ignore[arg-type]
        {},
        "the scripts of ann must be a frozenset of bytes",
    ),
    "a key of two": (
        [moved()],
        [OWNER, Party("bob", (BOB, ANN))],
        {},
        "a key of bob is ann's as well",
    ),
    "a name of two": ([moved()], [OWNER, OWNER], {}, "party 1: the name 'ann' is taken"),
    "one category": (
        [moved()],
        [OWNER],
        {"unique": CATEGORY},
        "unique categories must be a list, not a bytes",
    ),
    "a category as text": (
        [moved()],
        [OWNER],
        {"unique": [CATEGORY.hex()]},
        "a unique category must be bytes, not a str",
    ),
    "a category as it is displayed": (
        [moved()],
        [OWNER],
        {"unique": [CATEGORY[::-1]]},
        f"unique category 0x{CATEGORY[::-1].hex()} is in no honest transaction: it is in display"
        " order, expected wire order",
    ),
    "one property": (
        [moved()],
        [OWNER],
        {"properties": lambda *_: None},
        "properties must be a list, not a function",
    ),
    "no function": (
        [moved()],
        [OWNER],
        {"properties": ["kept"]},
        "a property must be a function, not a str",
    ),
    "no sentence": (
        [moved()],
        [OWNER],
        {"properties": [lambda *_: True]},
        "a property must return a sentence or None, not a bool",
    ),
    "a promise that is not kept": (
        [moved()],
        [OWNER],
        {"properties": [lambda *_: "nothing is kept"]},
        "honest transaction 0 breaks a property: nothing is kept",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_description_is_refused_with_what_is_wrong(case: str) -> None:
    honest, parties, others, message = WRONG[case]
    with pytest.raises(ContractError) as caught:
        fuzz(honest, parties, seconds=None, count=1, **others)
    assert str(caught.value) == message


def test_a_transaction_and_its_coins_may_be_given_as_they_are() -> None:
    built = moved()
    honest = [(built.transaction, built.source_outputs), built]
    assert fuzz(honest, [OWNER], seconds=None, count=1).judged


def test_an_empty_signature_among_others_is_no_place_to_sign() -> None:
    # Either of two signs, and pushes nothing in the other's place.
    contract = compile_contract(
        "either",
        {"ann": ANN, "bob": BOB},
        source="""\
// @parameter pubkey ann, pubkey bob
// @spend pay(sig anns, sig bobs)
<bob> OP_CHECKSIG OP_SWAP <ann> OP_CHECKSIG OP_BOOLOR
""",
    )
    coin = contract.coin("11" * 32, 0, 100_000)
    builder = TransactionBuilder().spend(coin, contract.unlock.pay(b"", BOB))
    honest = builder.pay(Output(99_000, BOB.locking_bytecode)).build()
    parties = [OWNER, Party("bob", (BOB,))]
    report = fuzz([honest], parties, seconds=None, count=100)
    assert report.attackers == ("a stranger", "ann", "bob")
