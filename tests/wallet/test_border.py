"""What a wallet is given: numbers out of range and wrong types end in a sentence of ours."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bchcov import (
    BCH_2026,
    BchcovError,
    BuildError,
    EncodeError,
    Input,
    InvalidKey,
    Nft,
    Output,
    Token,
    Transaction,
    TransactionContext,
)
from bchcov.encoding.addresses import decode_address, encode_address, locking_bytecode_of
from bchcov.script.patterns import multisig
from bchcov.wallet import (
    Coin,
    CosignedTransaction,
    KeyHash,
    MultisigUnlocker,
    P2pkhUnlocker,
    PartialMultisig,
    PrivateKey,
    PublicKey,
    RawUnlocker,
    ScriptUnlocker,
    Signature,
    Spend,
    TransactionBuilder,
    message_signer,
    output_to,
    sign_message,
    verify_message,
)
from bchcov.wallet.funding import Funding
from bchcov.wallet.signing import (
    multisig_unlocking,
    sign_all_p2pkh,
    sign_p2pkh,
    transaction_signature,
)

KEY = PrivateKey(b"\x01" * 32)
MINE = KEY.locking_bytecode
ADDRESS = encode_address(MINE)
UNLOCK = P2pkhUnlocker(KEY)
COIN = Coin(b"\x22" * 32, 1, Output(50_000, MINE))
SPEND = Spend(COIN, UNLOCK)
PAID = Output(1_000, MINE)
TOKEN = Token(b"\x33" * 32, 5, Nft(b"\x01"))
SCRIPT = multisig(1, [KEY.public_key])
UNSIGNED = Transaction((Input(bytes(32), 1),), (PAID,))
CONTEXT = TransactionContext(UNSIGNED, [Output(5_000, MINE)])
START = TransactionBuilder().spend(COIN, UNLOCK).change_to(MINE)

COSIGNED = START.cosign()

junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([-1, 2**32 - 1, 2**32, 2**63, 2**64, 10**5000, -(10**5000)]),
    st.floats(),
    st.decimals(),
    st.sampled_from([Decimal("1e999999"), Decimal("1e-999999"), Decimal("sNaN"), 1e308]),
    st.text(max_size=5),
    st.binary(max_size=40),
    st.binary(max_size=40).map(bytearray),
    st.lists(st.integers(), max_size=2),
    st.sets(st.integers(), max_size=2),
    st.sampled_from([PAID, TOKEN, COIN, SPEND, KEY, UNLOCK, CONTEXT, UNSIGNED, START, object]),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=1),
)


def put(part: Any, field: str, value: object) -> Any:
    return replace(part, **{field: value})


def pay(**fields: object) -> Any:
    return START.pay(replace(PAID, **fields)).build()  # type: ignore[arg-type]


CALLS: dict[str, tuple[Any, tuple[object, ...]]] = {
    "spend": (lambda *a: START.spend(*a).build(), (COIN, UNLOCK)),
    "sequence": (lambda a: START.spend(COIN, UNLOCK, sequence=a), (0,)),
    "spend_all": (lambda a: START.spend_all(a), ([SPEND],)),
    "spend_one": (lambda a: START.spend_all([a]), (SPEND,)),
    "fund_from": (lambda a: START.fund_from(a), ([SPEND],)),
    "fund_one": (lambda a: START.fund_from([a]), (SPEND,)),
    "pay": (lambda a: START.pay(a).build(), (PAID,)),
    "pay_to": (lambda *a: START.pay_to(*a).build(), (ADDRESS, 1_000, None)),
    "change_to": (lambda a: START.change_to(a).build(), (ADDRESS,)),
    "burn": (lambda a: START.burn(a).build(), (b"\x33" * 32,)),
    "output_to": (output_to, (ADDRESS, 1_000, None)),
    "network": (lambda a: output_to(ADDRESS, 1_000, network=a), ("mainnet",)),
    "locking_bytecode_of": (locking_bytecode_of, (ADDRESS,)),
    "decode_address": (decode_address, (ADDRESS,)),
    "encode_address": (encode_address, (MINE,)),
    "key": (PrivateKey, (b"\x01" * 32, True)),
    "from_wif": (PrivateKey.from_wif, (KEY.to_wif(),)),
    "wif_network": (lambda a: PrivateKey.from_wif(KEY.to_wif(), network=a), ("mainnet",)),
    "to_wif": (KEY.to_wif, ("mainnet",)),
    "sign_message": (sign_message, (KEY, "text")),
    "verify_message": (verify_message, (ADDRESS, "text", sign_message(KEY, "text"))),
    "message_signer": (message_signer, ("text", sign_message(KEY, "text"))),
    "from_bitcash": (PrivateKey.from_bitcash, (KEY,)),
    "sign_schnorr": (KEY.sign_schnorr, (bytes(32),)),
    "sign_ecdsa": (KEY.sign_ecdsa, (bytes(32),)),
    "coin_of": (Coin.of, (UNSIGNED, 0)),
    "coin": (START.build().coin, (0,)),
    "unlock": (START.build().unlock, (0, b"")),
    "sign_p2pkh": (sign_p2pkh, (UNSIGNED, [Output(5_000, MINE)], 0, KEY)),
    "sign_all_p2pkh": (sign_all_p2pkh, (UNSIGNED, [Output(5_000, MINE)], KEY)),
    "transaction_signature": (transaction_signature, (CONTEXT, 0, MINE, KEY)),
    "hash_type": (lambda a: transaction_signature(CONTEXT, 0, MINE, KEY, hash_type=a), (0x61,)),
    "scheme": (lambda a: transaction_signature(CONTEXT, 0, MINE, KEY, scheme=a), ("ecdsa",)),
    "multisig": (multisig_unlocking, (CONTEXT, 0, SCRIPT, [KEY])),
    "one_key": (lambda a: multisig_unlocking(CONTEXT, 0, SCRIPT, [a]), (KEY,)),
    "partial": (PartialMultisig, (CONTEXT, 0, SCRIPT)),
    "add": (PartialMultisig(CONTEXT, 0, SCRIPT).add, (KEY.public_key, bytes(64) + b"\x61")),
    "combine": (PartialMultisig(CONTEXT, 0, SCRIPT).combine, (None,)),
    "sign": (PartialMultisig(CONTEXT, 0, SCRIPT).sign, (KEY,)),
    "p2pkh": (lambda *a: P2pkhUnlocker(*a).unlock(CONTEXT, 0), (KEY, 0x61, "schnorr")),
    "raw": (RawUnlocker, (b"",)),
    "signature": (Signature, (KEY, 0x61, "schnorr", None)),
    "script": (lambda *a: ScriptUnlocker(*a).unlock(CONTEXT, 0), ((), None)),
    "item": (lambda a: ScriptUnlocker([a]).unlock(CONTEXT, 0), (b"",)),
    "unlocker": (
        lambda *a: MultisigUnlocker(*a).size,
        (SCRIPT, (KEY,), False, 0x61, "ecdsa", ()),
    ),
    "unlock_context": (P2pkhUnlocker(KEY).unlock, (CONTEXT, 0)),
    "script_context": (ScriptUnlocker((1,)).unlock, (CONTEXT, 0)),
    "public_key": (PublicKey, (KEY.public_key,)),
    "key_hash": (KeyHash, (KEY.public_key_hash,)),
    "of_address": (KeyHash.of_address, (ADDRESS,)),
    "cosign": (lambda *a: START.spend(*a).cosign(), (COIN, UNLOCK)),
    "cosign_key": (lambda a: START.spend(COIN, P2pkhUnlocker(a)).cosign(), (KEY,)),
    "cosigned": (CosignedTransaction, (COSIGNED.unsigned, COSIGNED.parts)),
    "cosigned_sign": (COSIGNED.sign, (KEY,)),
    "cosigned_add": (COSIGNED.add, (0, KEY.public_key, bytes(64) + b"\x61")),
    "cosigned_combine": (COSIGNED.combine, (COSIGNED,)),
    "cosigned_build": (COSIGNED.build, (BCH_2026,)),
    "funding": (lambda *a: Funding(*a).builder(), (ADDRESS, (SPEND,), 1)),
}


@given(st.sampled_from(sorted(CALLS)), st.data())
def test_no_public_function_of_a_wallet_lets_another_error_out(
    name: str, data: st.DataObject
) -> None:
    function, arguments = CALLS[name]
    place = data.draw(st.integers(0, len(arguments) - 1))
    with suppress(BchcovError):
        function(*arguments[:place], data.draw(junk), *arguments[place + 1 :])


# One of each kind, for every argument in turn: what is drawn may miss some.
WRONG: tuple[object, ...] = (
    *(None, True, -1, 5, 2**32, 2**64, -(10**5000), 0.5, "", "x", b"", b"x", (1,), [b"x"], {}),
    *(TOKEN, PAID, COIN, SPEND, KEY, UNLOCK, CONTEXT, UNSIGNED, START, object),
)


@pytest.mark.parametrize("name", sorted(CALLS))
def test_every_argument_of_a_wallet_is_taken_or_an_error_of_ours(name: str) -> None:
    function, arguments = CALLS[name]
    for place in range(len(arguments)):
        for value in WRONG:
            with suppress(BchcovError):
                function(*arguments[:place], value, *arguments[place + 1 :])


@pytest.mark.parametrize(
    ("made", "field", "value", "message"),
    [
        *(
            (made, field, value, message)
            for made in (UNLOCK, MultisigUnlocker(SCRIPT), Signature(KEY))
            for field, value, message in (
                ("hash_type", "ALL", "hash type must be an integer, not a str"),
                ("hash_type", None, "hash type must be an integer, not None"),
                ("scheme", "rsa", "unknown signature scheme 'rsa'"),
                ("scheme", 5, "scheme"),
            )
        ),
        (UNLOCK, "key", MINE, "key must be a PrivateKey, not a bytes"),
        (Signature(KEY), "key", MINE, "key must be a PrivateKey, not a bytes"),
        (Signature(KEY), "covered", "51", "covered bytecode must be bytes, not a str"),
        (MultisigUnlocker(SCRIPT), "script", "51", "bytes, not a str"),
        (MultisigUnlocker(SCRIPT), "keys", KEY, "a list of PrivateKey"),
        (MultisigUnlocker(SCRIPT), "keys", (MINE,), "PrivateKey, not a bytes"),
        (MultisigUnlocker(SCRIPT), "signatures", 5, "pairs of a public key and its signature"),
        (MultisigUnlocker(SCRIPT), "signatures", ((b"",),), "pairs of a public key"),
        (MultisigUnlocker(SCRIPT), "signatures", ((b"",) * 3,), "pairs of a public key"),
        (MultisigUnlocker(SCRIPT), "signatures", ([b"", b""],), "pairs of a public key"),
        (RawUnlocker(), "unlocking_bytecode", "51", "unlocking bytecode must be bytes, not a str"),
        (ScriptUnlocker(), "items", b"x", "items must be a list, not a bytes"),
        (ScriptUnlocker(), "items", ("x",), "item must be bytes, an int or a Signature, not a str"),
        (ScriptUnlocker(), "redeem_script", "51", "redeem script must be bytes, not a str"),
    ],
)
def test_an_unlocker_refuses_a_wrong_field_when_it_is_made(
    made: object, field: str, value: object, message: str
) -> None:
    with pytest.raises(BchcovError, match=message):
        put(made, field, value)


@given(st.sampled_from(list(TransactionBuilder.__slots__)), junk)
def test_a_builder_of_any_fields_builds_or_raises_a_build_error(field: str, value: object) -> None:
    builder = put(START.pay(PAID), field, value)
    for build in (builder.build, builder.build_unsigned, builder.build_exactly):
        with suppress(BuildError):
            build()


@pytest.mark.parametrize("field", TransactionBuilder.__slots__)
def test_every_field_of_a_builder_is_taken_or_a_build_error(field: str) -> None:
    for value in WRONG:
        builder = put(START.pay(PAID), field, value)
        for build in (builder.build, builder.build_unsigned, builder.build_exactly):
            with suppress(BuildError):
                build()


@given(
    st.sampled_from(["outpoint_hash", "outpoint_index", "output", "sequence", "unlocker", "coin"]),
    junk,
)
def test_a_coin_of_any_fields_is_spent_or_a_build_error(field: str, value: object) -> None:
    spend = (
        put(SPEND, field, value)
        if field in ("sequence", "unlocker", "coin")
        else replace(SPEND, coin=put(COIN, field, value))
    )
    with suppress(BuildError):
        TransactionBuilder().spend_all([spend]).change_to(MINE).build(check=False)
    builder = TransactionBuilder(spends=(spend,)).change_to(MINE)
    for build in (builder.build, builder.build_unsigned, builder.build_exactly):
        with suppress(BuildError):
            build()


@pytest.mark.parametrize("build", ["build", "build_unsigned", "build_exactly"])
@pytest.mark.parametrize(
    ("value", "said"),
    [
        (-1, " -1 is out of range: expected 0 to 4294967295"),
        (2**32, " 4294967296 is out of range: expected 0 to 4294967295"),
        (1.5, " must be an integer, not a float"),
        ("2", " must be an integer, not a str"),
        (None, " must be an integer, not None"),
        (True, " must be an integer, not a bool"),
    ],
)
@pytest.mark.parametrize("field", ["version", "locktime"])
def test_a_version_or_locktime_out_of_range_is_a_build_error(
    field: str, value: Any, said: str, build: str
) -> None:
    with pytest.raises(BuildError, match=field + said):
        getattr(put(START, field, value), build)()


@pytest.mark.parametrize("value", [-1, 2**32])
def test_an_index_or_sequence_out_of_range_is_a_build_error(value: int) -> None:
    with pytest.raises(BuildError, match=f"sequence number {value} is out of range: expected 0 to"):
        START.spend(COIN, UNLOCK, sequence=value)
    with pytest.raises(BuildError, match=f"outpoint index {value} is out of range: expected 0 to"):
        START.spend(replace(COIN, outpoint_index=value), UNLOCK)


@pytest.mark.parametrize(
    ("token", "message"),
    [
        (
            Token(b"\x33" * 32, 2**63),
            "token amount 9223372036854775808 is out of range: expected 0 to",
        ),
        (Token(b"\x33" * 32, -1), "token amount -1 is out of range: expected 0 to"),
        (Token(b"\x33" * 31, 1), "token category must be 32 bytes, not 31"),
        (Token(b"\x33" * 32), "a token must have an amount, an NFT or both"),
    ],
)
def test_tokens_that_have_no_encoding_are_a_build_error(token: Token, message: str) -> None:
    with pytest.raises(BuildError, match=message):
        START.pay(replace(PAID, token=token))
    with pytest.raises(BuildError, match=message):
        replace(START, outputs=(replace(PAID, token=token),)).build()
    with pytest.raises(BuildError, match=message):
        START.spend(replace(COIN, output=replace(PAID, token=token)), UNLOCK)


def test_change_of_more_tokens_than_an_output_holds_is_a_build_error() -> None:
    builder = START
    for mark in (b"\x44", b"\x45"):
        output = Output(1_000, MINE, Token(b"\x33" * 32, 2**63 - 1))
        builder = builder.spend(Coin(mark * 32, 1, output), UNLOCK)
    with pytest.raises(
        BuildError, match="token amount 18446744073709551614 is out of range: expected 0 to"
    ):
        builder.build()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: pay(value=0.001),
            "an integer, not a float: values are in satoshis, 100,000,000 to one BCH",
        ),
        (lambda: pay(value=Decimal("0.1")), "an integer, not a Decimal: values are in satoshis"),
        (lambda: pay(locking_bytecode=None), "locking bytecode must be bytes, not None"),
        (lambda: START.pay(b"\x51"), "output must be an Output, not a bytes"),  # type: ignore[arg-type]
        (lambda: START.burn("33" * 32), "must be bytes, not a str: use bytes.fromhex"),  # type: ignore[arg-type]
        (lambda: START.burn(b"\x33"), "token category to burn must be 32 bytes, not 1"),
        (lambda: START.spend(PAID, UNLOCK), "coin must be a Coin, not an Output"),  # type: ignore[arg-type]
        (lambda: START.spend(COIN, KEY), "unlocker must have a size and a method unlock"),  # type: ignore[arg-type]
        (lambda: START.fund_from(SPEND), "a list of Spend, not a Spend"),  # type: ignore[arg-type]
        (lambda: START.fund_from([COIN]), "offered coin 0 must be a Spend, not a Coin"),  # type: ignore[list-item]
        (lambda: replace(START, fee_rate="1").build(), "fee rate must be an int, .* not a str"),  # type: ignore[arg-type]
        (lambda: replace(START, fee_rate=Decimal("NaN")).build(), "fee rate is out of range"),
        (lambda: replace(START, rules="2026").build(), "rules must be a RuleSet, not a str"),  # type: ignore[arg-type]
        (lambda: START.change_to(b"\x6a").build(), "change must not go to an OP_RETURN script"),
    ],
)
def test_a_wrong_type_is_told_what_a_builder_expected(call: Any, message: str) -> None:
    with pytest.raises(BuildError, match=message):
        call()


def test_what_is_no_key_is_an_invalid_key() -> None:
    for call in (
        lambda: PrivateKey("01" * 32),  # type: ignore[arg-type]
        lambda: PrivateKey.from_wif(KEY.secret),  # type: ignore[arg-type]
        lambda: P2pkhUnlocker(KEY.secret),  # type: ignore[arg-type]
        lambda: sign_p2pkh(UNSIGNED, [Output(5_000, MINE)], 0, KEY.to_wif()),  # type: ignore[arg-type]
        lambda: KEY.sign_schnorr("00" * 32),  # type: ignore[arg-type]
    ):
        with pytest.raises(InvalidKey, match=r", not a (str|bytes)"):
            call()


def test_signing_a_transaction_that_has_no_encoding_is_an_encode_error() -> None:
    for field, value in (("locktime", 2**32), ("version", -1), ("outputs", (None,))):
        with pytest.raises(EncodeError):
            sign_p2pkh(put(UNSIGNED, field, value), [Output(5_000, MINE)], 0, KEY)
        with pytest.raises(EncodeError):
            sign_all_p2pkh(put(UNSIGNED, field, value), [Output(5_000, MINE)], KEY)


def test_an_unlocker_that_makes_no_bytes_is_a_build_error() -> None:
    class Wrong:
        size: Any = 10

        def unlock(self, context: TransactionContext, index: int) -> bytes:
            return "" if index == len(context.source_outputs) else None  # type: ignore[return-value]

    with pytest.raises(BuildError, match="unlocking bytecode must be bytes, not None"):
        START.spend(replace(COIN, outpoint_index=2), Wrong()).build()
    Wrong.size = "ten"
    with pytest.raises(BuildError, match="unlocker size must be an integer"):
        START.spend(replace(COIN, outpoint_index=2), Wrong())
    assert BCH_2026.is_standard


@pytest.mark.parametrize("spends", ["ab", b"ab", 5, None])
def test_what_is_no_list_of_spends_is_said_to_be_none(spends: Any) -> None:
    kind = "None" if spends is None else f"an? {type(spends).__name__}"
    with pytest.raises(BuildError, match=f"coins to spend must be a list of Spend, not {kind}"):
        TransactionBuilder().spend_all(spends)
