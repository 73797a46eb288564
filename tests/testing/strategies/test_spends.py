"""Spends of a contract from its description: typed, of every path, and readable when small."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from bchcov import ContractError, Output, PrivateKey, compile_contract, load_contract, verify
from bchcov.testing import ContractSpend, arguments, spends

KEY, OTHER = (PrivateKey(bytes(31) + bytes((number,))) for number in (1, 2))
LOCK = compile_contract(
    "lock",
    {"owner": KEY},
    source="""\
// @parameter pubkey owner
// @spend claim(sig signature, int number)
<1000> OP_GREATERTHAN OP_VERIFY      // [number] the number is large
<owner> OP_CHECKSIG                  // [owner] the owner signs
""",
)
ALLOWANCE = load_contract("docs/examples/Allowance.json", [KEY, OTHER, 20_000])
QUICK = settings(
    max_examples=2_000,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    database=None,
    derandomize=True,
)
SMALL = settings(QUICK, phases=[Phase.generate, Phase.shrink])
SPENDS: dict[str, Callable[[ContractSpend], bool]] = {
    "the first path": lambda drawn: drawn.path.name == "take",
    "the second path": lambda drawn: drawn.path.name == "close",
    "a signature by the first key": lambda drawn: drawn.arguments["signature"] == KEY,
    "a signature by the second key": lambda drawn: drawn.arguments["signature"] == OTHER,
    "an empty signature": lambda drawn: drawn.arguments["signature"] == b"",
    "tokens": lambda drawn: drawn.built.source_outputs[0].token is not None,
    "an age of 144": lambda drawn: drawn.built.transaction.inputs[0].sequence == 144,
    "a locktime": lambda drawn: drawn.built.transaction.locktime > 0,
    "the contract paid": lambda drawn: (
        drawn.built.transaction.outputs[0].locking_bytecode == ALLOWANCE.locking_bytecode
    ),
    "two outputs": lambda drawn: len(drawn.built.transaction.outputs) == 2,
}


@pytest.mark.parametrize("form", SPENDS)
def test_every_form_of_a_spend_is_drawn(form: str) -> None:
    drawn = find(spends(ALLOWANCE, [KEY, OTHER]), SPENDS[form], settings=QUICK)
    assert SPENDS[form](drawn)


def test_what_opens_a_contract_is_found_and_made_small() -> None:
    def opens(drawn: ContractSpend) -> bool:
        built = drawn.built
        return verify(built.transaction, built.source_outputs, scripts_only=True).ok

    found = find(spends(LOCK, [KEY, OTHER]), opens, settings=SMALL)
    assert found.arguments == {"signature": KEY, "number": 1_001}
    assert found.built.transaction.locktime == 0
    assert len(found.built.transaction.outputs) == 1
    assert repr(found).startswith("<claim(signature=PrivateKey(")
    assert "number=1001), spending Output(value=0, " in repr(found)
    assert "sequence" not in repr(found)


def test_the_repr_says_what_is_not_usual() -> None:
    def late(drawn: ContractSpend) -> bool:
        transaction = drawn.built.transaction
        return transaction.locktime > 1 and transaction.inputs[0].sequence == 144

    found = find(spends(LOCK, [KEY]), late, settings=QUICK)
    assert f", sequence=144, locktime={found.built.transaction.locktime}>" in repr(found)


def test_coins_and_outputs_may_be_given() -> None:
    coins = st.just(LOCK.output(70_000))
    outputs = st.just([Output(5, b"\x51"), Output(6, b"\x52")])
    found = find(spends(LOCK, [KEY], coins=coins, outputs=outputs), lambda _: True, settings=QUICK)
    assert found.built.source_outputs == (LOCK.output(70_000),)
    assert found.built.transaction.outputs == (Output(5, b"\x51"), Output(6, b"\x52"))


def test_a_contract_without_paths_cannot_be_drawn_from() -> None:
    with pytest.raises(ContractError, match="any has no spend paths to draw from"):
        spends(compile_contract("any", source="OP_1"))


TYPES = "int a, bool b, string c, bytes d, bytes20 e, byte f, pubkey g, sig h, datasig i"
TYPED = compile_contract("typed", source="OP_1", paths={"all": TYPES})
(PATH,) = TYPED.paths


@given(arguments(PATH, [KEY, OTHER]))
@settings(max_examples=50)
def test_arguments_of_every_type_fit_their_path(values: dict[str, object]) -> None:
    assert TYPED.unlock["all"](**values)  # type: ignore[arg-type]
    assert sorted(values) == list("abcdefghi")


def test_without_keys_a_strangers_is_drawn() -> None:
    drawn = find(
        arguments(PATH), lambda values: isinstance(values["g"], PrivateKey), settings=QUICK
    )
    assert drawn["g"] not in (KEY, OTHER)
