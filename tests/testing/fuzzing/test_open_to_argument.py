"""What may be right is told apart from attacks, with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bchcov import (
    BCH_2026,
    BuiltTransaction,
    Capability,
    Coin,
    Nft,
    Output,
    P2pkhUnlocker,
    PrivateKey,
    Token,
    TransactionBuilder,
    TransactionContext,
    assemble,
    compile_contract,
    encode_number,
    verify,
)
from bchcov.contract import ContractUnlocker
from bchcov.contract.argument_types import ArgumentValue
from bchcov.testing import Party, fuzz
from bchcov.testing.fuzzing.balance import complete
from bchcov.testing.fuzzing.campaign import prepare
from bchcov.testing.fuzzing.comparing import Loss
from bchcov.testing.fuzzing.draft import Draft
from bchcov.testing.fuzzing.edits import edits_of
from bchcov.testing.fuzzing.material import gather
from bchcov.testing.fuzzing.provenance import watch
from bchcov.testing.fuzzing.repair import repaired
from bchcov.testing.fuzzing.rights import is_later

OWNER, HEIR, ORACLE = (PrivateKey(bytes(31) + bytes((number,))) for number in (1, 2, 3))
OWNER_IS, HEIR_IS = Party("owner", (OWNER,)), Party("heir", (HEIR,))
CATEGORY = bytes(range(32))
COUNT = 1_500
# The items that choose a path may be anything that is true.
REWRITING = {"a stranger: malleable", "owner: free item", "heir: free item"}

SWITCH = """\
// @parameter pubkey owner, pubkey heir
// @spend refresh(sig s): <s> OP_0 OP_0
// @spend withdraw(sig s): <s> OP_1 OP_0
// @spend inherit(sig s): <s> OP_1
OP_IF
  <1000> OP_CHECKSEQUENCEVERIFY OP_DROP <heir> OP_CHECKSIG
OP_ELSE
  OP_NOTIF
    OP_INPUTINDEX OP_OUTPUTBYTECODE OP_INPUTINDEX OP_UTXOBYTECODE OP_EQUALVERIFY
  OP_ENDIF
  <owner> OP_CHECKSIG
