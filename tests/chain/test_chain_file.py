"""A chain in a file: opened again it is the same, and no kill, error or neighbour harms it."""

from __future__ import annotations

import contextlib
import random
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import swapping

from bchcov import BCH_2025, BCH_2026, ChainError, Output, StoreError
from bchcov.chain import Chain, ChainFile, TransactionRefused
from bchcov.crypto.hashes import sha256
from bchcov.errors import DamagedStore
from bchcov.wallet import (
    BuiltTransaction,
    Coin,
    P2pkhUnlocker,
    PrivateKey,
    TransactionBuilder,
)

KEY = PrivateKey(sha256(b"mine"))
MINE = KEY.locking_bytecode


def pay(coin: Coin, value: int = 10_000) -> BuiltTransaction:
    builder = TransactionBuilder().spend(coin, P2pkhUnlocker(KEY)).change_to(MINE)
    return builder.pay(Output(value, MINE)).build()


def state(chain: Chain) -> object:
    hashes = [block.hash for block in chain.blocks]
    coins = sorted((str(coin), coin.value, chain.confirmations(coin)) for coin in chain.coins(MINE))
    return hashes, list(chain.mempool), coins, chain.median_time


def test_what_was_accepted_is_there_when_the_file_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "chain.sqlite"
    with ChainFile(path, rules=BCH_2025, height=500) as file:
        assert path.stat().st_mode & 0o077 == 0, "others may read the keys"
        chain = file.chain
        coin, other = chain.fund(Output(100_000, MINE), Output(50_000, MINE))
        first = pay(coin)
        assert chain.submit(first.transaction).ok
        second = pay(first.coin(1))
        assert chain.submit(second.transaction).ok
        assert not chain.submit(pay(coin, 20_000).transaction).ok
        chain.mine(seconds=77)
        chain.submit(pay(second.coin(1)).transaction).require()
        chain.reorganise(1)
        chain.mine([first.transaction])
        with chain.snapshot():
            chain.submit(pay(other).transaction).require()
            chain.mine()
        chain.submit(pay(other, 30_000).transaction).require()
        before = state(chain)
    with ChainFile(path) as file:
        assert state(file.chain) == before
        assert file.chain.rules is BCH_2025
        assert len(file.chain.mempool) == 3
        file.chain.mine()
        file.chain.fund(Output(1_000, MINE))
        before = state(file.chain)
    with ChainFile(path) as file:
        assert state(file.chain) == before


