"""A damaged chain's file says so in one kind of error, and what is whole can be read out."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import stat
from contextlib import closing, suppress
from pathlib import Path

import pytest
from test_chain_file import KEY, MINE, pay, state

from bchcov import BCH_2025, Output, StoreError
from bchcov.amm import ticketed as amm
from bchcov.chain import ChainFile
from bchcov.chain.rows import Rows
from bchcov.crypto.hashes import sha256
from bchcov.simulator import Wallet

STORED = Path(__file__).parent / "stored"
POOL = sha256(b"pool")


def whole(file: ChainFile) -> object:
    chain, wallet = file.chain, Wallet(file)
    settings = chain.rules.name, chain.fee_rate, chain.blocks[0].time, chain.blocks[0].height
    mempool = [(each, chain._mempool.fees[each]) for each in chain.mempool]
    return settings, state(chain), mempool, wallet.keys(), wallet.commitments(POOL)


def fill(path: Path) -> None:
    with ChainFile(path, rules=BCH_2025, height=500) as file:
        chain = file.chain
        coin, other = chain.fund(Output(100_000, MINE), Output(50_000, MINE))
        first = pay(coin)
        chain.submit(first.transaction).require()
        chain.mine(seconds=77, reward_to=MINE)
        chain.submit(pay(first.coin(1)).transaction).require()
        chain.submit(pay(other, 30_000).transaction).require()
        wallet = Wallet(file)
        wallet.add("alice", KEY)
        wallet.commit("alice", POOL, amm.BUY, 1_000, 2**64 - 1)


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    path = tmp_path / "chain.sqlite"
    fill(path)
    return path


def open_flipped(path: Path, seeds: range) -> int:
    """Open the file with one bit changed, for each seed; how many were refused."""
    with ChainFile(path) as file:
        before = whole(file)
    data = path.read_bytes()
    # Most of a small file is nothing: half of the bits are flipped where there is something.
    used = [at for at, byte in enumerate(data) if byte]
    refused = accepted = 0
    for seed in seeds:
        chance = random.Random(seed)
        at = chance.choice(used) if seed % 2 else chance.randrange(len(data))
        changed = bytearray(data)
        changed[at] ^= 1 << chance.randrange(8)
        path.write_bytes(changed)
        for side in ("-wal", "-journal", "-shm"):
            Path(f"{path}{side}").unlink(missing_ok=True)
        try:
            with ChainFile(path) as file:
                assert whole(file) == before, f"byte {at} makes it another chain"
        except StoreError as error:
            refused += str(path) in str(error)
        else:
            accepted += 1
        Wallet.salvage(path)
    assert refused + accepted == len(seeds), "an error does not name the file"
    return refused


def test_a_flipped_bit_changes_nothing_or_is_a_damage_that_is_said(stored: Path) -> None:
    assert open_flipped(stored, range(150)) > 30


@pytest.mark.long
def test_two_thousand_flipped_bits_change_nothing_or_are_said(stored: Path) -> None:
    assert open_flipped(stored, range(2_000)) > 300


def test_a_file_that_was_cut_is_a_damage(stored: Path) -> None:
    data = stored.read_bytes()
    for size in (
        0,
        1,
        50,
        99,
        100,
        512,
        4_095,
        4_096,
        5_000,
        8_192,
        len(data) - 4_096,
        len(data) - 1,
    ):
        stored.write_bytes(data[:size])
        with pytest.raises(StoreError):
            ChainFile(stored)
        assert stored.read_bytes() == data[:size]
        stored.write_bytes(bytes(size))
        with pytest.raises(StoreError):
            ChainFile(stored)


def copied(file: ChainFile, folder: Path) -> Path:
    """What a process that was killed now would leave, as its files are now."""
    folder.mkdir()
    for each in Path(file.path).parent.glob(Path(file.path).name + "*"):
        shutil.copy(each, folder)
    return folder / Path(file.path).name


def open_with_damaged_sides(path: Path, expected: object, seeds: range) -> int:
    """Open what a kill left, its side files damaged one at a time; how many were refused."""
    kept = {each: each.read_bytes() for each in path.parent.iterdir()}
    sides = [each for each in kept if each != path]
    refused = whole_again = 0
    for seed in seeds:
        chance = random.Random(seed)
        for each in path.parent.iterdir():
            each.unlink()
        for each, data in kept.items():
            changed = bytearray(data)
            if each == sides[seed % len(sides)] and data:
                # The first bytes say what the rest is: they are hit as often.
                at = chance.randrange(min(len(data), 64) if seed % 2 else len(data))
                if chance.randrange(4):
                    changed[at] ^= 1 << chance.randrange(8)
                else:
                    del changed[at:]
            each.write_bytes(changed)
        try:
            with ChainFile(path) as file:
                assert whole(file) == expected, f"seed {seed} makes it another chain"
        except StoreError as error:
            refused += str(path) in str(error)
        else:
            whole_again += 1
    assert refused + whole_again == len(seeds), "an error does not name the file"
    return refused


def test_no_damage_beside_the_file_drops_what_was_accepted(stored: Path, tmp_path: Path) -> None:
    with ChainFile(stored) as file:
        file.chain.mine()
        file.chain.fund(Output(1_000, MINE))
        expected = whole(file)
        left = copied(file, tmp_path / "left")
    with ChainFile(copied_alone := shutil.copy(left, tmp_path / "alone")) as file:
        assert whole(file) == expected, f"{copied_alone} is not all that was accepted"
    assert open_with_damaged_sides(left, expected, range(100)) == 0


class Stopped(Exception):
    """The change is given up."""


def stop_in_a_change(path: Path, folder: Path) -> tuple[Path, object]:
    """What a process killed in the midst of a large change leaves, and what was there before."""
    with ChainFile(path) as file:
        expected = whole(file)
        # No room for the change in memory: pages are written before it is complete.
        file._database.execute("PRAGMA cache_size = 1")
        with suppress(Stopped), file._rows.change():
            file._rows.delete("transactions", "place > ?", 1)
            for place in range(100, 400):
                file._rows.insert("transactions", (place, f"{place}", None, 1, bytes(900)))
            left = copied(file, folder)
            raise Stopped
        assert whole(file) == expected
    assert left.stat().st_size > 100_000, "nothing of the change was written"
    return left, expected


def test_a_change_that_a_crash_cuts_is_taken_back_or_the_damage_is_said(
    stored: Path, tmp_path: Path
) -> None:
    left, expected = stop_in_a_change(stored, tmp_path / "left")
    assert open_with_damaged_sides(left, expected, range(150)) > 10


def test_a_change_that_a_crash_cut_is_not_read_out(stored: Path, tmp_path: Path) -> None:
    before = ChainFile.salvage(stored)
    left, _ = stop_in_a_change(stored, tmp_path / "left")
    kept = {each: each.read_bytes() for each in left.parent.iterdir()}
    assert ChainFile.salvage(left) == before
    assert {each: each.read_bytes() for each in left.parent.iterdir()} == kept


@pytest.mark.long
def test_two_thousand_damages_of_a_cut_change_are_taken_back_or_said(
    stored: Path, tmp_path: Path
) -> None:
    left, expected = stop_in_a_change(stored, tmp_path / "left")
    assert open_with_damaged_sides(left, expected, range(2_000)) > 100


CHANGES = [
    ("UPDATE transactions SET fee = fee + 1 WHERE height IS NULL", "in transactions"),
    ("UPDATE transactions SET place = place + 50 WHERE place = 1", "in transactions"),
    ("UPDATE transactions SET raw = x'00' WHERE place = 2", "in transactions"),
    ("UPDATE transactions SET fee = 1e300", "in transactions"),
    ("UPDATE blocks SET time = time + 1", "the row of '501' in blocks"),
    ("UPDATE blocks SET funding = 1 - funding", "in blocks"),
    ("UPDATE keys SET wif = 'x'", "the row of 'alice' in keys"),
    ("UPDATE commitments SET number = 7", "in commitments"),
    ("UPDATE facts SET value = 'BCH_2026' WHERE name = 'rules'", "a fact has changed"),
    ("UPDATE facts SET value = '2' WHERE name = 'fee_rate'", "a fact has changed"),
    ("DELETE FROM facts WHERE name = 'sum'", "damaged"),
    ("DELETE FROM facts WHERE name = 'format'", "its format is missing"),
    ("DELETE FROM transactions WHERE height IS NULL", "a row is missing"),
    ("DELETE FROM commitments", "a row is missing"),
    ("DROP INDEX transactions_by_height", "not those of format 2"),
]


@pytest.mark.parametrize(("change", "said"), CHANGES)
def test_a_change_of_any_row_is_named(stored: Path, change: str, said: str) -> None:
    with closing(sqlite3.connect(stored)) as database:
        database.execute(change)
        database.commit()
    with pytest.raises(StoreError, match=said):
        ChainFile(stored)


def test_what_is_whole_in_a_damaged_file_can_be_read_out(stored: Path) -> None:
    intact = ChainFile.salvage(stored)
    assert intact.problems == ()
    wallet = Wallet.salvage(stored)
    assert (len(intact.blocks), len(intact.transactions), len(wallet.commitments)) == (2, 5, 1)
    assert (wallet.keys, wallet.problems) == ({"alice": KEY}, ())
    assert intact.others.keys() == {"keys", "commitments"}
    assert intact.facts["rules"] == "BCH_2025"
    with closing(sqlite3.connect(stored)) as database:
        database.execute("UPDATE transactions SET fee = 9 WHERE place = 2")
        database.commit()
    before = stored.read_bytes()
    found = ChainFile.salvage(stored)
    assert len(found.problems) == 1
    assert "transactions is damaged" in found.problems[0]
    assert len(found.transactions) == 4
    assert Wallet.salvage(stored).keys == {"alice": KEY}
    assert Wallet.salvage(stored).problems == found.problems
    assert stored.read_bytes() == before
    with pytest.raises(StoreError, match="unable to open"):
        ChainFile.salvage(stored.parent / "nowhere")


@pytest.mark.parametrize("number", [1, 2])
def test_a_stored_file_of_each_format_opens_as_what_was_stored(tmp_path: Path, number: int) -> None:
    path, fresh = tmp_path / "old.sqlite", tmp_path / "new.sqlite"
    shutil.copy(STORED / f"format-{number}.sqlite", path)
    fill(fresh)
    with ChainFile(fresh) as file:
        expected = whole(file)
    for _ in range(2):
        with ChainFile(path) as file:
            assert whole(file) == expected
    with ChainFile(path) as file:
        file.chain.mine()
        Wallet(file).commit("alice", POOL, amm.SELL, 5, 1)
        expected = whole(file)
    with ChainFile(path) as file:
        assert whole(file) == expected


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE transactions SET raw = substr(raw, 1, 60) WHERE height = 502",
        "UPDATE transactions SET txid = txid || 'x' WHERE height = 502",
        "UPDATE transactions SET height = 9 WHERE height IS NULL",
        "UPDATE transactions SET raw = 5",
        "DELETE FROM transactions WHERE height = 502",
        "DELETE FROM transactions WHERE height = 501",
        "UPDATE blocks SET time = 'x'",
        "UPDATE blocks SET height = height + 1 WHERE height = 502",
        "UPDATE facts SET value = 'x' WHERE name = 'rules'",
        "UPDATE facts SET value = 'x' WHERE name = 'time'",
        "UPDATE keys SET wif = 'x'",
        "UPDATE commitments SET amount_in = 7",
        "DROP TABLE blocks",
        "DROP TABLE keys",
    ],
)
def test_a_damaged_file_of_the_first_format_is_refused_by_what_can_be_told(
    tmp_path: Path, change: str
) -> None:
    path = tmp_path / "old.sqlite"
    shutil.copy(STORED / "format-1.sqlite", path)
    with closing(sqlite3.connect(path)) as database:
        database.execute(change)
        database.commit()
    for _ in range(2):
        with pytest.raises(StoreError), ChainFile(path) as file:
            Wallet(file)


def test_new_files_are_private_whatever_names_them(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        (tmp_path / "link").symlink_to(tmp_path / "target")
        for name in ("new", "link"):
            with ChainFile(tmp_path / name) as file:
                file.chain.fund(Output(1_000, MINE))
                for path in tmp_path.iterdir():
                    if path.name.startswith((name, "target")):
                        mode = stat.S_IMODE(path.stat().st_mode)
                        assert mode == 0o600, f"{path.name}: {mode:o}"
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "target").is_file()
    finally:
        os.umask(old)


def test_a_file_that_is_empty_or_none_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "empty").touch(mode=0o644)
    os.mkfifo(tmp_path / "pipe")
    for name, said in (("empty", "the file is empty"), ("pipe", "not a regular file")):
        before = (tmp_path / name).stat()
        with pytest.raises(StoreError, match=said):
            ChainFile(tmp_path / name)
        after = (tmp_path / name).stat()
        assert (after.st_size, after.st_mode) == (before.st_size, before.st_mode)
    with pytest.raises(StoreError, match="not a regular file"):
        ChainFile(tmp_path)
    # A database of SQLite without a table is none of ours either.
    with closing(sqlite3.connect(tmp_path / "bare")) as database:
        database.execute("VACUUM")
    with pytest.raises(StoreError):
        ChainFile(tmp_path / "bare")


def test_a_new_file_is_there_when_it_is_complete_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "chain"

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Rows, "make", cut)
        with pytest.raises(KeyboardInterrupt):
            ChainFile(path)
    assert list(tmp_path.iterdir()) == []

    def no_links(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", no_links)
    with ChainFile(path) as file:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        file.chain.fund(Output(1_000, MINE))
        expected = whole(file)
    assert list(tmp_path.iterdir()) == [path]
    with ChainFile(path) as file:
        assert whole(file) == expected


def test_a_file_that_somebody_else_makes_meanwhile_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "chain"
    make = Rows.make

    def be_late(rows: Rows, facts: dict[str, str]) -> None:
        make(rows, facts)
        if not path.exists():
            monkeypatch.undo()
            fill(path)

    monkeypatch.setattr(Rows, "make", be_late)
    with ChainFile(path) as file:
        assert file.chain.height == 502
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("column", ["aaa", "zzz"])
def test_tables_of_a_layer_above_that_are_other_ones_are_a_problem(
    stored: Path, column: str
) -> None:
    with closing(sqlite3.connect(stored)) as database:
        database.execute(f"ALTER TABLE keys RENAME COLUMN name TO {column}")
        database.commit()
    found = Wallet.salvage(stored)
    assert any("tables" in problem for problem in found.problems), found.problems
    # The chain itself is whole, and knows nothing of the tables above it.
    assert ChainFile.salvage(stored).problems == ()


@pytest.mark.parametrize("size", [1, 100, 511, 512])
def test_a_file_that_is_no_chain_is_left_as_it_is(tmp_path: Path, size: int) -> None:
    path = tmp_path / "short"
    path.write_bytes(bytes(size))
    # A database has at least one page of 512 bytes: what is shorter SQLite takes for an empty one.
    said = f"{size} bytes, expected at least 512" if size < 512 else "not a database"
    with pytest.raises(StoreError, match=said):
        ChainFile(path)
    assert path.read_bytes() == bytes(size)


def test_what_sqlite_finds_wrong_with_the_pages_is_said(stored: Path) -> None:
    content = bytearray(stored.read_bytes())
    content[36:40] = (5).to_bytes(4, "big")  # how many free pages there are
    stored.write_bytes(content)
    with pytest.raises(StoreError, match="damaged: Main freelist: size is 0 but should be 5;"):
        ChainFile(stored)
