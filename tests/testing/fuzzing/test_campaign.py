"""A campaign finds the check that is missing, and nothing where none is."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bchcov import (
    BuiltTransaction,
    Capability,
    Chain,
    Coin,
    Contract,
    ContractError,
    Nft,
    Output,
    P2pkhUnlocker,
    PrivateKey,
    Token,
    Transaction,
    TransactionBuilder,
    compile_contract,
    find_rules,
    verify,
)
from bchcov.contract import without_check
from bchcov.formats.verify_lines import LineOptions, judge_line
from bchcov.testing import Finding, Party, Report, fuzz
from bchcov.vm.proposals import Proposal
from bchcov.vm.rules.loading import load_rules

OWNER, HEIR, BUYER = (PrivateKey(bytes(31) + bytes((number,))) for number in (1, 2, 3))
CATEGORY = bytes(range(32))
COUNT = 1_500
TESTS = Path(__file__).parent.parent.parent

VAULT = """\
// @parameter pubkey owner
// @spend move(sig signature)
<owner> OP_CHECKSIGVERIFY                                // [owner] the owner signs
OP_INPUTINDEX OP_OUTPUTBYTECODE OP_INPUTINDEX OP_UTXOBYTECODE
OP_EQUALVERIFY                                           // [stays] the coin goes on
OP_INPUTINDEX OP_OUTPUTVALUE <1000> OP_ADD OP_INPUTINDEX OP_UTXOVALUE
OP_GREATERTHANOREQUAL                                    // [value] with its satoshis
"""
WILL = """\
// @parameter pubkey heir
// @spend inherit(sig signature)
<144> OP_CHECKSEQUENCEVERIFY OP_DROP                     // [delay] after a while
<heir> OP_CHECKSIG                                       // [heir] the heir signs
"""
LOCK = """\
// @parameter pubkey owner, bytes32 hash
// @spend claim(bytes preimage, sig signature)
<owner> OP_CHECKSIGVERIFY                                // [owner] the owner signs
OP_SHA256 <hash> OP_EQUAL                                // [preimage] and knows the secret
"""
COUNTER = """\
// @spend count()
OP_INPUTINDEX OP_UTXOTOKENCOMMITMENT OP_BIN2NUM OP_1ADD <4> OP_NUM2BIN
OP_INPUTINDEX OP_OUTPUTTOKENCOMMITMENT OP_EQUALVERIFY    // [counts] one more
OP_INPUTINDEX OP_OUTPUTTOKENCATEGORY OP_INPUTINDEX OP_UTXOTOKENCATEGORY
OP_EQUALVERIFY                                           // [token] with its token
OP_INPUTINDEX OP_OUTPUTBYTECODE OP_INPUTINDEX OP_UTXOBYTECODE
OP_EQUALVERIFY                                           // [stays] the coin goes on
OP_INPUTINDEX OP_OUTPUTVALUE OP_INPUTINDEX OP_UTXOVALUE
OP_GREATERTHANOREQUAL                                    // [value] with its satoshis
"""
SALE = """\
// @parameter bytes owner
// @spend buy()
OP_0 OP_OUTPUTBYTECODE <owner> OP_EQUALVERIFY            // [owner] output 0 is the owner's
OP_0 OP_OUTPUTVALUE <50000> OP_GREATERTHANOREQUAL OP_VERIFY  // [price] and holds the price
OP_TXINPUTCOUNT OP_2 OP_NUMEQUAL                         // [alone] of one coin
"""


def vault(source: str = VAULT) -> Contract:
    return compile_contract("vault", {"owner": OWNER}, source=source)


def kept(contract: Contract) -> BuiltTransaction:
    coin = contract.coin("11" * 32, 0, 100_000)
    builder = TransactionBuilder().spend(coin, contract.unlock.move(OWNER))
    return builder.pay(contract.output(99_000)).build()


def inherited(contract: Contract) -> BuiltTransaction:
    coin = contract.coin("11" * 32, 0, 100_000)
    builder = TransactionBuilder().spend(coin, contract.unlock.inherit(HEIR), sequence=144)
    return builder.pay(Output(99_000, HEIR.locking_bytecode)).build()


def claimed(contract: Contract) -> BuiltTransaction:
    coin = contract.coin("11" * 32, 0, 100_000)
    builder = TransactionBuilder().spend(coin, contract.unlock.claim(bytes(32), OWNER))
    return builder.pay(Output(99_000, OWNER.locking_bytecode)).build()


def counted(contract: Contract) -> BuiltTransaction:
    def state(number: int) -> Token:
        nft = Nft(number.to_bytes(4, "little"), Capability.MUTABLE)
        return Token(CATEGORY, nft=nft)

    coin = contract.coin("11" * 32, 0, 100_000, state(5))
    purse = PURSE
    return (
        TransactionBuilder()
        .spend(coin, contract.unlock.count())
        .spend(purse, P2pkhUnlocker(BUYER))
        .pay(contract.output(100_000, state(6)), Output(59_000, BUYER.locking_bytecode))
        .build()
    )


def bought(contract: Contract) -> BuiltTransaction:
    nft = Token(CATEGORY, nft=Nft(b"art"))
    coin = contract.coin("11" * 32, 0, 1_000, nft)
    return (
        TransactionBuilder()
        .spend(coin, contract.unlock.buy())
        .spend(PURSE, P2pkhUnlocker(BUYER))
        .pay(Output(50_000, OWNER.locking_bytecode), Output(10_600, BUYER.locking_bytecode, nft))
        .build()
    )


(PURSE,) = Chain().fund(Output(60_000, BUYER.locking_bytecode))

Case = tuple[str, Callable[[str], Contract], Callable[[Contract], BuiltTransaction], list[Party]]
CASES: dict[str, Case] = {
    "vault": (VAULT, vault, kept, [Party("owner", (OWNER,))]),
    "will": (
        WILL,
        lambda source: compile_contract("will", {"heir": HEIR}, source=source),
        inherited,
        [Party("heir", (HEIR,))],
    ),
    "lock": (
        LOCK,
        lambda source: compile_contract(
            "lock",
            {
                "owner": OWNER,
                "hash": bytes.fromhex(
                    "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925"
                ),
            },
            source=source,
        ),
        claimed,
        [Party("owner", (OWNER,))],
    ),
    "counter": (
        COUNTER,
        lambda source: compile_contract("counter", source=source),
        counted,
        [Party("payer", (BUYER,), is_open=True)],
    ),
    "sale": (
        SALE,
        lambda source: compile_contract("sale", {"owner": OWNER.locking_bytecode}, source=source),
        bought,
        [Party("owner", (OWNER,)), Party("buyer", (BUYER,), is_open=True)],
    ),
}
KINDS = {
    "vault owner": "free item",
    "vault stays": "loss",
    "vault value": "loss",
    "will delay": "no wait",
    "will heir": "loss",
    "lock owner": "loss",
    "lock preimage": "free item",
    "counter counts": "free state",
    "counter token": "loss",
    "counter stays": "loss",
    "counter value": "loss",
    "sale owner": "loss",
    "sale price": "gain",
    "sale alone": "loss",
}


def run(name: str, source: str, count: int = COUNT) -> Report:
    _, make, honest, parties = CASES[name]
    return fuzz([honest(make(source))], parties, seconds=None, count=count)


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_found_where_no_check_is_missing(name: str) -> None:
    report = run(name, CASES[name][0], 2 * COUNT)
    assert report.findings == (), str(report)
    assert report.judged >= 2 * COUNT
    assert report.accepted > 0


@pytest.mark.parametrize("case", KINDS)
def test_a_missing_check_is_found_with_its_kind(case: str) -> None:
    name, check = case.split()
    report = run(name, without_check(CASES[name][0], check))
    assert KINDS[case] in {each.kind for each in report.findings}, str(report)
    for each in report.findings:
        assert each.replays()
        assert each.is_attack == (each.kind in ("loss", "gain", "property"))
    assert len(report.attacks) + len(report.notes) == len(report.findings)


def first(case: str) -> Finding:
    name, check = case.split()
    return run(name, without_check(CASES[name][0], check)).findings[0]


def test_a_finding_is_shrunk_to_what_makes_it_and_explained() -> None:
    lines = VAULT.splitlines(keepends=True)
    source = "".join(line for line in lines if "BYTECODE" not in line and "[stays]" not in line)
    finding = run("vault", source).findings[0]
    assert finding.differences == ("output 0 pays the attacker, not the contract",)
    assert finding.unchecked == finding.differences
    assert finding.attacker == "owner"
    assert str(finding) == (
        "loss: owner as the attacker: others have 99,000 satoshis less than they should\n"
        "  output 0 pays the attacker, not the contract; no check looks at it"
    )


def test_what_can_only_be_undone_together_is_undone() -> None:
    """A coin of the attacker's, and the outputs that only it can pay for, are no second cause."""
    shop = """\
// @parameter bytes seller
// @spend buy()
OP_0 OP_OUTPUTBYTECODE <seller> OP_EQUALVERIFY
OP_0 OP_OUTPUTVALUE <50_000> OP_GREATERTHANOREQUAL
"""
    contract = compile_contract("shop", {"seller": OWNER.locking_bytecode}, source=shop)
    art = Token(bytes(range(32)), nft=Nft(b"art"))
    purse = Coin(bytes(32), 1, Output(60_000, BUYER.locking_bytecode))
    honest = (
        TransactionBuilder()
        .spend(contract.coin("11" * 32, 0, 1_000, art), contract.unlock.buy())
        .spend(purse, P2pkhUnlocker(BUYER))
        .pay(Output(50_000, OWNER.locking_bytecode))
        .pay(Output(10_000, BUYER.locking_bytecode, art))
        .build()
    )
    parties = [Party("seller", (OWNER,)), Party("buyer", (BUYER,), is_open=True)]
    (finding,) = fuzz([honest], parties, seconds=None, count=1_500).attacks
    (difference,) = finding.differences
    assert difference.startswith("input 2 spends a coin of the contract as well")


