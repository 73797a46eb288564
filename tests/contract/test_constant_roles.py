"""The constants of contracts have the roles that their use in the script tells."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from contract_examples import ARTIFACT_EXAMPLES, EXAMPLES
from test_cashscript import ESCROWS, depot, escrow

from bchcov import (
    Contract,
    PrivateKey,
    assemble,
    compile_contract,
    encode_address,
    p2pkh,
    p2sh20,
    p2sh32,
)
from bchcov.amm import cpmm, direct, ticketed
from bchcov.contract import Constant, Role
from bchcov.contract.argument_types import ArgumentValue
from bchcov.script.patterns import p2pk

KEY = PrivateKey(bytes(31) + b"\x07")
CATEGORY = bytes(range(32))
POOL = {"pool_category": CATEGORY, "token_category": CATEGORY[::-1], "owner": KEY.public_key_hash}
EXPECTED = {
    "lock": "hash: hash, recipient: public key",
    "htlc": "hash: hash, recipient: public key, sender: public key, timeout: locktime, age: age",
    "will": "hot: public key, cold: public key, heir: public key, delay: age, fee: number",
    "payment": (
        "recipient: locking bytecode, owner: public key, amount: number, period: number,"
        " fee: number"
    ),
    "escrow": (
        "oracle: public key, buyer: locking bytecode, seller: locking bytecode,"
        " timeout: locktime, fee: number"
    ),
    "vault": "hot: public key, recovery: public key, waiting: locking bytecode, fee: number",
    "waiting": "hot: public key, recovery: public key, delay: age",
    "mint": "artist: locking bytecode, price: number, cap: number",
    "stream": "recipient: public key, payer: public key, rate: number",
    "allowance": "recipient: locking bytecode, fee: number",
}


def named(contract: Contract) -> str:
    return ", ".join(f"{each.name}: {each.role}" for each in contract.constants if each.name)


def roles(source: str, **bindings: ArgumentValue) -> dict[str, Role]:
    """The role of each name that is bound."""
    made = compile_contract("it", bindings, source=source)
    return {each.name: each.role for each in made.constants if each.name is not None}


def role(source: str, value: ArgumentValue = b"some bytes") -> Role:
    """The role of what `x` stands for."""
    return roles(source, x=value)["x"]


TYPED = {
    "pubkey": {Role.PUBLIC_KEY},
    "int": {Role.NUMBER, Role.LOCKTIME, Role.AGE},
    "bytes20": {Role.PUBLIC_KEY_HASH},
    "bytes": {Role.LOCKING_BYTECODE, Role.CATEGORY, Role.HASH},
}


@pytest.mark.parametrize(
    "contract",
    [each for example in (*EXAMPLES, *ARTIFACT_EXAMPLES) for each in example.contracts.values()],
    ids=lambda contract: contract.name,
)
def test_the_parameters_of_contracts_to_learn_from_have_the_roles_of_their_types(
    contract: Contract,
) -> None:
    found = {each.name: each for each in contract.constants if each.name is not None}
    assert list(found) == [each.name for each in contract.parameters]
    for each in contract.parameters:
        assert each.type is not None
        assert found[each.name].role in TYPED.get(each.type, TYPED["bytes"]), each


@pytest.mark.parametrize("name", EXPECTED)
def test_each_parameter_of_contracts_to_learn_from_has_its_role(name: str) -> None:
    for example in EXAMPLES:
        for contract in example.contracts.values():
            if contract.name == name:
                assert named(contract) == EXPECTED[name]


def test_the_contracts_of_pools_have_their_roles() -> None:
    pool = direct.Scripts(direct.Parameters(**POOL))  # type: ignore[arg-type]
    assert named(pool.pool) == (
        "bond: number, tip: number, bond_less_tip: number, wait_bound: number,"
        " vault_bytecode: locking bytecode"
    )
    assert named(pool.vault) == (
        "pool_nft: category, token_category: category, owner: hash of a public key,"
        " bond: number, min_reserve: number, fee_kept: number, fee_denominator: number"
    )
    scripts = ticketed.Scripts(ticketed.Parameters(**POOL))  # type: ignore[arg-type]
    ticket = scripts.ticket_contract(KEY.public_key_hash, bytes(36))
    assert named(ticket) == (
        "pool_nft: category, refund_delay: age, trader: hash of a public key,"
        " deadline_and_action_hash: unknown"
    )
    assert named(scripts.pool) == "queue_code_hash: hash, vault_bytecode: locking bytecode"
    plain = cpmm.Parameters(CATEGORY, KEY.public_key_hash).contract
    assert named(plain) == "owner: hash of a public key"


@pytest.mark.parametrize("version", ESCROWS)
def test_a_compiled_contract_has_the_roles_of_its_source(version: str) -> None:
    hashes = [f"{name}: hash of a public key" for name in ("arbiter", "buyer", "seller")]
    contract = escrow(version)
    assert named(contract) == ", ".join([*hashes, "fee: number"])
    others = {each.value: each.role for each in contract.constants if each.name is None}
    part = Role.LOCKING_BYTECODE_PART
    assert others == {
        b"\x76\xa9\x14": part,
        b"\x88\xac": part,
        (700_000).to_bytes(3, "little"): Role.LOCKTIME,
    }


def test_functions_are_followed_where_they_are_called() -> None:
    assert named(depot()) == "keeper: public key, least: number"
    called = "<<x> OP_CHECKSIG> OP_0 OP_DEFINE OP_0 OP_INVOKE"
    never = "<<x> OP_CHECKSIG> OP_0 OP_DEFINE OP_1"
    twice = "<<x>> OP_0 OP_DEFINE OP_0 OP_INVOKE OP_CHECKSIG OP_0 OP_INVOKE OP_DROP"
    passed = "<OP_HASH160 OP_EQUAL> OP_0 OP_DEFINE <x> OP_OVER OP_0 OP_INVOKE OP_VERIFY"
    again = "<OP_0 OP_INVOKE> OP_0 OP_DEFINE OP_0 OP_INVOKE <x> OP_CHECKSIG"
    assert [role(source) for source in (called, never, twice, passed, again)] == [
        Role.PUBLIC_KEY,
        Role.PUBLIC_KEY,
        Role.PUBLIC_KEY,
        Role.HASH,
        Role.PUBLIC_KEY,
    ]
    (constant,) = compile_contract("it", {"x": b"ab"}, source=f"OP_NOP {called}").constants
    assert constant.offsets == (1,)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<x> OP_CHECKSIG", Role.PUBLIC_KEY),
        ("<x> OP_SWAP OP_TOALTSTACK OP_FROMALTSTACK OP_SWAP OP_CHECKSIGVERIFY", Role.PUBLIC_KEY),
        ("<x> OP_CHECKDATASIG", Role.PUBLIC_KEY),
        ("OP_1 <x> <'other'> OP_2 OP_CHECKMULTISIG", Role.PUBLIC_KEY),
        ("<x> OP_1 <'other'> OP_1 OP_CHECKMULTISIG", Role.UNKNOWN),
        ("OP_DUP OP_HASH160 <x> OP_EQUALVERIFY OP_CHECKSIG", Role.PUBLIC_KEY_HASH),
        ("OP_2DUP OP_CHECKSIGVERIFY OP_NIP OP_SHA256 <x> OP_EQUAL", Role.PUBLIC_KEY_HASH),
        ("OP_HASH256 <x> OP_EQUAL", Role.HASH),
        ("<x> OP_SWAP OP_RIPEMD160 OP_EQUAL", Role.HASH),
        ("OP_0 OP_UTXOTOKENCATEGORY <x> OP_EQUAL", Role.CATEGORY),
        ("OP_0 OP_UTXOTOKENCATEGORY <32> OP_SPLIT OP_DROP <x> OP_EQUAL", Role.CATEGORY),
        ("OP_0 OP_UTXOTOKENCATEGORY <32> OP_SPLIT OP_NIP <x> OP_EQUAL", Role.CAPABILITY),
        ("OP_0 OP_UTXOTOKENCATEGORY <31> OP_SPLIT OP_NIP <x> OP_EQUAL", Role.UNKNOWN),
        ("<x> OP_1 OP_CAT OP_0 OP_OUTPUTTOKENCATEGORY OP_EQUAL", Role.CATEGORY),
        ("<'a'> <x> OP_CAT OP_0 OP_OUTPUTTOKENCATEGORY OP_EQUAL", Role.CAPABILITY),
        ("OP_0 OP_OUTPUTTOKENCOMMITMENT <x> OP_EQUAL", Role.COMMITMENT),
        ("OP_0 OP_OUTPOINTTXHASH <x> OP_EQUAL", Role.TXID),
        ("OP_0 OP_OUTPUTBYTECODE <x> OP_EQUAL", Role.LOCKING_BYTECODE),
        ("OP_ACTIVEBYTECODE <x> OP_EQUAL", Role.CODE),
        ("<0x76a914> <x> OP_CAT <0x88ac> OP_CAT OP_0 OP_OUTPUTBYTECODE OP_EQUAL",
         Role.PUBLIC_KEY_HASH),
        ("<0xaa20> <x> <0x87> OP_CAT OP_CAT OP_0 OP_OUTPUTBYTECODE OP_EQUAL", Role.SCRIPT_HASH),
        ("<0xa914> <x> <0x87> OP_CAT OP_CAT OP_0 OP_OUTPUTBYTECODE OP_EQUAL", Role.SCRIPT_HASH),
        ("<0xa914> <x> <0x88> OP_CAT OP_CAT OP_0 OP_OUTPUTBYTECODE OP_EQUAL",
         Role.LOCKING_BYTECODE_PART),
        ("<0x76a914> <x> OP_HASH160 OP_CAT <0x88ac> OP_CAT OP_0 OP_OUTPUTBYTECODE OP_EQUAL",
         Role.PUBLIC_KEY),
        ("<x> OP_CHECKLOCKTIMEVERIFY", Role.LOCKTIME),
        ("<x> OP_CHECKSEQUENCEVERIFY", Role.AGE),
        ("<x> OP_ADD", Role.NUMBER),
        ("OP_0 OP_UTXOVALUE <x> OP_EQUAL", Role.NUMBER),
        ("OP_SIZE <x> OP_EQUALVERIFY", Role.NUMBER),
        ("<x> OP_NUM2BIN", Role.NUMBER),
        ("<x> OP_0 OP_NUM2BIN", Role.UNKNOWN),
        ("<x> OP_UTXOVALUE", Role.NUMBER),
        ("<x> OP_SPLIT", Role.NUMBER),
        ("<x> OP_0 OP_SPLIT", Role.UNKNOWN),
        ("<x> OP_PICK", Role.NUMBER),
        ("<x> OP_1 OP_2 OP_2 OP_PICK OP_CHECKSIG", Role.PUBLIC_KEY),
        ("<x> OP_1 OP_2 OP_2 OP_ROLL OP_CHECKSIG", Role.PUBLIC_KEY),
        ("<x> OP_1 OP_ADD OP_PICK OP_CHECKSIG", Role.NUMBER),
        ("<x> OP_SWAP OP_ROLL OP_CHECKSIG", Role.UNKNOWN),
        ("<x> OP_SWAP OP_ROLL OP_DROP OP_CHECKSIG", Role.UNKNOWN),
        ("<x> OP_SWAP OP_PICK OP_DROP OP_CHECKSIG", Role.PUBLIC_KEY),
        ("<x> OP_TOALTSTACK OP_FROMALTSTACK OP_CHECKSIG", Role.PUBLIC_KEY),
        ("<x> OP_FROMALTSTACK OP_DROP OP_CHECKSIG", Role.PUBLIC_KEY),
        ("<x> OP_NOP OP_CHECKSIG", Role.PUBLIC_KEY),
        ("<x> OP_DROP OP_CHECKSIG", Role.UNKNOWN),
        ("<x> <'other'> OP_CAT OP_SHA256 OP_DROP", Role.UNKNOWN),
        ("<x> OP_EVAL OP_CHECKSIG", Role.UNKNOWN),
        ("<x> OP_3 OP_INVOKE OP_CHECKSIG", Role.UNKNOWN),
    ],
)  # fmt: skip
def test_what_a_constant_is_used_for_is_its_role(source: str, expected: Role) -> None:
    assert role(source) is expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("OP_IF <x> OP_ELSE <'y'> OP_ENDIF OP_CHECKSIG", Role.PUBLIC_KEY),
        ("OP_IF <'y'> OP_ELSE <x> OP_ENDIF OP_CHECKSIG", Role.PUBLIC_KEY),
        ("<x> OP_SWAP OP_IF OP_DROP <'y'> OP_ENDIF OP_CHECKSIG", Role.PUBLIC_KEY),
        ("<x> OP_SWAP OP_IF OP_DROP OP_RETURN OP_ENDIF OP_CHECKSIG", Role.PUBLIC_KEY),
        ("<x> OP_SWAP OP_IF OP_RETURN OP_ELSE OP_DROP OP_ENDIF OP_CHECKSIG", Role.UNKNOWN),
        ("<x> OP_SWAP OP_NOTIF OP_CHECKSIG OP_ELSE OP_DROP OP_ENDIF", Role.PUBLIC_KEY),
        ("<x> OP_SWAP OP_IFDUP OP_NOTIF OP_CHECKSIG OP_ELSE OP_2DROP OP_ENDIF", Role.PUBLIC_KEY),
        ("<x> OP_SWAP OP_IFDUP OP_IF OP_2DROP OP_ELSE OP_CHECKSIG OP_ENDIF", Role.PUBLIC_KEY),
        ("<x> OP_SWAP OP_IFDUP OP_IF OP_DROP OP_CHECKSIG OP_ENDIF", Role.PUBLIC_KEY),
        ("OP_IF OP_0 OP_OUTPUTBYTECODE OP_ELSE OP_0 OP_UTXOBYTECODE OP_ENDIF <x> OP_EQUAL",
         Role.LOCKING_BYTECODE),
        ("OP_IF OP_HASH160 OP_ELSE OP_SHA256 OP_ENDIF <x> OP_EQUAL", Role.HASH),
        ("OP_HASH160 OP_SWAP OP_IF <x> OP_ELSE <'y'> OP_ENDIF OP_EQUAL", Role.HASH),
        ("OP_BEGIN <x> OP_OVER OP_CHECKSIG OP_UNTIL", Role.UNKNOWN),
        ("OP_BEGIN OP_DUP <x> OP_CHECKSIG OP_UNTIL", Role.PUBLIC_KEY),
        ("OP_ELSE OP_ENDIF OP_ENDIF <x> OP_CHECKSIG", Role.PUBLIC_KEY),
        ("OP_IF <x> OP_SWAP OP_IF OP_DROP <'y'> OP_ELSE OP_CHECKSIG OP_ENDIF OP_ENDIF",
         Role.PUBLIC_KEY),
        ("OP_IF <x> OP_SWAP OP_IF OP_RETURN OP_ELSE OP_RETURN OP_ENDIF OP_ELSE <'y'> OP_ENDIF"
         " OP_CHECKSIG", Role.UNKNOWN),
        ("<x> OP_1 OP_IF OP_DROP OP_ELSE OP_CHECKSIG OP_ENDIF", Role.PUBLIC_KEY),
        ("<x> OP_0 OP_TXVERSION OP_NOTIF OP_DROP OP_CHECKSIG OP_ENDIF", Role.PUBLIC_KEY),
    ],
)  # fmt: skip
def test_every_branch_is_followed(source: str, expected: Role) -> None:
    assert role(source) is expected


@pytest.mark.parametrize(
    ("declared", "value", "expected"),
    [
        ("pubkey", KEY, Role.PUBLIC_KEY),
        ("int", 5, Role.NUMBER),
        ("bool", True, Role.TRUTH),
        ("string", "a", Role.TEXT),
        ("bytes20", bytes(20), Role.UNKNOWN),
        ("bytes", KEY.public_key, Role.PUBLIC_KEY),
        ("bytes", b"\x02" + b"\xff" * 32, Role.UNKNOWN),
        ("bytes", p2pkh(bytes(20)), Role.LOCKING_BYTECODE),
        ("bytes", p2sh20(b""), Role.LOCKING_BYTECODE),
        ("bytes", p2sh32(b""), Role.LOCKING_BYTECODE),
        ("bytes", p2pk(KEY.public_key), Role.LOCKING_BYTECODE),
    ],
)
def test_where_no_use_tells_the_declared_type_does_or_else_the_form(
    declared: str, value: ArgumentValue, expected: Role
) -> None:
    assert role(f"// @parameter {declared} x\n<x> OP_DROP", value) is expected
    # A parameter that is not pushed as it is keeps its name.
    made = compile_contract(
        "it", {"x": value}, source=f"// @parameter {declared} x\n<$(<x> OP_SIZE OP_CAT)> OP_DROP"
    )
    (first, *_) = made.constants
    assert (first.name, first.role, first.offsets) == ("x", expected, ())


def test_a_use_counts_more_than_the_declared_type() -> None:
    assert role("// @parameter int x\n<x> OP_CHECKLOCKTIMEVERIFY", 700_000) is Role.LOCKTIME
    (fee,) = compile_contract(
        "it", {"fee": 7}, source="// @parameter int fee\n<fee> OP_ADD <fee> OP_EQUAL OP_7"
    ).constants
    assert fee == Constant(b"\x07", Role.NUMBER, "fee", (0, 2))


def test_constants_of_one_value_are_one_unless_they_have_different_names() -> None:
    source = "<x> OP_ADD <y> OP_ADD <0x1122> OP_ADD <0x1122> OP_ADD"
    made = compile_contract(
        "it", {"x": b"\x11\x22", "y": b"\x11\x22", "unused": b"1"}, source=source
    )
    assert [(each.name, each.offsets) for each in made.constants] == [
        ("x", (0,)),
        ("y", (4,)),
        (None, (8, 12)),
    ]


def test_names_inside_of_what_is_taken_in_are_those_of_the_parameters() -> None:
    assert roles("inner", inner="<x> OP_CHECKSIG", x=KEY.public_key) == {"x": Role.PUBLIC_KEY}


def test_a_contract_known_by_its_bytes_has_constants_without_names() -> None:
    bare = Contract("bare", b"\x21" + KEY.public_key + b"\xac")
    assert bare.constants == (Constant(KEY.public_key, Role.PUBLIC_KEY, None, (0,)),)
    assert str(bare.constants[0]) == f"0x{KEY.public_key.hex()}: public key"


def test_a_locking_bytecode_says_what_it_pays() -> None:
    to = p2pkh(KEY.public_key_hash)
    source = "// @parameter bytes to, int fee\nOP_0 OP_OUTPUTBYTECODE <to> OP_EQUAL <fee> OP_ADD"
    paid, fee = compile_contract("it", {"to": to, "fee": 300}, source=source).constants
    assert (paid.pattern, paid.address()) == ("P2PKH", encode_address(to))
    assert paid.address("chipnet", token_aware=True) == encode_address(
        to, prefix="bchtest", token_aware=True
    )
    assert (str(paid), str(fee)) == ("to: locking bytecode of P2PKH", "fee: number 300")
    assert (fee.number, fee.pattern, fee.address(), paid.number) == (300, None, None, None)
    nobody = Constant(b"\x51", Role.LOCKING_BYTECODE)
    assert (nobody.pattern, nobody.address()) == ("P2S", None)
    padded = Constant(b"\x05\x00", Role.NUMBER)
    assert (padded.number, str(padded)) == (None, "0x0500: number")


def test_any_script_has_constants_and_functions_that_call_each_other_end() -> None:
    random = Random(5)
    opcodes = [*range(0x4F, 0xD4), *(0x02, 0x20) * 8, *range(0x51, 0x55)] * 2
    for _ in range(400):
        code = bytearray()
        for opcode in random.choices(opcodes, k=80):
            code.append(opcode)
            code += random.randbytes(opcode) if opcode < 0x4C else b""
        for each in Contract("random", bytes(code)).constants:
            assert all(0 <= offset < len(code) for offset in each.offsets)
    twice = "<OP_1 OP_INVOKE OP_1 OP_INVOKE> OP_0 OP_DEFINE"
    back = "<OP_0 OP_INVOKE OP_0 OP_INVOKE> OP_1 OP_DEFINE"
    made = compile_contract(
        "it", {"x": b"a"}, source=f"{twice} {back} <x> OP_CHECKSIG OP_0 OP_INVOKE"
    )
    assert [each.role for each in made.constants] == [Role.PUBLIC_KEY]


@pytest.mark.parametrize(
    "source",
    [
        "<'ab'> " + "OP_DUP OP_CAT " * 60 + "OP_0 OP_OUTPUTTOKENCATEGORY OP_EQUAL",
        "OP_IF OP_DROP <'ab'> OP_ENDIF OP_2DUP OP_EQUAL OP_DROP " * 900,
        "OP_IF " * 4_000 + "OP_ENDIF " * 4_000,
        "OP_1 OP_IF OP_HASH160 OP_ELSE OP_SHA256 OP_ENDIF OP_DUP <'a'> OP_EQUAL OP_DROP " * 700,
    ],
)
def test_a_script_is_read_in_work_proportional_to_its_length(
    source: str, calls: Callable[[Callable[[], object]], int]
) -> None:
    code = assemble(source)
    assert len(code) < 10_000
    made = Contract("wide", code)
    assert calls(lambda: made.constants) < 100 * len(code) + 20_000
