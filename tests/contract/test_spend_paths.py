"""Declaring spend paths and parameters, and unlocking a contract by them."""

from __future__ import annotations

import copy
import pickle

import pytest

from bchcov import (
    BuildRefused,
    Chain,
    Contract,
    Output,
    PrivateKey,
    ScriptUnlocker,
    Signature,
    TransactionBuilder,
    compile_contract,
    p2sh20,
    p2sh32,
)
from bchcov.contract import Argument, SpendPath
from bchcov.contract.argument_types import ArgumentValue
from bchcov.contract.contract import Locking
from bchcov.errors import AddressError, BuildError, ContractError, DecodeError
from bchcov.wallet.unlockers import Item

KEY = PrivateKey(bytes(31) + b"\x07")
OTHER = PrivateKey(bytes(31) + b"\x08")
LOCK = """\
// @parameter bytes20 owner, int least
// @spend move(sig signature, pubkey key): <signature> <key> OP_1
// @spend pass(int number): <$(<number> OP_1ADD)> OP_0
OP_IF
  OP_DUP OP_HASH160 <owner> OP_EQUALVERIFY  // [key] it is the owner's
  OP_CHECKSIG                               // [signature] the owner signs
OP_ELSE
  <least> OP_GREATERTHAN                    // [large] the number is large enough
OP_ENDIF
"""


def lock(locking: Locking = "p2sh32") -> Contract:
    bindings: dict[str, ArgumentValue] = {"owner": KEY.public_key_hash, "least": 1000}
    return compile_contract("lock", bindings, source=LOCK, locking=locking)


@pytest.mark.parametrize("locking", ["p2sh32", "p2sh20", "p2s"])
def test_a_contract_is_spent_by_its_paths_under_every_locking(locking: Locking) -> None:
    contract = lock(locking)
    chain = Chain()
    first, second = chain.fund(contract.output(10_000), contract.output(20_000))
    unlockers = (contract.unlock.move(KEY, key=KEY), contract.unlock.pass_(1000))
    for coin, unlocker in zip((first, second), unlockers, strict=True):
        builder = TransactionBuilder().change_to(OTHER.locking_bytecode)
        built = builder.spend(coin, unlocker).build()
        assert chain.submit(built).ok
        assert len(built.transaction.inputs[0].unlocking_bytecode) == unlocker.size


def test_an_unlocker_pushes_what_the_path_says_and_then_the_redeem_script() -> None:
    contract = lock()
    coin = contract.coin("11" * 32, 3, 10_000)
    builder = TransactionBuilder().change_to(OTHER.locking_bytecode)
    items: list[Item] = [Signature(KEY), KEY.public_key, 1]
    by_hand = ScriptUnlocker(items, redeem_script=contract.code)
    assert (
        builder.spend(coin, contract.unlock.move(KEY, KEY)).build().encoded
        == builder.spend(coin, by_hand).build().encoded
    )


def test_a_refusal_names_path_line_and_check() -> None:
    contract = lock()
    builder = TransactionBuilder().change_to(OTHER.locking_bytecode)
    coin = contract.coin("11" * 32, 0, 10_000)
    with pytest.raises(BuildRefused) as error:
        builder.spend(coin, contract.unlock["pass"](number=999)).build()
    refused = error.value
    assert (refused.contract, refused.path, refused.line, refused.check) == (
        "lock",
        "pass",
        8,
        "large",
    )
    assert "input 0: pass of lock: lock.cashasm:8 [large]" in str(refused)
    with pytest.raises(BuildRefused) as error:
        builder.spend(coin, contract.unlock.move(OTHER, OTHER)).build()
    assert (error.value.path, error.value.check) == ("move", "key")


def test_a_signature_argument_covers_what_it_is_asked_to() -> None:
    contract = lock()
    builder = TransactionBuilder().change_to(OTHER.locking_bytecode)
    coin = contract.coin("11" * 32, 0, 10_000)
    other_type = Signature(KEY, hash_type=0x41, scheme="ecdsa")
    assert builder.spend(coin, contract.unlock.move(other_type, KEY)).build().verdict
    of_another_script = Signature(KEY, covered=b"\x51")
    with pytest.raises(BuildRefused, match="signature"):
        builder.spend(coin, contract.unlock.move(of_another_script, KEY)).build()


