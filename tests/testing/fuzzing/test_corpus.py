"""A corpus keeps what was learned, for the next campaign, and for a contract that was changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from bchcov import (
    BuiltTransaction,
    FormatError,
    PrivateKey,
    TransactionBuilder,
    compile_contract,
    verify,
)
from bchcov.testing import Party
from bchcov.testing.fuzzing.campaign import Campaign, prepare
from bchcov.testing.fuzzing.corpus import read_corpus, write_corpus

OWNER = PrivateKey(bytes(31) + b"\x01")
# Nothing says where the coin goes.
LEAKING = """\
// @parameter pubkey owner
// @spend move(sig signature)
<owner> OP_CHECKSIGVERIFY
OP_INPUTINDEX OP_OUTPUTVALUE <1000> OP_ADD OP_INPUTINDEX OP_UTXOVALUE OP_GREATERTHANOREQUAL
"""
MENDED = (
    f"{LEAKING} OP_VERIFY OP_INPUTINDEX OP_OUTPUTBYTECODE OP_INPUTINDEX OP_UTXOBYTECODE OP_EQUAL"
)


def moved(source: str) -> BuiltTransaction:
    contract = compile_contract("vault", {"owner": OWNER}, source=source)
    coin = contract.coin("11" * 32, 0, 100_000)
    builder = TransactionBuilder().spend(coin, contract.unlock.move(OWNER))
    return builder.pay(contract.output(99_000)).build()


def campaign(source: str) -> Campaign:
    return prepare([moved(source)], [Party("owner", (OWNER,))], attackers=["owner"])


def causes(run: Campaign) -> set[tuple[str, ...]]:
    return {each.cause for each in run.findings if each.is_attack}


def test_what_a_campaign_has_found_the_next_one_finds_first(tmp_path: Path) -> None:
    first = campaign(LEAKING)
    first.begin_with([])
    first.run(seconds=None, count=1_200)
    write_corpus(tmp_path, first.learned)
    kept = read_corpus(tmp_path)
    assert kept == first.learned
    assert 1 < len(kept) < 40
    second = campaign(LEAKING)
    second.begin_with(kept)
    search = second.searches[0]
    steps = search.run()
    for _ in kept:
        next(steps)
    # Nothing but what was kept has been tried, and all that was found is among it.
    tried = {place.outpoint for each in search.learned for place in each.draft.inputs}
    assert {place.outpoint for each in search.found for place in each.draft.inputs} <= tried
    assert len(search.found) == len(causes(first))
    second.run(seconds=None, count=100)
    assert causes(first) <= causes(second)


def test_a_corpus_follows_a_contract_that_was_changed() -> None:
    first = campaign(LEAKING)
    first.begin_with([])
    first.run(seconds=None, count=400)
    changed, mended = campaign(LEAKING.replace("<1000>", "<1001>")), campaign(MENDED)
    old = moved(LEAKING).source_outputs[0].locking_bytecode
    for each, are_accepted in ((changed, True), (mended, False)):
        each.begin_with(first.learned)
        (search,) = each.searches
        assert len(search.learned) == len(first.learned)
        for seed in search.learned:
            transaction, coins = seed.draft.finish()
            assert old not in {output.locking_bytecode for output in (*coins, *transaction.outputs)}
        accepted = [verify(*seed.draft.finish()).ok for seed in search.learned]
        assert all(accepted) if are_accepted else not all(accepted)


def test_no_corpus_is_an_empty_one(tmp_path: Path) -> None:
    assert read_corpus(tmp_path / "none") == []
    write_corpus(tmp_path / "none", [])
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("text", ["{}", "[", '{"version": 2}', '{"version": 1, "attacker": 1}'])
def test_a_corpus_that_cannot_be_read_is_refused_by_line(text: str, tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_text(text, encoding="utf-8")
    with pytest.raises(FormatError, match=r"corpus\.jsonl, line 1: not of a corpus: "):
        read_corpus(tmp_path)