OP_ENDIF
"""
VESTING = """\
// @parameter pubkey owner
// @spend claim(sig s, int now)
OP_CHECKLOCKTIMEVERIFY OP_DUP <500000000> OP_LESSTHAN OP_VERIFY
<700000> OP_SUB <1000> OP_MUL OP_INPUTINDEX OP_UTXOVALUE OP_SWAP OP_SUB
OP_INPUTINDEX OP_OUTPUTVALUE OP_LESSTHANOREQUAL OP_VERIFY
OP_INPUTINDEX OP_OUTPUTBYTECODE OP_INPUTINDEX OP_UTXOBYTECODE OP_EQUALVERIFY
<owner> OP_CHECKSIG
"""
VOUCHER = """\
// @parameter pubkey oracle
// @spend cash(datasig s, bytes to)
OP_TUCK OP_INPUTINDEX OP_OUTPOINTTXHASH OP_CAT <oracle> OP_CHECKDATASIGVERIFY
OP_0 OP_OUTPUTBYTECODE OP_EQUALVERIFY
OP_0 OP_OUTPUTVALUE OP_0 OP_UTXOVALUE <1000> OP_SUB OP_GREATERTHANOREQUAL OP_VERIFY
OP_TXINPUTCOUNT OP_1 OP_NUMEQUAL
"""
NAME = """\
// @spend transfer(sig s, pubkey key, bytes20 to)
OP_INPUTINDEX OP_OUTPUTTOKENCOMMITMENT OP_EQUALVERIFY
OP_INPUTINDEX OP_OUTPUTTOKENCATEGORY OP_INPUTINDEX OP_UTXOTOKENCATEGORY OP_EQUALVERIFY
OP_INPUTINDEX OP_OUTPUTBYTECODE OP_INPUTINDEX OP_UTXOBYTECODE OP_EQUALVERIFY
OP_INPUTINDEX OP_OUTPUTVALUE OP_INPUTINDEX OP_UTXOVALUE OP_GREATERTHANOREQUAL OP_VERIFY
OP_DUP OP_HASH160 OP_INPUTINDEX OP_UTXOTOKENCOMMITMENT OP_EQUALVERIFY OP_CHECKSIG
"""
GIFT = """\
// @parameter bytes owner, int fee
// @spend give()
OP_INPUTINDEX OP_OUTPUTBYTECODE <owner> OP_EQUALVERIFY
OP_INPUTINDEX OP_OUTPUTVALUE <fee> OP_ADD OP_INPUTINDEX OP_UTXOVALUE OP_GREATERTHANOREQUAL
"""


def spending(
    coin: Coin,
    unlocker: ContractUnlocker,
    *outputs: Output,
    locktime: int = 0,
    sequence: int = 0xFFFFFFFE,
) -> BuiltTransaction:
    builder = TransactionBuilder(locktime=locktime).spend(coin, unlocker, sequence=sequence)
    return builder.pay(*outputs).build_exactly()


def kinds(honest: Iterable[BuiltTransaction], *parties: Party, count: int = COUNT) -> set[str]:
    found = fuzz(honest, parties, seconds=None, count=count).findings
    return {f"{each.attacker}: {each.kind}" for each in found}


def switch(source: str) -> set[str]:
    contract = compile_contract("switch", {"owner": OWNER, "heir": HEIR}, source=source)
    coin, unlock = contract.coin("11" * 32, 0, 100_000), contract.unlock
    honest = [
        spending(coin, unlock.refresh(OWNER), contract.output(99_000)),
        spending(coin, unlock.withdraw(OWNER), Output(99_000, OWNER.locking_bytecode)),
        spending(coin, unlock.inherit(HEIR), Output(99_000, HEIR.locking_bytecode), sequence=1_000),
    ]
    return kinds(honest, OWNER_IS, HEIR_IS)


def test_who_may_take_a_coin_at_any_time_takes_nothing_from_others() -> None:
    assert switch(SWITCH) <= REWRITING


def test_alternatives_of_one_coin_with_other_pushes_are_told_apart() -> None:
    # Shrinking a finding has once mistaken the one for the other.
    source = SWITCH.replace("<1000> OP_CHECKSEQUENCEVERIFY OP_DROP", "")
    assert switch(source) - REWRITING == {"heir: no wait"}


def test_who_may_wait_for_more_is_no_attacker() -> None:
    contract = compile_contract("vesting", {"owner": OWNER}, source=VESTING)
    claim = spending(
        contract.coin("11" * 32, 0, 1_000_000),
        contract.unlock.claim(OWNER, 700_100),
        contract.output(900_000),
        Output(99_000, OWNER.locking_bytecode),
        locktime=700_100,
    )
    assert kinds([claim], OWNER_IS) <= {"owner: later"}


def test_a_time_in_place_of_a_height_is_not_merely_later() -> None:
    assert is_later(700_101, [700_100])
    assert not is_later(700_100, [700_100])
    assert not is_later(1_700_000_000, [700_100])
    assert is_later(1_700_000_001, [1_700_000_000])


def test_an_oracle_that_signs_what_it_likes_is_a_question_of_trust() -> None:
    contract = compile_contract("voucher", {"oracle": ORACLE}, source=VOUCHER)
    coin, to = contract.coin("11" * 32, 0, 100_000), OWNER.locking_bytecode
    signature = ORACLE.sign_data(to + coin.outpoint_hash)
    cash = spending(coin, contract.unlock.cash(signature, to), Output(99_000, to))
    assert kinds([cash], OWNER_IS, Party("oracle", (ORACLE,))) == {"oracle: trust"}


def renamed(source: str) -> set[str]:
    contract = compile_contract("name", source=source)
    purse = Coin(bytes(32), 1, Output(10_000, OWNER.locking_bytecode))
    old, new = (
        Token(CATEGORY, nft=Nft(key.public_key_hash, Capability.MUTABLE)) for key in (OWNER, HEIR)
    )
    unlocker = contract.unlock.transfer(OWNER, OWNER.public_key, HEIR.public_key_hash)
    builder = TransactionBuilder().spend(contract.coin("11" * 32, 0, 1_000, old), unlocker)
    builder = builder.spend(purse, P2pkhUnlocker(OWNER))
    builder = builder.pay(contract.output(1_000, new), Output(9_000, OWNER.locking_bytecode))
    return kinds([builder.build_exactly()], OWNER_IS, HEIR_IS)


def test_a_state_is_changed_without_the_one_whom_it_names() -> None:
    assert renamed(NAME) == set()
    source = NAME.replace(
        "OP_DUP OP_HASH160 OP_INPUTINDEX OP_UTXOTOKENCOMMITMENT OP_EQUALVERIFY", ""
    )
    found = renamed(source)
    assert "heir: unsigned" in found or "a stranger: unsigned" in found


def given(fee: int) -> set[str]:
    bindings: dict[str, ArgumentValue] = {"owner": OWNER.locking_bytecode, "fee": fee}
    contract = compile_contract("gift", bindings, source=GIFT)
    coin = contract.coin("11" * 32, 0, 100_000)
    gift = spending(coin, contract.unlock.give(), Output(99_000, OWNER.locking_bytecode))
    return kinds([gift], OWNER_IS)


def test_a_fee_that_a_check_bounds_is_no_loss() -> None:
    assert given(1_000) == set()
    assert given(3_000) == {"a stranger: more"}
    assert "a stranger: loss" in given(60_000)


def mended(
    honest: Sequence[BuiltTransaction], attacker: str, *parties: Party, edit: str
) -> Iterator[tuple[Draft, Loss | None]]:
    """What repair makes of an edit of the first honest transaction, if it is accepted then."""
    campaign = prepare(honest, parties)
    search = next(each for each in campaign.searches if each.scene.attacker.name == attacker)
    draft = search.held[0]
    for each in edits_of(draft, gather(search.scene, search.held)):
        changed = each.on(draft) if edit in each.says else None
        for made in complete(changed, search.scene) if changed else ():
            for again in repaired(made, search.scene, {}):
                for last in complete(again, search.scene):
                    if verify(*last.finish()).ok:
                        yield last, search.oracle.judge(last, 0, {})


def test_a_share_that_may_be_nearly_all_is_a_loss() -> None:
    source = """\
