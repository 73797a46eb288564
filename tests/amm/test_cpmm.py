"""The plain pool: its life, the formula over the whole range, and every check taken out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.ticketed_world import Draft, coin, funding_coin, user

from bchcov import BCH_2025, BCH_2026, BuildError, Nft, Output, Token, verify
from bchcov.amm.action import BUY, SELL
from bchcov.amm.cpmm import (
    Market,
    Parameters,
    change_reserves,
    genesis,
    read_market,
    swap,
)
from bchcov.amm.formula import Reserves, amount_out
from bchcov.contract import checks_in, compile_contract, load_source, without_check
from bchcov.script.patterns import p2sh32
from bchcov.transaction.constants import MAX_MONEY, MAX_TOKEN_AMOUNT
from bchcov.wallet.balance import Spend
from bchcov.wallet.funding import Funding
from bchcov.wallet.keys import PrivateKey
from bchcov.wallet.unlockers import ScriptUnlocker, Signature

TOKENS, OTHER = b"\x22" * 32, b"\x33" * 32
OWNER = user(77)
PARAMETERS = Parameters(TOKENS, OWNER.public_key_hash)
SOURCE = load_source("cpmm/pool")
CODE = PARAMETERS.contract.code
MAX_BCH, MAX_TOKENS = MAX_MONEY, MAX_TOKEN_AMOUNT


def funding(name: str, key: PrivateKey, value: int, tokens: int = 0) -> Funding:
    token = Token(TOKENS, tokens) if tokens else None
    return Funding(key.locking_bytecode, (funding_coin(name, key, value, token),))


def market() -> Market:
    return Market(PARAMETERS, coin("market", PARAMETERS.output(Reserves(1_000_000, 50_000))))


def test_a_life_to_the_last_satoshi() -> None:
    start = genesis(PARAMETERS, Reserves(1_000_000, 50_000), funding("a", OWNER, 2_000_000, 60_000))
    bought = swap(start.market, BUY, 100_000, funding("b", user(1), 500_000))
    assert bought.amount_out == amount_out(1_000_000, 50_000, 100_000) == 4_533
    assert bought.market.reserves == Reserves(1_100_000, 45_467)
    assert bought.built.transaction.outputs[1].token == Token(TOKENS, 4_533)
    sold = swap(bought.market, SELL, 4_533, funding("c", user(2), 10_000, 4_533))
    assert sold.market.reserves.tokens == 50_000
    assert sold.market.reserves.bch == 1_100_000 - sold.amount_out
    assert sold.market.reserves.product > 1_000_000 * 50_000
    grown = change_reserves(
        sold.market, Reserves(2_000_000, 70_000), OWNER, funding("d", OWNER, 3_000_000, 30_000)
    )
    larger = read_market(PARAMETERS, grown.coin(0))
    end = change_reserves(larger, None, OWNER, Funding(OWNER.locking_bytecode))
    assert end.transaction.outputs[0].token == Token(TOKENS, 70_000)
    assert sum(output.value for output in end.transaction.outputs) == 2_000_000 - end.fee


def test_requests_that_cannot_be_met_say_why() -> None:
    cases: list[tuple[Callable[[], object], str]] = [
        (lambda: swap(market(), BUY, 0, funding("x", user(1), 9_000)), "amount 0 is out of range"),
        (
            lambda: swap(market(), BUY, 1_000, funding("x", user(1), 9_000), min_out=50),
            "1000 would give 49: expected at least 50",
        ),
        (lambda: swap(market(), BUY, 10**6, funding("x", user(1), 9_000)), "insufficient funds"),
        (lambda: swap(market(), SELL, 10**6, funding("x", user(1), 9_000)), "insufficient tokens"),
        (
            lambda: change_reserves(market(), None, user(1), funding("x", user(1), 9_000)),
            "is not the pool owner's",
        ),
        (lambda: PARAMETERS.output(Reserves(0, 1)), "reserve of 0 satoshis"),
        (
            lambda: PARAMETERS.output(Reserves(1, 2**63)),
            "is out of range: expected 1 to 9223372036854775807",
        ),
        (lambda: Parameters(bytes(31), bytes(20)), "token_category has 31 bytes: expected 32"),
        (lambda: Parameters(bytes(32), bytes(21)), "21 bytes: expected 20"),
        (
            lambda: read_market(PARAMETERS, coin("y", Output(1_000, b"\x51"))),
            "not locked by this pool's script",
        ),
        (
            lambda: read_market(PARAMETERS, coin("y", Output(1_000, p2sh32(CODE)))),
            "does not hold only the tokens that trade",
        ),
    ]
    for call, message in cases:
        with pytest.raises(BuildError, match=message):
            call()


def draft(before: Reserves, after: Reserves, code: bytes = CODE, *, index: int = 0) -> Draft:
    locking = p2sh32(code)
    held = Output(before.bch, locking, Token(TOKENS, before.tokens))
    spends = [Spend(coin("pool", held), ScriptUnlocker((), code))]
    outputs = [Output(after.bch, locking, Token(TOKENS, after.tokens))]
    if index:
        spends.insert(0, funding_coin("first", user(1), 5_000))
        outputs.insert(0, Output(1_000, user(1).locking_bytecode))
    return Draft(spends, outputs)


def passes(made: Draft) -> bool:
    transaction, sources = made.finish()
    verdicts = [
        verify(transaction, sources, rules, scripts_only=True).ok for rules in (BCH_2025, BCH_2026)
    ]
    assert verdicts[0] == verdicts[1]
    return verdicts[0]


@given(
    st.integers(1, MAX_BCH),
    st.integers(1, MAX_TOKENS),
    st.integers(1, MAX_BCH),
    st.sampled_from([BUY, SELL]),
    st.integers(0, 1),
)
def test_the_script_takes_exactly_what_the_formula_gives(
    bch: int, tokens: int, amount: int, direction: int, index: int
) -> None:
    before = Reserves(bch, tokens)
    if direction == BUY:
        amount = min(amount, MAX_BCH - bch)
        out = amount_out(bch, tokens, amount)
        after, more = Reserves(bch + amount, tokens - out), Reserves(bch + amount, tokens - out - 1)
    else:
        amount = min(amount, MAX_TOKENS - tokens)
        out = amount_out(tokens, bch, amount)
        after, more = Reserves(bch - out, tokens + amount), Reserves(bch - out - 1, tokens + amount)
    assert passes(draft(before, after, index=index))
    assert after.product >= before.product
    if min(more.bch, more.tokens) > 0:
        assert not passes(draft(before, more, index=index))


def another_script(code: bytes) -> Draft:
    made = draft(Reserves(10**6, 10**6), Reserves(10**6, 10**6), code)
    made.outputs[0] = replace(made.outputs[0], locking_bytecode=b"\x51")
    return made


def other_tokens(code: bytes) -> Draft:
    made = draft(Reserves(10**6, 10**6), Reserves(10**6, 10**6), code)
    made.outputs[0] = replace(made.outputs[0], token=Token(OTHER, 10**6, Nft()))
    return made


def a_lower_product(code: bytes) -> Draft:
    return draft(Reserves(10**6, 10**6), Reserves(10**6, 10**6 - 1), code)


def owned(code: bytes, key: PrivateKey, signer: PrivateKey) -> Draft:
    made = draft(Reserves(10**6, 10**6), Reserves(1_000, 1), code)
    items = (Signature(signer), key.public_key)
    made.unlock(0, ScriptUnlocker(items, code))
    return made


ATTACKS: dict[str, Callable[[bytes], Draft]] = {
    "owner-key": lambda code: owned(code, user(1), user(1)),
    # A signature that is empty is false and no error: nothing else refuses it.
    "owner-signature": lambda code: unsigned(code),
    "successor-script": another_script,
    "successor-tokens": other_tokens,
    "product": a_lower_product,
}


def unsigned(code: bytes) -> Draft:
    made = draft(Reserves(10**6, 10**6), Reserves(1_000, 1), code)
    made.unlock(0, ScriptUnlocker((b"", OWNER.public_key), code))
    return made


def test_every_check_has_its_attack() -> None:
    assert sorted(ATTACKS) == sorted(check.name for check in checks_in(SOURCE))


@pytest.mark.parametrize("check", ATTACKS)
def test_an_attack_passes_only_without_its_check(check: str) -> None:
    source = without_check(SOURCE, check)
    without = compile_contract("cpmm/pool", {"owner": OWNER.public_key_hash}, source=source)
    assert not passes(ATTACKS[check](CODE))
    assert passes(ATTACKS[check](without.code))


def test_the_owner_s_path_asks_for_his_signature() -> None:
    assert passes(owned(CODE, OWNER, OWNER))
    assert not passes(owned(CODE, OWNER, user(1)))