def test_what_a_check_looks_at_is_not_called_unchecked() -> None:
    source = VAULT.replace("<1000> OP_ADD", "<20000> OP_ADD")
    contract = vault(source)
    report = fuzz([kept(contract)], [Party("owner", (OWNER,))], seconds=None, count=COUNT)
    finding = report.attacks[0]
    (difference,) = finding.differences
    assert difference.startswith("output 0 has ")
    assert finding.unchecked == ()


def test_the_search_goes_on_after_a_finding_and_tells_causes_apart() -> None:
    source = without_check(without_check(VAULT, "stays"), "value")
    report = run("vault", source)
    places = {finding.differences for finding in report.attacks}
    assert len(places) == len(report.attacks)
    assert any("pays the attacker" in each for finding in places for each in finding)
    assert any("satoshis, not 99,000" in each for finding in places for each in finding)


def test_a_campaign_of_one_seed_and_count_is_the_same_each_time() -> None:
    source = without_check(COUNTER, "counts")
    one, two = run("counter", source, COUNT), run("counter", source, COUNT)
    assert one.findings == two.findings
    assert (one.judged, one.accepted) == (two.judged, two.accepted)


def test_a_campaign_is_the_same_in_another_process() -> None:
    code = (
        "from testing.fuzzing.test_campaign import *;"
        "found = run('sale', without_check(SALE, 'alone'), 800);"
        "print(*found.findings, found.judged)"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(TESTS)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "5")
    ]
    assert "NFT" in told[0]
    assert told[0] == told[1]