// @spend take()
OP_INPUTINDEX OP_OUTPUTBYTECODE OP_INPUTINDEX OP_UTXOBYTECODE OP_EQUALVERIFY
OP_INPUTINDEX OP_OUTPUTVALUE <1000> OP_GREATERTHANOREQUAL
"""
    contract = compile_contract("take", source=source)
    taken = spending(
        contract.coin("11" * 32, 0, 100_000),
        contract.unlock.take(),
        contract.output(90_000),
        Output(9_000, OWNER.locking_bytecode),
    )
    found = kinds([taken], Party("user", (OWNER,), is_open=True))
    assert {"user: loss", "a stranger: loss"} & found
    assert not {"user: more", "a stranger: more"} & found


def test_what_was_signed_for_one_coin_is_tried_on_another() -> None:
    source = VOUCHER.replace("OP_INPUTINDEX OP_OUTPOINTTXHASH OP_CAT", "")
    contract = compile_contract("voucher", {"oracle": ORACLE}, source=source)
    cashed = []
    for number, key in enumerate((OWNER, HEIR)):
        coin, to = contract.coin(f"{number + 1:064x}", 0, 100_000), key.locking_bytecode
        unlocker = contract.unlock.cash(ORACLE.sign_data(to), to)
        cashed.append(spending(coin, unlocker, Output(99_000, to)))
    parties = OWNER_IS, HEIR_IS, Party("oracle", (ORACLE,))
    says = "pushes items 0 to 1 of input 0 of honest transaction 1"
    found = [loss.kind for _, loss in mended(cashed, "heir", *parties, edit=says) if loss]
    assert found == ["replay"]
    assert not [loss for _, loss in mended(cashed, "owner", *parties, edit=says) if loss]


def test_a_function_that_may_be_another_is_exchanged() -> None:
    source = "// @spend run(bytes body)\nOP_1 OP_DEFINE OP_1 OP_INVOKE\n"
    contract = compile_contract("runner", source=source)
    body = assemble("OP_0 OP_OUTPUTVALUE <90000> OP_GREATERTHANOREQUAL")
    honest = spending(
        contract.coin("11" * 32, 0, 100_000),
        contract.unlock.run(body),
        Output(95_000, OWNER.locking_bytecode),
    )
    watched = watch(TransactionContext(honest.transaction, honest.source_outputs), 0, BCH_2026)
    assert watched.run == {0}
    made = mended([honest], "owner", OWNER_IS, edit="output 0 has 1000 satoshis")
    assert (b"\x51",) in {draft.inputs[0].items for draft, _ in made}


def test_a_spend_is_tried_on_a_coin_in_another_state() -> None:
    source = """\
