"""A new chain file made of what is undamaged in another: nothing in it that was not there."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from test_chain_file import MINE, pay
from test_damage import STORED, fill, whole

from bchcov import BCH_2025, Input, Output, StoreError, Transaction
from bchcov.chain import ChainFile, Rebuilt, rebuild
from bchcov.simulator import Wallet
from bchcov.transaction.codec import encode_transaction, transaction_id
from bchcov.transaction.constants import NULL_OUTPOINT


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    path = tmp_path / "chain.sqlite"
    fill(path)
    return path


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute(statement)
        database.commit()


def made_anew(path: Path) -> Rebuilt:
    new = path.with_name("new.sqlite")
    wallet = Wallet.salvage(path)
    return rebuild(wallet.file, new, add=lambda file: Wallet(file).restore(wallet))


@pytest.mark.parametrize("number", [1, 2])
def test_an_undamaged_file_of_each_format_becomes_the_same_chain(
    tmp_path: Path, number: int
) -> None:
    path = tmp_path / "chain.sqlite"
    shutil.copy(STORED / f"format-{number}.sqlite", path)
    assert made_anew(path) == Rebuilt(2, 2, ())
    with ChainFile(tmp_path / "new.sqlite") as new, ChainFile(path) as old:
        assert whole(new) == whole(old)
        new.chain.mine()


@pytest.mark.parametrize(
    ("statement", "blocks", "unconfirmed", "why"),
    [
        ("UPDATE transactions SET fee = 9 WHERE place = 1", 0, 0, "block 501 has lost its first"),
        ("UPDATE transactions SET fee = 9 WHERE place = 2", 1, 3, "block 502 has lost its first"),
        ("UPDATE transactions SET fee = 9 WHERE place = 3", 1, 1, "502 has lost a transaction"),
        ("DELETE FROM transactions WHERE place = 3", 1, 1, "502 has lost a transaction"),
        ("UPDATE blocks SET time = 9 WHERE height = 501", 0, 0, "502 does not follow block 500"),
        ("UPDATE blocks SET time = 9 WHERE height = 502", 1, 3, "from 502 on: their times are"),
    ],
)
def test_the_blocks_up_to_the_damaged_one_are_kept_and_later_transactions_unconfirmed(
    stored: Path, statement: str, blocks: int, unconfirmed: int, why: str
) -> None:
    change(stored, statement)
    before = stored.read_bytes()
    rebuilt = made_anew(stored)
    assert stored.read_bytes() == before
    assert (rebuilt.blocks, rebuilt.unconfirmed) == (blocks, unconfirmed)
    assert why in rebuilt.left_out[0]
    # A coinbase of a block that is lost is no transaction that could be tried again.
    assert all("there is no coin" in each for each in rebuilt.left_out[1:])
    with ChainFile(stored.with_name("new.sqlite")) as file:
        assert file.chain.rules is BCH_2025
        assert (file.chain.height, len(file.chain.mempool)) == (500 + blocks, unconfirmed)
        assert Wallet(file).keys().keys() == {"alice"}
        file.chain.mine()


def test_what_spends_a_coin_that_is_lost_is_left_out_by_name(tmp_path: Path) -> None:
    path = tmp_path / "chain.sqlite"
    with ChainFile(path) as file:
        (coin,) = file.chain.fund(Output(100_000, MINE))
        first = pay(coin)
        second = pay(first.coin(1))
        for each in (first, second):
            file.chain.submit(each.transaction).require()
        file.chain.mine()
    change(path, f"UPDATE transactions SET fee = 9 WHERE txid = '{first.txid}'")
    rebuilt = made_anew(path)
    assert (rebuilt.blocks, rebuilt.unconfirmed) == (1, 0)
    assert f"the transaction {second.txid} spends a coin that is lost" in rebuilt.left_out[0]
    assert f"the transaction {second.txid}: " in rebuilt.left_out[1]
    assert "there is no coin" in rebuilt.left_out[1]


@pytest.mark.parametrize(("seconds", "blocks"), [(-1, 1), (0, 1), (1, 2)])
def test_a_block_that_is_no_later_than_the_one_before_it_does_not_follow(
    tmp_path: Path, seconds: int, blocks: int
) -> None:
    path = tmp_path / "chain.sqlite"
    shutil.copy(STORED / "format-1.sqlite", path)
    # The first format has no checksums, so nothing else tells that a time was changed.
    time = "(SELECT time FROM blocks WHERE height = 501)"
    change(path, f"UPDATE blocks SET time = {time} + {seconds} WHERE height = 502")
    found = ChainFile.salvage(path)
    rebuilt = rebuild(found, tmp_path / "new.sqlite")
    assert rebuilt.blocks == blocks
    assert [each for each in rebuilt.left_out if "502 does not follow block 501" in each] == list(
        rebuilt.left_out
    )
    assert len(rebuilt.left_out) == 2 - blocks


def test_what_spends_a_coin_of_its_own_block_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "chain.sqlite"
    with ChainFile(path) as file:
        (coin,) = file.chain.fund(Output(100_000, MINE))
        payment = pay(coin)
        for _ in range(3):
            file.chain.submit(payment.transaction).require()
            payment = pay(payment.coin(1))
        file.chain.mine()
        file.chain.submit(payment.transaction).require()
        expected = whole(file)
    assert rebuild(ChainFile.salvage(path), tmp_path / "new.sqlite") == Rebuilt(2, 1, ())
    with ChainFile(tmp_path / "new.sqlite") as file:
        assert whole(file) == expected


@pytest.mark.parametrize("height", [499, 500, 502])
def test_blocks_begin_at_the_height_after_that_of_the_chain(tmp_path: Path, height: int) -> None:
    path = tmp_path / "chain.sqlite"
    shutil.copy(STORED / "format-1.sqlite", path)
    change(path, "DELETE FROM blocks WHERE height = 502")
    change(path, f"UPDATE transactions SET height = {height} WHERE height = 501")
    change(path, f"UPDATE blocks SET height = {height} WHERE height = 501")
    rebuilt = rebuild(ChainFile.salvage(path), tmp_path / "new.sqlite")
    assert rebuilt.blocks == 0
    assert f"block {height} does not follow block 500" in rebuilt.left_out[0]


def test_a_coinbase_that_pays_nobody_is_no_coinbase_of_a_chain(tmp_path: Path) -> None:
    path = tmp_path / "chain.sqlite"
    shutil.copy(STORED / "format-1.sqlite", path)
    nothing = Transaction((Input(*NULL_OUTPOINT, b"\x01"),), ())
    with closing(sqlite3.connect(path)) as database:
        database.execute(
            "UPDATE transactions SET txid = ?, raw = ? WHERE place ="
            " (SELECT min(place) FROM transactions WHERE height = 502)",
            (transaction_id(nothing), encode_transaction(nothing)),
        )
        database.commit()
    rebuilt = rebuild(ChainFile.salvage(path), tmp_path / "new.sqlite")
    assert rebuilt.blocks == 1
    assert "its coinbase pays other fees" in rebuilt.left_out[0]


def test_transactions_return_to_the_mempool_in_the_order_in_which_blocks_had_them(
    tmp_path: Path,
) -> None:
    path = tmp_path / "chain.sqlite"
    with ChainFile(path) as file:
        coins = file.chain.fund(*(Output(100_000, MINE) for _ in range(4)))
        payments = [pay(coin).transaction for coin in coins]
        for each in payments:
            file.chain.submit(each).require()
        first, second, third, fourth = payments
        file.chain.mine([third])
        file.chain.mine([fourth, first])
        coinbase = transaction_id(file.chain.blocks[-2].transactions[0])
    change(path, f"UPDATE transactions SET fee = 9 WHERE txid = '{coinbase}'")
    rebuilt = rebuild(ChainFile.salvage(path), tmp_path / "new.sqlite")
    assert (rebuilt.blocks, rebuilt.unconfirmed) == (1, 4)
    with ChainFile(tmp_path / "new.sqlite") as file:
        assert list(file.chain.mempool.values()) == [third, fourth, first, second]


def test_a_commitment_whose_key_is_lost_is_left_out(stored: Path) -> None:
    change(stored, "UPDATE keys SET wif = 'x'")
    rebuilt = made_anew(stored)
    assert rebuilt.blocks == 2
    assert len(rebuilt.left_out) == 1
    assert "the commitment " in rebuilt.left_out[0]
    with ChainFile(stored.with_name("new.sqlite")) as file:
        assert Wallet(file).keys() == {}


@pytest.mark.parametrize("name", ["rules", "height", "time", "fee_rate"])
def test_without_a_fact_there_is_no_new_chain(stored: Path, name: str) -> None:
    for statement in (
        f"UPDATE facts SET value = 'x' WHERE name = '{name}'",
        f"DELETE FROM facts WHERE name = '{name}'",
    ):
        change(stored, statement)
        with pytest.raises(StoreError, match="no new chain can be written"):
            made_anew(stored)
        assert not stored.with_name("new.sqlite").exists()


def test_no_file_is_written_over_and_none_is_left_of_a_failure(stored: Path) -> None:
    with pytest.raises(StoreError, match="exists already"):
        rebuild(ChainFile.salvage(stored), stored)

    def fail(file: ChainFile) -> list[str]:
        raise StoreError(f"{file.path}: full")

    before = {path.name for path in stored.parent.iterdir()}
    with pytest.raises(StoreError, match="full"):
        rebuild(ChainFile.salvage(stored), stored.with_name("new.sqlite"), add=fail)
    assert {path.name for path in stored.parent.iterdir()} == before