def test_a_finding_is_not_shrunk_to_a_signature_that_the_attacker_cannot_make() -> None:
    source = """\
// @parameter pubkey child, pubkey parent
// @spend take(sig signature): <signature> OP_0
// @spend close(sig signature): <signature> OP_1
OP_IF <parent> OP_CHECKSIG OP_ELSE <child> OP_CHECKSIG OP_ENDIF
"""
    contract = compile_contract("either", {"child": HEIR, "parent": OWNER}, source=source)
    builder = TransactionBuilder().spend(
        contract.coin("11" * 32, 0, 100_000), contract.unlock.take(HEIR)
    )
    honest = builder.pay(Output(99_000, HEIR.locking_bytecode)).build()
    parties = [Party("child", (HEIR,)), Party("parent", (OWNER,))]
    report = fuzz([honest], parties, seconds=None, count=COUNT)
    by_parent = [each for each in report.findings if each.attacker == "parent"]
    assert by_parent
    for finding in by_parent:
        assert any("input 0 pushes another item" in each for each in finding.differences)


def test_a_campaign_may_stop_at_the_first_attack() -> None:
    contract = vault(without_check(VAULT, "stays"))
    parties = [Party("owner", (OWNER,))]
    report = fuzz([kept(contract)], parties, seconds=60, stop_at_first=True)
    assert report.attacks
    assert report.judged < COUNT