def test_a_second_process_is_refused_until_the_first_has_ended(tmp_path: Path) -> None:
    path = tmp_path / "chain.sqlite"
    with ChainFile(path), pytest.raises(StoreError, match="this process has it open already"):
        ChainFile(path)
    ChainFile(path).close()
    with contextlib.closing(sqlite3.connect(path)) as own:
        own.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="this process has it open already"):
            ChainFile(path)
    other = subprocess.Popen(
        [sys.executable, "-u", swapping.__file__, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "open\n"
    with pytest.raises(StoreError, match="another process has this chain open"):
        ChainFile(path)
    other.kill()
    other.wait()
    other.stdout.close()
    ChainFile(path).close()


def test_what_is_no_chain_is_refused_and_left_alone(tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("no database, and long enough to tell " * 100, encoding="utf-8")
    with pytest.raises(StoreError, match="not a chain's file"):
        ChainFile(text)
    assert text.read_text(encoding="utf-8").startswith("no database")
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE something (a)")
    database.close()
    with pytest.raises(StoreError, match="of another program"):
        ChainFile(other)
    with pytest.raises(StoreError, match="unable to open"):
        ChainFile(tmp_path / "no such folder" / "chain.sqlite")
    with contextlib.closing(sqlite3.connect(tmp_path / "smallest")) as database:
        database.execute("PRAGMA page_size = 512")
        database.execute("VACUUM")
    assert (tmp_path / "smallest").stat().st_size == 512
    with pytest.raises(StoreError, match="of another program") as caught:
        ChainFile(tmp_path / "smallest")
    assert not isinstance(caught.value, DamagedStore)
    ChainFile(tmp_path / "new", rules=BCH_2025).close()
    with pytest.raises(StoreError, match="has the rules BCH_2025, not BCH_2026"):
        ChainFile(tmp_path / "new", rules=BCH_2026)
    with sqlite3.connect(tmp_path / "new") as database:
        database.execute("UPDATE facts SET value = '3' WHERE name = 'format'")
    database.close()
    with pytest.raises(StoreError, match="format 3 is not supported: expected 1 or 2"):
        ChainFile(tmp_path / "new")
    ChainFile(tmp_path / "hurt").close()
    with sqlite3.connect(tmp_path / "hurt") as database:
        database.execute("INSERT INTO blocks VALUES (1, 1, 0, x'00')")
    database.close()
    with pytest.raises(StoreError, match="damaged"):
        ChainFile(tmp_path / "hurt")


def test_a_device_that_fails_is_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "chain.sqlite"
    ChainFile(path).close()
    # No journal can be read or made here.
    (tmp_path / "chain.sqlite-journal").mkdir()
    with pytest.raises(StoreError, match=r"chain\.sqlite: ") as caught:
        ChainFile(path)
    assert not isinstance(caught.value, DamagedStore)
    (tmp_path / "chain.sqlite-journal").rmdir()
    ChainFile(path).close()


def test_what_cannot_be_written_has_not_happened(tmp_path: Path) -> None:
    with ChainFile(tmp_path / "chain.sqlite") as file:
        chain = file.chain
        (coin,) = chain.fund(Output(100_000, MINE))
        before = state(chain)
        file._database.execute("PRAGMA query_only = ON")
        for change in (lambda: chain.submit(pay(coin).transaction), chain.mine):
            with pytest.raises(StoreError, match="readonly"):
                change()
            assert state(chain) == before
        file._database.execute("PRAGMA query_only = OFF")
        assert chain.submit(pay(coin).transaction).ok
    with pytest.raises(StoreError, match="the file is closed"):
        chain.mine()


def test_a_change_that_fails_halfway_is_rolled_back_and_the_next_one_is_kept(
    tmp_path: Path,
) -> None:
    path = tmp_path / "chain.sqlite"
    with ChainFile(path) as file:
        chain = file.chain
        (coin,) = chain.fund(Output(100_000, MINE))
        before = state(chain)
        file._database.execute(
            "CREATE TEMP TRIGGER no BEFORE INSERT ON transactions WHEN new.txid IS NOT NULL"
            " BEGIN SELECT RAISE(ABORT, 'no more'); END"
        )
        for change in (lambda: chain.submit(pay(coin).transaction), chain.mine):
            with pytest.raises(StoreError, match="no more"):
                change()
            assert not file._database.in_transaction
            assert state(chain) == before
        file._database.execute("DROP TRIGGER no")
        chain.mine()
        chain.submit(pay(coin).transaction).require()
        before = state(chain)
    with ChainFile(path) as file:
        assert state(file.chain) == before


def test_a_coinbase_ripens_behind_the_opening_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "chain.sqlite"
    with ChainFile(path) as file:
        reward = Coin.of(file.chain.mine(reward_to=MINE).transactions[0], 0)
        (funded,) = file.chain.fund(Output(100_000, MINE))
        file.chain.advance(97)
    with ChainFile(path) as file:
        refused = file.chain.submit(pay(reward).transaction).error
        assert refused is not None
        assert refused.reason == "TX_PREMATURE_COINBASE"
        assert file.chain.submit(pay(funded).transaction).ok
        file.chain.advance(1)
        assert file.chain.submit(pay(reward).transaction).ok


@pytest.mark.parametrize("missed", [-2, -1, 1, 2])
def test_a_chain_that_missed_a_change_or_made_one_alone_writes_nothing_more(
    tmp_path: Path, missed: int
) -> None:
    with ChainFile(tmp_path / "chain.sqlite") as file:
        chain = file.chain
        (coin,) = chain.fund(Output(100_000, MINE))
        # As if it had been interrupted behind the store's commit and before its own books, or
        # between its books and the store.
        chain._changes += missed
        with pytest.raises(StoreError, match="interrupted: open the file again"):
            chain.submit(pay(coin).transaction)


def test_a_row_has_the_height_of_a_mined_transaction_or_the_fee_of_a_waiting_one(
    tmp_path: Path,
) -> None:
    with ChainFile(tmp_path / "chain.sqlite") as file:
        chain = file.chain
        fees = []
        for more in range(3):
            chain.mine()
            (coin,) = chain.fund(Output(100_000 + more, MINE))
            paid = pay(coin).transaction
            fees.append(coin.value - sum(output.value for output in paid.outputs))
            chain.submit(paid)
        rows = file._rows.fetch("SELECT height, fee FROM transactions ORDER BY place")
    waiting = [fee for height, fee in rows if height is None]
    assert waiting == fees[-1:]
    assert {fee for height, fee in rows if height is not None} == {0}
    assert len(rows) > 3


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["pay", "pay", "mine", "choose", "back", "fund", "try"]), st.integers(0, 99)
    ),
    max_size=25,
)