def test_a_coin_of_another_contract_is_not_unlocked() -> None:
    builder = TransactionBuilder().change_to(OTHER.locking_bytecode)
    coin = lock("p2sh20").coin("11" * 32, 0, 10_000)
    with pytest.raises(BuildError, match="input 0 does not spend a coin of the contract lock"):
        builder.spend(coin, lock().unlock.pass_(1000)).build()


@pytest.mark.parametrize(
    ("values", "named", "message"),
    [
        ((KEY,), {}, "missing arguments: pubkey key"),
        ((), {}, "missing arguments: sig signature, pubkey key"),
        ((KEY, KEY, KEY), {}, "expected 2 arguments, got 3"),
        ((KEY, KEY), {"key": KEY}, "argument 'key' is given twice"),
        ((KEY,), {"keys": KEY}, "unknown argument 'keys'"),
        ((KEY, 5), {}, "key must be a PrivateKey, a PublicKey or bytes, not the integer 5"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(
    values: tuple[ArgumentValue, ...], named: dict[str, ArgumentValue], message: str
) -> None:
    with pytest.raises(ContractError) as error:
        lock().unlock.move(*values, **named)
    assert str(error.value) == f"lock: move(sig signature, pubkey key): {message}"


def test_a_path_that_there_is_not_is_refused_with_the_names_of_those_there_are() -> None:
    with pytest.raises(
        ContractError, match="lock: unknown spend path 'steal': expected one of move, pass"
    ):
        _ = lock().unlock.steal
    with pytest.raises(ContractError, match="unknown spend path 'x': the contract declares none"):
        _ = Contract("bare", b"\x51").unlock["x"]


def test_the_paths_are_listed_and_completed() -> None:
    unlock = lock().unlock
    assert list(unlock) == ["move", "pass"]
    assert len(unlock) == 2
    assert dir(unlock) == ["move", "pass_"]
    assert not hasattr(unlock, "__wrapped__")


def test_contracts_and_their_unlockers_travel() -> None:
    unlocker = lock().unlock.move(KEY, KEY)
    assert pickle.loads(pickle.dumps(unlocker)) == unlocker
    assert copy.deepcopy(unlocker) == unlocker
    assert copy.copy(lock().unlock)["move"].path.name == "move"


def test_paths_are_declared_in_python_as_well() -> None:
    contract = compile_contract(
        "sum", source="OP_ADD <7> OP_EQUAL", paths={"two": "int a, int b", "one": "int a: <a> OP_1"}
    )
    assert contract.paths == (
        SpendPath("two", (Argument("a", "int"), Argument("b", "int"))),
        SpendPath("one", (Argument("a", "int"),), "<a> OP_1"),
    )
    builder = TransactionBuilder().change_to(OTHER.locking_bytecode)
    coin = contract.coin("11" * 32, 0, 10_000)
    for unlocker in (contract.unlock.two(3, 4), contract.unlock.one(6)):
        assert builder.spend(coin, unlocker).build().verdict


@pytest.mark.parametrize(
    ("declaration", "message"),
    [
        ("// @spend move(sig)", "line 2: move: expected 'TYPE NAME', got 'sig'"),
        ("// @spend move(sig a, int)", "line 2: move: expected 'TYPE NAME', got 'int'"),
        ("// @spend move(sog a)", "unknown argument type 'sog'"),
        ("// @spend move", "line 2: expected '@spend NAME(TYPE NAME, ...)'"),
        ("// @spend move(sig a) <a>", "line 2: expected '@spend NAME(TYPE NAME, ...)'"),
        ("// @spend move(sig a, int a)", "move: two arguments are called 'a'"),
        ("// @spend a()\n// @spend a()", "odd: two spend paths are called 'a'"),
        ("// @parameter pubkey", "line 2: expected 'TYPE NAME', got 'pubkey'"),
        ("// @parameter int a, int a", "line 2: two parameters are called 'a'"),
        ("// @parameter int a", "odd: missing parameters: a"),
    ],
)
def test_a_declaration_that_cannot_be_read_names_its_line(declaration: str, message: str) -> None:
    with pytest.raises(ContractError) as error:
        compile_contract("odd", source=f"OP_1\n{declaration}\n")
    assert str(error.value).startswith(message)


def test_an_unlocking_script_that_cannot_be_assembled_is_refused_when_it_is_asked_for() -> None:
    contract = compile_contract("odd", source="OP_1", paths={"go": "int a: <b>"})
    with pytest.raises(ContractError, match=r"odd: go\(int a\): unlocking script: line 1"):
        contract.unlock.go(1)


def test_declared_parameters_are_bound_to_values_of_their_types() -> None:
    source = "// @parameter pubkey owner, bool flag, string name\n<owner> <flag> <name>"
    bindings: dict[str, ArgumentValue] = {"owner": KEY, "flag": True, "name": "ab"}
    contract = compile_contract("typed", bindings, source=source)
    assert contract.code == b"\x21" + KEY.public_key + b"\x51\x02ab"
    assert [(each.name, each.type) for each in contract.parameters] == [
        ("owner", "pubkey"),
        ("flag", "bool"),
        ("name", "string"),
    ]
    with pytest.raises(ContractError, match="typed: parameter flag must be True or False"):
        compile_contract("typed", {**bindings, "flag": 1}, source=source)
    with pytest.raises(
        ContractError, match="parameter owner must be bytes, an integer or a source, not a P"
    ):
        compile_contract("typed", {"owner": KEY}, source="<owner>")
    with pytest.raises(ContractError, match="parameters cannot depend on the transaction"):
        compile_contract("typed", {"s": KEY}, source="// @parameter sig s\n<s>")


def test_outputs_coins_and_addresses_are_of_the_locking() -> None:
    contract = lock()
    assert contract.locking_bytecode == p2sh32(contract.code)
    assert lock("p2sh20").locking_bytecode == p2sh20(contract.code)
    assert lock("p2s").locking_bytecode == contract.code
    assert contract.address().startswith("bitcoincash:p")
    assert contract.address("chipnet", token_aware=True).startswith("bchtest:r")
    with pytest.raises(AddressError):
        lock("p2s").address()
    with pytest.raises(AddressError, match="unknown network 'moon'"):
        contract.address("moon")
    coin = contract.coin("22" + "11" * 31, 1, 5_000)
    assert coin.txid == "22" + "11" * 31
    assert coin.output == Output(5_000, contract.locking_bytecode)
    with pytest.raises(DecodeError, match="64 hexadecimal digits, not 4"):
        contract.coin("1122", 0, 5_000)


def test_the_coins_of_a_transaction_are_those_that_the_contract_locks() -> None:
    contract = lock()
    builder = TransactionBuilder().change_to(OTHER.locking_bytecode)
    coin = contract.coin("11" * 32, 0, 10_000)
    built = (
        builder.spend(coin, contract.unlock.pass_(1000))
        .pay(Output(1_000, OTHER.locking_bytecode), contract.output(2_000))
        .build()
    )
    (kept,) = contract.coins_of(built.transaction)
    assert kept == built.coin(1)


def test_a_script_that_cannot_lock_coins_is_refused() -> None:
    with pytest.raises(
        ContractError, match="long cannot be locked as p2s: script of 202 bytes, relay limit 201"
    ):
        Contract("long", b"\x61" * 202, "p2s")
    with pytest.raises(ContractError, match="unknown locking 'p2sh'"):
        Contract("odd", b"\x51", "p2sh")  # type: ignore[arg-type]


def test_a_contract_known_by_its_bytes_alone_has_no_lines() -> None:
    contract = Contract("bare", b"\x00", paths=(SpendPath("go"),))
    assert contract.text is None
    assert contract.checks == ()
    assert contract.place(0) is None
    assert contract.check_at(0) is None
    with pytest.raises(BuildRefused) as error:
        TransactionBuilder().change_to(OTHER.locking_bytecode).spend(
            contract.coin("11" * 32, 0, 10_000), contract.unlock.go()
        ).build()
    assert (error.value.contract, error.value.line, error.value.path) == ("bare", None, "go")