def test_the_callers_properties_are_checked() -> None:
    def not_five(transaction: Transaction, source_outputs: Sequence[Output]) -> str | None:
        assert len(source_outputs) == len(transaction.inputs)
        return "the locktime is 1" if transaction.locktime == 1 else None

    report = fuzz(
        [kept(vault())],
        [Party("owner", (OWNER,))],
        seconds=None,
        count=COUNT,
        properties=[not_five],
    )
    finding = next(each for each in report.attacks if each.kind == "property")
    assert finding.sentence == "the locktime is 1"
    assert finding.differences == ("the locktime is 1, not 0",)


def test_a_coin_with_an_nft_that_is_one_of_a_kind_has_no_second() -> None:
    # Reads output 0 whatever its own index is: two coins share one output.
    source = COUNTER.replace("OP_INPUTINDEX OP_OUTPUT", "OP_0 OP_OUTPUT")
    contract = compile_contract("counter", source=source)
    honest, parties = [counted(contract)], [Party("payer", (BUYER,), is_open=True)]
    both = fuzz(honest, parties, seconds=None, count=COUNT)
    assert any("as well" in each for finding in both.attacks for each in finding.differences)
    one = fuzz(honest, parties, seconds=None, count=COUNT, unique=[CATEGORY])
    # What is left is a coin that the attacker makes: it stands in the place that is looked at.
    for finding in one.findings:
        assert any("of the attacker's category" in each for each in finding.differences)


def test_a_forged_coin_comes_before_the_one_of_the_contract() -> None:
    # Reads input 0 whatever its own index is, and there may be a coin of the attacker's.
    source = COUNTER.replace("OP_INPUTINDEX", "OP_0")
    contract = compile_contract("counter", source=source)
    honest, parties = [counted(contract)], [Party("payer", (BUYER,), is_open=True)]
    report = fuzz(honest, parties, seconds=None, count=COUNT, unique=[CATEGORY])
    told = [each for finding in report.attacks for each in finding.differences]
    assert any("of the attacker's category" in each for each in told)


def test_a_property_whose_assertion_fails_is_broken_and_the_search_goes_on() -> None:
    def stays(transaction: Transaction, _source_outputs: Sequence[Output]) -> None:
        assert transaction.locktime == 0, "the locktime is another"

    owners = [Party("owner", (OWNER,))]
    report = fuzz([kept(vault())], owners, seconds=None, count=COUNT, properties=[stays])
    said = {each.sentence for each in report.attacks if each.kind == "property"}
    assert said == {"stays raises AssertionError: the locktime is another"}
    assert report.judged >= COUNT


def test_an_assertion_that_fails_on_an_honest_transaction_is_refused_with_its_error() -> None:
    def wrong(transaction: Transaction, _source_outputs: Sequence[Output]) -> None:
        assert transaction.version == 1, "another version"

    owners = [Party("owner", (OWNER,))]
    with pytest.raises(
        ContractError,
        match="honest transaction 0 breaks a property: wrong raises AssertionError: another",
    ) as refused:
        fuzz([kept(vault())], owners, seconds=None, count=1, properties=[wrong])
    assert isinstance(refused.value.__cause__, AssertionError)


def test_what_is_done_to_coins_that_an_attacker_has_made_breaks_no_property() -> None:
    contract = vault()

    # Anybody may lock a coin of theirs with the script of a contract.
    def is_large(_transaction: Transaction, source_outputs: Sequence[Output]) -> None:
        script = contract.locking_bytecode
        values = [each.value for each in source_outputs if each.locking_bytecode == script]
        assert max(values, default=0) > 90_000

    owners = [Party("owner", (OWNER,))]
    report = fuzz([kept(contract)], owners, seconds=None, count=COUNT, properties=[is_large])
    assert [each for each in report.attacks if each.kind == "property"] == []