def take(chain: Chain, kind: str, number: int) -> None:
    """Do something to a chain; what it refuses is refused."""
    coins = chain.coins(MINE)
    if kind == "pay" and coins:
        coin = coins[number % len(coins)]
        if coin.value > 2_000:
            chain.submit(pay(coin, 600 + number).transaction)
    elif kind == "mine":
        chain.mine(seconds=1 + number)
    elif kind == "choose":
        waiting = list(chain.mempool.values())
        with contextlib.suppress(TransactionRefused):
            chain.mine(waiting[number % (len(waiting) + 1) :])
    elif kind == "back":
        with contextlib.suppress(ChainError):
            chain.reorganise(number % 4)
    elif kind == "fund":
        chain.fund(Output(10_000 + number, MINE))
    else:
        with chain.snapshot():
            take(chain, "pay", number)
            take(chain, "mine", number)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_whatever_happens_a_file_holds_what_a_chain_in_memory_would(
    steps: list[tuple[str, int]],
) -> None:
    memory = Chain()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "chain.sqlite"
        with ChainFile(path) as file:
            for kind, number in [("fund", 1), ("fund", 2), *steps]:
                take(memory, kind, number)
                take(file.chain, kind, number)
            assert state(file.chain) == state(memory)
        with ChainFile(path) as file:
            assert state(file.chain) == state(memory)


def kill_often(path: Path, times: int) -> None:
    """Run a pool on the file in processes that are killed at any moment; check after each."""
    chance = random.Random(1)
    acknowledged: set[str] = set()
    for _ in range(times):
        run = subprocess.Popen(
            [sys.executable, "-u", swapping.__file__, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert run.stdout is not None
        first = run.stdout.readline().split()
        assert first, "the process could not open the file"
        # So many answers later, wherever the process is by then.
        said = [first, *(run.stdout.readline().split() for _ in range(chance.randrange(1, 9)))]
        run.kill()
        run.wait()
        # A line that was cut by the kill is no acknowledgement.
        said += [line.split() for line in run.stdout if line.endswith("\n")]
        run.stdout.close()
        acknowledged |= {words[1] for words in said if words[0] == "accepted"}
        with ChainFile(path) as file:
            life = swapping.Life(file)
            life.check()
            there = {*file.chain.mempool}
            for block in file.chain.blocks:
                there |= {Coin.of(each, 0).txid for each in block.transactions}
            assert acknowledged <= there, "an accepted transaction is lost"
    assert len(acknowledged) > times


def test_killing_the_process_loses_nothing(tmp_path: Path) -> None:
    kill_often(tmp_path / "chain.sqlite", 8)


@pytest.mark.long
def test_killing_the_process_two_hundred_times_loses_nothing(tmp_path: Path) -> None:
    kill_often(tmp_path / "chain.sqlite", 200)


def test_what_happens_together_is_one_change_of_the_file_or_none(tmp_path: Path) -> None:
    path = tmp_path / "chain"
    with ChainFile(path) as file:
        (coin,) = file.chain.fund(Output(100_000, MINE))
        before = state(file.chain)

        def fail(error: type[BaseException]) -> None:
            with file.chain.together():
                file.chain.submit(pay(coin).transaction).require()
                file.chain.advance(3)
                file.chain.fund(Output(1_000, MINE))
                raise error

        for error in (ValueError, KeyboardInterrupt):
            with pytest.raises(error):
                fail(error)
            assert state(file.chain) == before
        with file.chain.together(), file.chain.together():
            file.chain.advance(2)
            file.chain.submit(pay(coin).transaction).require()
        after = state(file.chain)
    with ChainFile(path) as file:
        assert state(file.chain) == after
        file.chain.mine()
