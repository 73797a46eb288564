"""Contracts from wallet templates: spent by their unlocking scripts, and refused by line."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest

from bchcov import BuildRefused, Chain, Output, PrivateKey, TransactionBuilder, read_wallet_template
from bchcov.contract import Contract, template_contract
from bchcov.contract.argument_types import ArgumentValue
from bchcov.errors import BuildError, ContractError
from bchcov.formats.wallet_template import CompilationData, WalletTemplate

OWNER, OTHER = PrivateKey(bytes(31) + b"\x05"), PrivateKey(bytes(31) + b"\x06")
TEMPLATE: dict[str, Any] = {
    "entities": {
        "owner": {"variables": {"key": {"type": "Key"}}},
        "heir": {
            "variables": {
                "heir_key": {"type": "Key"},
                "secret": {"type": "WalletData"},
                "least": {"type": "WalletData"},
            }
        },
    },
    "scripts": {
        "lock": {
            "lockingType": "p2sh32",
            "script": "OP_IF <key.public_key> check\n"
            "OP_ELSE\n  OP_SIZE <least> OP_EQUALVERIFY // [size] the secret is long enough\n"
            "  OP_DROP <heir_key.public_key> check\nOP_ENDIF",
        },
        "check": {"script": "OP_CHECKSIG"},
        "spend": {"script": "<key.schnorr_signature.all_outputs> OP_1", "unlocks": "lock"},
        "inherit": {
            "script": "<heir_key.ecdsa_signature.all_outputs_all_utxos> <secret> OP_0",
            "unlocks": "lock",
        },
    },
    "supported": ["BCH_2026_05"],
}
PUBLIC: dict[str, ArgumentValue] = {
    "key": OWNER.public_key,
    "heir_key": OTHER.public_key,
    "least": b"\x04",
}


def template(**changes: Any) -> WalletTemplate:
    return read_wallet_template(json.dumps({**TEMPLATE, **changes}))


def spending(contract: Contract, path: str, *values: ArgumentValue) -> TransactionBuilder:
    coin = contract.coin("11" * 32, 0, 10_000)
    builder = TransactionBuilder().spend(coin, contract.unlock[path](*values))
    return builder.pay(Output(9_000, OTHER.locking_bytecode))


def test_a_template_is_spent_by_each_of_its_unlocking_scripts() -> None:
    contract = template_contract(template(), "lock", PUBLIC)
    assert [str(path) for path in contract.paths] == [
        "spend(key key)",
        "inherit(key heir_key, bytes secret)",
    ]
    chain = Chain()
    one, two = chain.fund(contract.output(10_000), contract.output(10_000))
    for coin, unlocker in (
        (one, contract.unlock.spend(OWNER)),
        (two, contract.unlock.inherit(OTHER, b"abcd")),
    ):
        builder = TransactionBuilder().spend(coin, unlocker)
        built = builder.pay(Output(9_000, OTHER.locking_bytecode)).build()
        assert chain.submit(built).ok
        assert len(built.transaction.inputs[0].unlocking_bytecode) <= unlocker.size


def test_the_bytes_are_those_that_the_template_compiles() -> None:
    read = template()
    contract = template_contract(read, "lock", PUBLIC)
    data = CompilationData(
        private_keys={"key": OWNER.secret, "heir_key": OTHER.secret}, bytecode={"least": b"\x04"}
    )
    assert contract.locking_bytecode == read.compile("lock", data)
    assert contract.code == read.assemble("lock", data).code
    assert contract.locking == "p2sh32"


def test_a_refusal_names_the_templates_script_and_line() -> None:
    contract = template_contract(template(), "lock", PUBLIC)
    with pytest.raises(BuildRefused) as error:
        spending(contract, "inherit", OTHER, b"abc").build()
    assert (error.value.path, error.value.line, error.value.check) == ("inherit", 3, "size")
    with pytest.raises(BuildRefused) as error:
        spending(contract, "spend", OTHER).build()
    assert error.value.path == "spend"


def test_a_variable_with_a_private_key_is_no_argument() -> None:
    values: dict[str, ArgumentValue] = {**PUBLIC, "key": OWNER}
    contract = template_contract(template(), "lock", values)
    assert contract.code == template_contract(template(), "lock", PUBLIC).code
    assert spending(contract, "spend").build().verdict


@pytest.mark.parametrize("kind", ["p2sh20", "standard"])
def test_a_template_says_how_the_script_locks(kind: str) -> None:
    scripts = {**TEMPLATE["scripts"], "lock": {**TEMPLATE["scripts"]["lock"], "lockingType": kind}}
    contract = template_contract(template(scripts=scripts), "lock", PUBLIC)
    assert contract.locking == ("p2s" if kind == "standard" else kind)
    assert spending(contract, "spend", OWNER).build().verdict


@pytest.mark.parametrize(
    ("script", "values", "message"),
    [
        ("nowhere", PUBLIC, "unknown locking script 'nowhere': expected one of lock"),
        ("check", PUBLIC, "unknown locking script 'check': expected one of lock"),
        ("lock", {}, "lock: key: expected a PrivateKey or bytes, got nothing"),
        ("lock", {**PUBLIC, "least": 4}, "lock: least: expected bytes, got a int"),
    ],
)
def test_what_is_missing_or_wrong_is_named(
    script: str, values: dict[str, ArgumentValue], message: str
) -> None:
    with pytest.raises(ContractError) as error:
        template_contract(template(), script, values)
    assert str(error.value) == message


def test_hd_keys_are_refused_with_what_to_do() -> None:
    entities = {
        **TEMPLATE["entities"],
        "owner": {"variables": {"key": {"type": "HdKey"}}},
    }
    with pytest.raises(ContractError, match="lock: key is an HdKey: derive its key first"):
        template_contract(template(entities=entities), "lock", PUBLIC)


def test_arguments_are_keys_and_bytes() -> None:
    contract = template_contract(template(), "lock", PUBLIC)
    with pytest.raises(ContractError, match="key must be a PrivateKey, not a bytes"):
        contract.unlock.spend(OWNER.secret)


def test_a_compiled_path_travels_and_cannot_be_cosigned() -> None:
    contract = template_contract(template(), "lock", PUBLIC)
    assert pickle.loads(pickle.dumps(contract.unlock.spend(OWNER))).size
    with pytest.raises(BuildError, match="spend cannot be cosigned"):
        spending(contract, "spend", OWNER).cosign()