OP_INPUTINDEX OP_UTXOTOKENCOMMITMENT OP_BIN2NUM OP_1SUB
OP_INPUTINDEX OP_OUTPUTTOKENCOMMITMENT OP_BIN2NUM OP_NUMEQUAL
"""
    contract = compile_contract("points", source=source, paths={"less": ""})

    def lessened(points: int) -> BuiltTransaction:
        before, after = (
            Token(CATEGORY, nft=Nft(encode_number(each), Capability.MUTABLE))
            for each in (points, points - 1)
        )
        coin = contract.coin(f"{points:064x}", 0, 50_000, before)
        return spending(coin, contract.unlock.less(), contract.output(49_000, after))

    edit = "input 0 spends a coin of honest transaction 1"
    made = [draft for draft, _ in mended([lessened(5), lessened(7)], "owner", OWNER_IS, edit=edit)]
    states = [each.outputs[0].token for each in made]
    assert states
    assert encode_number(6) in {each.nft.commitment for each in states if each and each.nft}


def rented(source: str) -> set[str]:
    """Whoever brings an NFT gets the deposit."""
    contract = compile_contract("rental", source=source)
    token = Token(CATEGORY, nft=Nft(b"sword"))
    builder = (
        TransactionBuilder()
        .spend(contract.coin("11" * 32, 0, 300_000), contract.unlock.back())
        .spend(Coin(bytes(32), 1, Output(3_000, HEIR.locking_bytecode, token)), P2pkhUnlocker(HEIR))
        .pay(Output(1_000, OWNER.locking_bytecode, token), Output(301_000, HEIR.locking_bytecode))
    )
    return kinds([builder.build_exactly()], OWNER_IS, HEIR_IS)


def test_another_nft_of_the_category_is_tried() -> None:
    source = f"""\
// @spend back()
OP_TXINPUTCOUNT OP_2 OP_NUMEQUALVERIFY
OP_0 OP_OUTPUTBYTECODE <0x{OWNER.locking_bytecode.hex()}> OP_EQUALVERIFY
OP_0 OP_OUTPUTTOKENCOMMITMENT <0x{b"sword".hex()}> OP_EQUALVERIFY
OP_0 OP_OUTPUTTOKENCATEGORY <0x{CATEGORY.hex()}> OP_EQUAL
"""
    assert "heir: free item" not in rented(source)
    assert "heir: free item" in rented(
        source.replace(f"OP_0 OP_OUTPUTTOKENCOMMITMENT <0x{b'sword'.hex()}> OP_EQUALVERIFY", "")
    )


def test_a_finding_is_not_shown_again_with_differences_that_it_does_not_need() -> None:
    source = GIFT.replace("OP_INPUTINDEX OP_OUTPUTBYTECODE <owner> OP_EQUALVERIFY", "")
    bindings: dict[str, ArgumentValue] = {"owner": OWNER.locking_bytecode, "fee": 1_000}
    contract = compile_contract("gift", bindings, source=source)
    coin = contract.coin("11" * 32, 0, 100_000)
    gift = spending(coin, contract.unlock.give(), Output(99_000, OWNER.locking_bytecode))
    causes = [each.cause for each in fuzz([gift], [OWNER_IS], seconds=None, count=COUNT).attacks]
    assert causes
    for number, cause in enumerate(causes):
        assert not any(set(each) <= set(cause) for at, each in enumerate(causes) if at < number)
