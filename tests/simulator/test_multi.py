"""`multi`: users race on the session's own chain and pool, whatever stands there before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bchcov.amm import ticketed
from bchcov.chain import ChainFile
from bchcov.race.world import user_key
from bchcov.simulator import Answer, Session, Wallet
from bchcov.transaction.codec import transaction_id
from bchcov.transaction.model import Output
from bchcov.wallet.balance import Spend
from bchcov.wallet.funding import Funding
from bchcov.wallet.unlockers import P2pkhUnlocker


@pytest.fixture(params=["ticketed", "direct"])
def session(request: pytest.FixtureRequest) -> Iterator[Session]:
    with ChainFile(":memory:", height=1_000) as file:
        yield Session(file, seed=3, profile=request.param)


def done(session: Session, line: str) -> dict[str, Any]:
    answer = session.run(line)
    assert answer.ok, answer.lines
    return answer.data


def everything(file: ChainFile) -> object:
    hashes = [block.hash for block in file.chain.blocks]
    return hashes, list(file.chain.mempool), Wallet(file).keys()


def test_half_of_the_users_buy_half_sell_and_their_balances_are_their_own_coins() -> None:
    for count in (1, 2, 7):
        with ChainFile(":memory:", height=1_000) as file:
            session = Session(file, seed=3)
            told = done(session, f"multi {count}")
            sides = [each["direction"] for each in told["users"]]
            assert sides.count("buy") - sides.count("sell") == count % 2
            names = {transaction_id(t) for block in file.chain.blocks for t in block.transactions}
            for each in told["users"]:
                assert each["ticketed"]["status"] == "filled"
                funded, key = each["funded"], user_key(told["seed"], each["user"])
                assert funded["txid"] in names
                coins = file.chain.coins(key.locking_bytecode)
                tokens = sum(coin.token.amount for coin in coins if coin.token is not None)
                satoshis = sum(coin.value for coin in coins)
                got, gave = int(each["ticketed"]["got"]), int(each["amount_in"])
                if each["direction"] == "buy":
                    assert tokens == got
                    assert 0 < funded["satoshis"] - gave - satoshis < 20_000
                else:
                    assert int(funded["tokens"]) == gave
                    assert tokens == 0
                    assert 0 < funded["satoshis"] + got - satoshis < 20_000


def test_what_the_users_leave_follows_from_the_formula(session: Session) -> None:
    told = done(session, "multi 6")
    bch, tokens = told["reserves"][1]["bch"], int(told["reserves"][1]["tokens"])
    for each in told["users"]:
        got, gave = int(each[told["pool"]]["got"]), int(each["amount_in"])
        into, out = (gave, -got) if each["direction"] == "buy" else (-got, gave)
        bch, tokens = bch - into, tokens - out
    assert {"bch": bch, "tokens": str(tokens)} == told["reserves"][0]


def test_orders_that_stand_in_the_queue_go_first(session: Session) -> None:
    hashes = [done(session, f"commit swap {amount} BCH")["hash"] for amount in (20, 30, 40)]
    if session.profile == "ticketed":
        assert done(session, "sequence")["count"] == 3
        hashes = [each["hash"] for each in done(session, "status")["pool"]["pending"]]
        # One of them is revealed already.
        reveals = [session.run(f"reveal {hashes[0]} {amount} True").ok for amount in (20, 30, 40)]
        assert sum(reveals) == 1
    before = done(session, "status")
    told = done(session, "multi 4")
    assert told["went_first"] == hashes
    after = done(session, "status")
    assert after["pool"]["head"] == after["pool"]["tail"] == 7
    assert int(after["you"]["tokens"]) > int(before["you"]["tokens"]) + 60
    assert after["pool"]["pending"] == []
    refusal = session.run(f"reveal {hashes[0]} 20 True")
    assert "filled" in "".join(refusal.lines)


def test_an_order_that_its_owner_cannot_pay_any_more_is_expired(session: Session) -> None:
    first = done(session, "commit swap 9000 BCH")["hash"]
    second = done(session, "commit swap 8000 BCH")["hash"]
    if session.profile == "ticketed":
        done(session, "sequence")
    told = done(session, "multi 2")
    assert sorted(told["went_first"]) == sorted([first, second])
    fates = [session.run(f"reveal {each} 9000 True").lines[0] for each in (first, second)]
    assert sorted("expired" in each for each in fates) == [False, True], fates
    assert done(session, "status")["pool"]["pending"] == []


def test_more_users_than_the_queue_has_slots_wait_for_their_turn() -> None:
    with ChainFile(":memory:", height=1_000) as file:
        session = Session(file, seed=3, profile="direct")
        told = done(session, "multi 40")
        assert all(each["direct"]["status"] == "filled" for each in told["users"])
        assert done(session, "status")["pool"]["head"] == 40


@pytest.mark.parametrize("count", ["0", "-1", "1001", "2.5", "nan", "1e400", "٣", "9" * 5_000, "x"])
def test_a_number_of_users_that_is_none_is_one_clear_sentence(count: str) -> None:
    with ChainFile(":memory:", height=1_000) as file:
        session = Session(file, seed=3)
        before = everything(file)
        answer = session.run(f"multi {count}")
        assert not answer.ok
        assert answer.data["error"].startswith("invalid number of users")
        assert answer.data["error"].endswith(": expected 1 to 1,000")
        assert len(answer.data["error"]) < 200
        assert everything(file) == before


def test_a_pool_that_has_ended_or_is_closed_has_no_race() -> None:
    with ChainFile(":memory:", height=1_000) as file:
        session = Session(file, seed=3)
        pool = session._pool.followed.pool
        assert isinstance(pool, ticketed.Pool)
        key = Wallet(file).key("provider")
        (coin,) = file.chain.fund(Output(50_000, key.locking_bytecode))
        funding = Funding(key.locking_bytecode, [Spend(coin, P2pkhUnlocker(key))])
        closed = ticketed.set_closed(pool, key, funding)
        file.chain.submit(closed.built.transaction).require()
        session._pools.see(closed.built.txid)
        before = everything(file)
        for line in ("multi 2", "commit swap 1 BCH"):
            assert "the pool is closed: it takes no tickets" in session.run(line).data["error"]
        assert everything(file) == before
        done(session, "withdraw")
        assert "the pool has ended" in session.run("multi 2").data["error"]


def test_an_interrupted_race_leaves_everything_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "chain"
    with ChainFile(path, height=1_000) as file:
        session = Session(file, seed=3)
        done(session, "commit swap 50 BCH")
        done(session, "sequence")
        before, status = everything(file), session.run("status")
        steps = 0
        check_interrupt = session._check_interrupt

        def press_at(step: int) -> None:
            def pressed() -> None:
                nonlocal steps
                steps += 1
                if steps == step:
                    session.interrupt()
                check_interrupt()

            session._check_interrupt = pressed  # type: ignore[method-assign]

        for step in (1, 3, 20, 60):
            steps = 0
            press_at(step)
            answer = session.run("multi 5")
            assert not answer.ok
            assert "interrupted" in answer.data["error"]
            assert everything(file) == before
            assert session.run("status") == status
        steps = 0
        press_at(7)
        assert "interrupted" in session.run("mine 100").data["error"]
        assert everything(file) == before
        session._check_interrupt = check_interrupt  # type: ignore[method-assign]
        done(session, "multi 2")
        after, status = everything(file), session.run("status")
    with ChainFile(path) as file:
        assert everything(file) == after
        assert Session(file).run("status") == status


def test_pools_of_any_size_are_raced_on() -> None:
    for reserves in ("0.0001 1", "0.0001 2", "5 20_000", "1 9_000_000_000_000_000_000", "9000 3"):
        with ChainFile(":memory:", height=1_000) as file:
            session = Session(file, seed=3)
            done(session, "withdraw")
            opened: Answer = session.run(f"open {reserves}")
            assert opened.ok, (reserves, opened.lines)
            answer = session.run("multi 4")
            assert answer.ok, (reserves, answer.lines)
            assert done(session, "status")["pool"]["head"] == 4
