"""Contracts under proposals: honest spends pass, each check refuses what only it refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import draft_contracts as drafts
import pytest

from bchcov import (
    BCH_2026,
    BuiltTransaction,
    Contract,
    Input,
    Output,
    RuleSet,
    Signature,
    TransactionContext,
    Verdict,
    compile_contract,
    find_rules,
    p2pkh,
    verify,
    without_check,
)
from bchcov.contract import checks_in
from bchcov.wallet import SigningSerialization

THIEF = Output(drafts.VALUE - drafts.FEE, p2pkh(bytes(20)))
SCALAR = 0b1011


def judge(built: BuiltTransaction, rules: RuleSet = drafts.DRAFT) -> Verdict:
    return verify(built.transaction, built.source_outputs, rules)


def weakened(name: str, check: str, **bindings: object) -> Contract:
    source = (drafts.FOLDER / "drafts" / f"{name}.cashasm").read_text(encoding="utf-8")
    broken = without_check(source, check)
    return compile_contract(name, bindings, source=broken, rules=drafts.DRAFT)  # type: ignore[arg-type]


def test_honest_spends_pass_and_those_of_a_draft_under_it_only() -> None:
    forms = [*drafts.allowances(), *drafts.publications(), drafts.opening(), drafts.in_script(16)]
    for form in forms:
        assert judge(form.built, form.rules).ok, form.name
        assert judge(form.built, BCH_2026).ok is (form.rules is BCH_2026), form.name
    assert find_rules("BCH_2026+op-sighash+ec-arithmetic") is drafts.DRAFT


BOUND = {"recipient": drafts.RECIPIENT, "fee": drafts.FEE}


def pay_thief(contract: Contract) -> BuiltTransaction:
    return drafts.spending(contract, contract.unlock.pay(SigningSerialization()), THIEF)


def show_another(contract: Contract) -> BuiltTransaction:
    honest = drafts.spending(contract, contract.unlock.pay(SigningSerialization()))
    context = TransactionContext(honest.transaction, honest.source_outputs)
    shown = SigningSerialization().make(context, 0, contract.code)
    return drafts.spending(contract, contract.unlock.pay(shown), THIEF)


def with_another_input(built: BuiltTransaction) -> BuiltTransaction:
    transaction = built.transaction
    inputs = (*transaction.inputs, Input(b"\x22" * 32, 0, b""))
    sources = (*built.source_outputs, Output(1_000, b"\x51"))
    return replace(built, transaction=replace(transaction, inputs=inputs), source_outputs=sources)


def two_inputs_of(contract: Contract) -> BuiltTransaction:
    empty = with_another_input(drafts.spending(contract, contract.unlock.pay(bytes(300))))
    context = TransactionContext(empty.transaction, empty.source_outputs)
    shown = SigningSerialization().make(context, 0, contract.code)
    return with_another_input(drafts.spending(contract, contract.unlock.pay(shown)))


@pytest.mark.parametrize(
    ("check", "attack"),
    [("same", show_another), ("alone", two_inputs_of), ("outputs", pay_thief)],
)
def test_a_check_of_the_allowance_by_op_sighash_refuses_its_attack(
    check: str, attack: Callable[[Contract], BuiltTransaction]
) -> None:
    whole = drafts.load("allowance_sighash", **BOUND)  # type: ignore[arg-type]
    assert not judge(attack(whole)).inputs[0].ok
    broken = weakened("allowance_sighash", check, **BOUND)
    assert judge(attack(broken)).inputs[0].ok


def pay_plainly(*outputs: Output) -> Callable[[Contract], BuiltTransaction]:
    return lambda contract: drafts.spending(contract, contract.unlock.pay(), *outputs)


@pytest.mark.parametrize(
    ("check", "attack"),
    [
        (
            "alone",
            lambda contract: with_another_input(drafts.spending(contract, contract.unlock.pay())),
        ),
        (
            "one",
            pay_plainly(
                Output(drafts.VALUE - drafts.FEE, drafts.RECIPIENT), replace(THIEF, value=600)
            ),
        ),
        ("recipient", pay_plainly(THIEF)),
        ("amount", pay_plainly(Output(1_000, drafts.RECIPIENT))),
    ],
)
def test_a_check_of_the_allowance_by_introspection_refuses_its_attack(
    check: str, attack: Callable[[Contract], BuiltTransaction]
) -> None:
    whole = drafts.load("allowance_introspection", **BOUND)  # type: ignore[arg-type]
    assert not judge(attack(whole)).inputs[0].ok
    broken = weakened("allowance_introspection", check, **BOUND)
    assert judge(attack(broken)).inputs[0].ok


def exchanged(form: drafts.Form, old: bytes, new: bytes) -> BuiltTransaction:
    transaction = form.built.transaction
    (item,) = transaction.inputs
    assert item.unlocking_bytecode.count(old) == 1
    changed = replace(item, unlocking_bytecode=item.unlocking_bytecode.replace(old, new))
    return replace(form.built, transaction=replace(transaction, inputs=(changed,)))


@pytest.mark.parametrize("form", drafts.publications(), ids=lambda form: form.name)
def test_nobody_exchanges_data_or_outputs(form: drafts.Form) -> None:
    assert judge(form.built).ok
    assert not judge(exchanged(form, drafts.DATA, drafts.DATA[::-1])).ok
    stolen = replace(form.built.transaction, outputs=(THIEF,))
    assert not judge(replace(form.built, transaction=stolen)).ok


def test_a_check_of_the_two_signatures_refuses_its_attack() -> None:
    two = weakened("data_two_signatures", "data", owner=drafts.OWNER)
    signature = Signature(drafts.OWNER)
    anything = two.unlock.publish(signature, bytes(64), b"exchanged")
    assert judge(drafts.spending(two, anything)).ok
    one = weakened("data_two_signatures", "owner", owner=drafts.OWNER)
    signed = drafts.OWNER.sign_data(b"data" + b"\x11" * 32 + bytes(4))
    assert judge(drafts.spending(one, one.unlock.publish(b"", signed, b"data"), THIEF)).ok


def test_only_the_committed_value_opens_a_commitment() -> None:
    contract = drafts.pedersen(1_234, 77)

    def opened(value: int, blinding: int) -> bool:
        unlocker = contract.unlock.open(drafts.number(value), drafts.number(blinding))
        return judge(drafts.spending(contract, unlocker)).ok

    assert opened(1_234, 77)
    assert not opened(1_235, 77)
    assert not opened(1_234, 78)
    assert not opened(0, 77)


@pytest.mark.parametrize("check", ["x", "y"])
def test_a_coordinate_that_is_not_compared_lets_another_commitment_pass(check: str) -> None:
    """Of y alone there are three points, of x alone two: minus the number opens it as well."""
    h = drafts.second_base()
    point = drafts.G * 5 + h * 7
    named = {"g_x": drafts.G.x(), "g_y": drafts.G.y(), "h_x": h.x(), "h_y": h.y()}
    named |= {"x": point.x(), "y": drafts.PRIME - point.y()}
    if check == "x":
        named |= {"x": point.x() ^ 1, "y": point.y()}
    numbers = {name: drafts.number(value) for name, value in named.items()}
    whole = drafts.load("pedersen", **numbers)
    broken = weakened("pedersen", check, **numbers)
    for contract, ok in ((whole, False), (broken, True)):
        unlocker = contract.unlock.open(drafts.number(5), drafts.number(7))
        assert judge(drafts.spending(contract, unlocker)).ok is ok


@pytest.mark.parametrize("bits", [2, 3, 16, 64])
def test_a_multiplication_in_script_agrees_with_plain_python(bits: int) -> None:
    assert judge(drafts.in_script(bits).built, BCH_2026).ok


@pytest.mark.parametrize("place", range(6))
def test_a_wrong_slope_of_any_step_is_refused(place: int) -> None:
    scalar = int("10" * 5, 2) >> 5
    steps = drafts.steps_of(drafts.G, scalar)
    kind, slope = steps[place % len(steps)]
    steps[place % len(steps)] = kind, slope + 1
    verdict = judge(drafts.in_script(5, steps).built, BCH_2026)
    assert verdict.error is not None
    assert verdict.error.reason == "NUMEQUALVERIFY"


def test_another_scalar_does_not_give_the_point() -> None:
    steps = drafts.steps_of(drafts.G, SCALAR)
    assert not judge(drafts.in_script(5, steps).built, BCH_2026).ok


def test_the_base_is_not_added_to_itself_as_a_chord() -> None:
    """Any slope would do there, so that any point could be reached."""
    verdict = judge(drafts.in_script(5, [(1, 12_345)]).built, BCH_2026)
    assert verdict.error is not None
    assert verdict.error.reason == "VERIFY"


def test_every_check_has_a_name_and_a_reason() -> None:
    for path in sorted((drafts.FOLDER / "drafts").glob("*.cashasm")):
        checks = list(checks_in(path.read_text(encoding="utf-8"), path.stem))
        assert checks
        assert all(each.is_named and each.why for each in checks), path.name


def test_the_page_has_the_tables_that_the_script_prints() -> None:
    page = (drafts.FOLDER.parent / "docs" / "proposals.md").read_text(encoding="utf-8")
    assert drafts.tables() in page