def test_what_only_a_coin_beside_it_refuses_a_contract_has_to_refuse_itself() -> None:
    # The box reads the slip's data; that the box goes on is checked by an honest slip alone.
    box = compile_contract(
        "box",
        source="""\
// @spend stamp()
OP_1 OP_UTXOBYTECODE OP_1 OP_SPLIT OP_NIP OP_4 OP_SPLIT OP_DROP <0x736c6970> OP_EQUALVERIFY
OP_0 OP_OUTPUTVALUE OP_0 OP_UTXOVALUE OP_GREATERTHANOREQUAL
""",
    )
    slip = compile_contract(
        "slip",
        {"box": box.locking_bytecode},
        source="""\
// @parameter bytes box
// @spend use()
<0x736c6970> OP_DROP OP_0 OP_OUTPUTBYTECODE <box> OP_EQUAL
""",
        locking="p2s",
    )
    builder = TransactionBuilder().spend(box.coin("11" * 32, 0, 100_000), box.unlock.stamp())
    builder = builder.spend(slip.coin("22" * 32, 0, 3_000), slip.unlock.use())
    honest = builder.pay(box.output(100_000)).build_exactly()
    told = [each.differences[0] for each in fuzz([honest], seconds=None, count=500).attacks]
    assert "output 0 pays the attacker, not the contract" in told


def test_a_role_that_anybody_may_take_is_no_attack_and_one_that_is_not_is_one() -> None:
    contract = compile_contract("free", source="// @spend take()\nOP_1")
    coin = contract.coin("11" * 32, 0, 100_000)
    builder = TransactionBuilder().spend(coin, contract.unlock.take())
    honest = builder.pay(Output(99_000, BUYER.locking_bytecode)).build()
    opened = fuzz([honest], [Party("taker", (BUYER,), is_open=True)], seconds=None, count=COUNT)
    assert opened.attacks == ()
    closed = fuzz([honest], [Party("taker", (BUYER,))], seconds=None, count=COUNT)
    assert closed.attacks


def test_findings_are_saved_as_a_line_a_test_and_a_function() -> None:
    finding = first("vault stays")
    line = judge_line(finding.save(), number=1, options=LineOptions())
    assert line["ok"] is True
    rows = finding.vmb_rows()
    assert [row[6] for row in rows] == [["2026_invalid"]]
    names: dict[str, Callable[[], None]] = {}
    exec(finding.pytest_function(), names)
    (test,) = (each for name, each in names.items() if name.startswith("test_"))
    with pytest.raises(AssertionError):
        test()
    assert verify(finding.transaction, finding.source_outputs, find_rules("BCH_2026")).ok


def test_a_function_of_a_finding_loads_rules_of_an_own_file_again(tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    made = "from bchcov import BCH_2026\nfrom bchcov.vm.proposals import Proposal\n"
    path.write_text(
        f"{made}RULES = BCH_2026.with_proposals(Proposal('op-none'))\n", encoding="utf-8"
    )
    rules = load_rules(f"{path}:RULES")
    for mode in (rules, rules.consensus):
        written = replace(first("vault stays"), rules=mode).pytest_function()
        assert f'load_rules("{path}:RULES", standard={mode.is_standard})' in written
        names: dict[str, Callable[[], None]] = {}
        exec(written, names)
        (test,) = (each for name, each in names.items() if name.startswith("test_"))
        with pytest.raises(AssertionError):
            test()
    nowhere = find_rules("BCH_2026").with_proposals(Proposal("op-nowhere"))
    written = replace(first("vault stays"), rules=nowhere).pytest_function()
    assert "the_file_of_your_rules.py:RULES" in written


def test_a_report_says_what_was_tried() -> None:
    report = run("will", WILL)
    assert report.attackers == ("a stranger", "heir")
    assert str(report).startswith(f"{report.judged:,} transactions judged in ")
    assert "with a stranger, heir as the attacker\n0 attacks" in str(report)


def test_progress_is_told_while_it_runs() -> None:
    told: list[tuple[int, int]] = []
    parties = [Party("owner", (OWNER,))]
    fuzz(
        [kept(vault())],
        parties,
        seconds=None,
        count=1_000,
        progress=lambda judged, found: told.append((judged, found)),
    )
    assert told
    assert told == sorted(told)


def test_what_cannot_be_a_campaign_is_refused() -> None:
    contract = vault()
    refused = kept(contract).transaction, (contract.output(1_000),)
    with pytest.raises(ContractError, match="honest transaction 0 is refused under BCH_2026 "):
        fuzz([refused], [], seconds=1)
    with pytest.raises(ContractError, match="at least one honest transaction"):
        fuzz([], [], seconds=1)
    with pytest.raises(ContractError, match="a campaign needs an end"):
        fuzz([kept(contract)], [], seconds=None)
