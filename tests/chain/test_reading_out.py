"""Reading a chain's file that may be damaged: it is left alone, and so is who has it open."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from support import swapping
from test_chain_file import MINE, pay
from test_damage import STORED, fill

from bchcov import Output, StoreError
from bchcov.chain import ChainFile
from bchcov.transaction.codec import transaction_id


def beside(path: Path) -> list[str]:
    return sorted(each.name for each in path.parent.iterdir())


def test_a_file_that_is_in_use_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "chain.sqlite"
    with ChainFile(path), pytest.raises(StoreError, match="this process has it open already"):
        ChainFile.salvage(path)
    other = subprocess.Popen(
        [sys.executable, "-u", swapping.__file__, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "open\n"
    # It has changed something, and may be in the midst of the next change.
    assert other.stdout.readline()
    try:
        with pytest.raises(StoreError, match="another process has this chain open"):
            ChainFile.salvage(path)
    finally:
        other.kill()
        other.wait()
        other.stdout.close()
    assert ChainFile.salvage(path).problems == ()


def test_the_coins_of_what_was_read_are_those_that_nothing_of_it_spends(tmp_path: Path) -> None:
    path = tmp_path / "chain.sqlite"
    with ChainFile(path) as file:
        chain = file.chain
        held, spent = chain.fund(Output(100_000, MINE), Output(50_000, MINE))
        first = pay(spent)
        chain.submit(first.transaction).require()
        chain.mine(reward_to=MINE)
        chain.submit(pay(first.coin(1)).transaction).require()
        expected = {str(coin) for coin in chain.coins(MINE)}
        assert len(expected) == 5
    found = ChainFile.salvage(path)
    assert {str(coin) for coin in found.coins()} == expected
    assert held in found.coins()
    # Where a transaction is lost, what it spent is there again, and what it made is not.
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE transactions SET fee = 9 WHERE height IS NULL")
        database.commit()
    left = ChainFile.salvage(path).coins()
    assert str(first.coin(1)) in {str(coin) for coin in left}
    assert len(left) == 4


def test_a_file_that_is_open_but_not_locked_is_read(tmp_path: Path) -> None:
    path = tmp_path / "chain.sqlite"
    fill(path)
    expected = ChainFile.salvage(path)
    with closing(sqlite3.connect(path)) as own:
        own.execute("SELECT count(*) FROM blocks").fetchall()
        assert ChainFile.salvage(path) == expected


def test_what_only_a_log_beside_an_old_file_has_is_read_too(tmp_path: Path) -> None:
    live, path = tmp_path / "live.sqlite", tmp_path / "left" / "chain.sqlite"
    path.parent.mkdir()
    shutil.copy(STORED / "format-1.sqlite", live)
    before = ChainFile.salvage(live)
    with closing(sqlite3.connect(live)) as database:
        # The first format was written in a log; a process that is killed leaves it behind.
        database.execute("INSERT INTO facts VALUES ('late', 'yes')")
        database.commit()
        for each in tmp_path.glob("live.sqlite*"):
            if not each.name.endswith("-shm"):
                shutil.copy(each, path.parent / each.name.replace("live", "chain"))
    assert Path(f"{path}-wal").stat().st_size
    found = ChainFile.salvage(path)
    assert found.facts == {**before.facts, "late": "yes"}
    assert found.transactions == before.transactions


def test_a_journal_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "chain.sqlite"
    fill(path)
    (tmp_path / "chain.sqlite-journal").mkdir()
    with pytest.raises(StoreError, match=r"chain\.sqlite: .*directory"):
        ChainFile.salvage(path)


@pytest.mark.parametrize(
    ("raw", "said"), [("5", "bytes"), ("x'00'", ""), ("substr(raw, 1, 60)", "")]
)
def test_a_row_that_is_no_transaction_is_named_and_the_others_are_read(
    tmp_path: Path, raw: str, said: str
) -> None:
    path = tmp_path / "chain.sqlite"
    shutil.copy(STORED / "format-1.sqlite", path)
    before = ChainFile.salvage(path)
    damaged = transaction_id(before.transactions[1][0])
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"UPDATE transactions SET raw = {raw} WHERE txid = ?", (damaged,))
        database.commit()
    found = ChainFile.salvage(path)
    assert found.transactions == (before.transactions[0], *before.transactions[2:])
    assert [each for each in found.problems if "transactions" in each and said in each]


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("write", [0, 1, 2, 3, 255])
@pytest.mark.parametrize("read", [0, 1, 2, 3, 255])
def test_nothing_is_put_beside_a_file_whatever_log_its_header_tells_of(
    tmp_path: Path, number: int, write: int, read: int
) -> None:
    path = tmp_path / "chain.sqlite"
    shutil.copy(STORED / f"format-{number}.sqlite", path)
    expected = ChainFile.salvage(path)
    data = bytearray(path.read_bytes())
    data[18:20] = write, read
    path.write_bytes(data)
    found = ChainFile.salvage(path)
    assert beside(path) == ["chain.sqlite"]
    assert path.read_bytes() == data
    # SQLite reads no file that needs a later version of it.
    assert found == expected if read <= 2 else "facts, read ascending: " in found.problems[0]


def test_rows_that_a_crash_cut_changed_in_place_are_read_as_they_were(tmp_path: Path) -> None:
    path, left = tmp_path / "chain.sqlite", tmp_path / "left" / "chain.sqlite"
    left.parent.mkdir()
    with ChainFile(path) as file:
        for coin in file.chain.fund(*(Output(10_000, MINE) for _ in range(60))):
            file.chain.submit(pay(coin, 5_000).transaction).require()
    before = ChainFile.salvage(path)
    assert len(before.transactions) == 61
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        # No room for the change in memory: pages are written before it is complete.
        database.execute("PRAGMA cache_size = 1")
        database.execute("BEGIN IMMEDIATE")
        database.execute("UPDATE transactions SET fee = fee + 1")
        for side in ("", "-journal"):
            shutil.copy(f"{path}{side}", f"{left}{side}")
        database.execute("ROLLBACK")
    kept = {each: each.read_bytes() for each in left.parent.iterdir()}
    alone = shutil.copy(left, tmp_path / "alone")
    assert "is damaged" in ChainFile.salvage(alone).problems[0]
    assert ChainFile.salvage(left) == before
    assert {each: each.read_bytes() for each in left.parent.iterdir()} == kept


@pytest.mark.parametrize("has_log", [False, True])
def test_what_is_read_out_is_never_opened_for_writing(
    has_log: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "chain.sqlite"
    with ChainFile(path) as file:
        file.chain.fund(Output(100_000, MINE))
    if has_log:
        # As files of earlier versions are, once their log has been taken over.
        with closing(sqlite3.connect(path)) as database:
            assert database.execute("PRAGMA journal_mode=WAL").fetchone() == ("wal",)
        assert path.read_bytes()[19] == 2
    opened: list[str] = []
    connect: Any = sqlite3.connect

    def note(name: str, **options: Any) -> Any:
        opened.append(name)
        return connect(name, **options)

    monkeypatch.setattr(sqlite3, "connect", note)
    before = path.read_bytes(), beside(path)
    assert ChainFile.salvage(path).problems == ()
    assert (path.read_bytes(), beside(path)) == before
    options = {name.partition("?")[2] for name in opened}
    assert options == {"mode=ro&immutable=1" if has_log else "mode=ro"}
