"""The wallet keeps tables of its own in a chain's file, covered as the chain's are."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bchcov import Output, StoreError
from bchcov.amm import ticketed as amm
from bchcov.chain import ChainFile
from bchcov.crypto.hashes import sha256
from bchcov.errors import DamagedStore
from bchcov.simulator import Wallet
from bchcov.wallet import PrivateKey

KEY = PrivateKey(sha256(b"mine"))
STORED = Path(__file__).parent.parent / "chain" / "stored"


def test_the_wallet_makes_its_commitments_again_from_its_keys(tmp_path: Path) -> None:
    path = tmp_path / "chain.sqlite"
    pool = sha256(b"pool")
    with ChainFile(path) as file:
        wallet = Wallet(file)
        wallet.add("alice", KEY)
        wallet.add("alice", KEY)
        with pytest.raises(StoreError, match="another key called 'alice'"):
            wallet.add("alice", PrivateKey(sha256(b"other")))
        made = [wallet.commit("alice", pool, amm.BUY, 1_000, 2**64 - 1) for _ in range(3)]
        assert wallet.commit("alice", sha256(b"other pool"), amm.SELL, 5, 0).number == 0
        with pytest.raises(StoreError, match="no key called 'bob'"):
            wallet.commit("bob", pool, amm.BUY, 1, 1)
    assert len({each.action.salt for each in made}) == 3
    assert made[2].action.salt == amm.derive_salt(KEY, pool, 2)
    with ChainFile(path) as file:
        wallet = Wallet(file)
        assert wallet.key("alice") == KEY
        assert list(wallet.commitments(pool).values()) == made
        file._database.execute("UPDATE commitments SET amount_in = 7 WHERE number = 1")
        with pytest.raises(StoreError, match="commitment 1 of 'alice' is damaged"):
            wallet.commitments(pool)


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute(statement)
        database.commit()


def test_a_chain_without_a_wallet_has_no_tables_of_one(tmp_path: Path) -> None:
    path = tmp_path / "chain.sqlite"
    with ChainFile(path) as file:
        file.chain.fund(Output(1_000, KEY.locking_bytecode))
    assert ChainFile.salvage(path).others == {}
    with ChainFile(path) as file:
        Wallet(file).add("alice", KEY)
        assert Wallet(file).keys() == {"alice": KEY}
    with ChainFile(path) as file:
        # Whoever needs no wallet leaves it alone.
        file.chain.mine()
    with ChainFile(path) as file:
        assert Wallet(file).keys() == {"alice": KEY}


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE keys SET wif = 'x'", "the row of 'alice' in keys"),
        ("DELETE FROM keys", "a row is missing"),
        ("INSERT INTO keys VALUES ('bob', 'x', x'00')", "the row of 'bob' in keys"),
        ("DROP TABLE keys", "damaged"),
        ("CREATE INDEX more ON keys (wif)", "its tables are not those of format 2"),
        ("CREATE VIEW more AS SELECT * FROM keys", "its tables are not those of format 2"),
    ],
)
def test_a_damaged_wallet_is_refused_by_a_chain_that_does_not_know_it(
    tmp_path: Path, statement: str, said: str
) -> None:
    path = tmp_path / "chain.sqlite"
    with ChainFile(path) as file:
        Wallet(file).add("alice", KEY)
    change(path, statement)
    with pytest.raises(DamagedStore, match=said):
        ChainFile(path)


def test_tables_of_the_same_names_that_are_others_are_no_wallet(tmp_path: Path) -> None:
    path = tmp_path / "chain.sqlite"
    ChainFile(path).close()
    change(path, "CREATE TABLE keys (name TEXT PRIMARY KEY, other TEXT, checksum BLOB NOT NULL)")
    with ChainFile(path) as file, pytest.raises(DamagedStore, match="not those of format 2"):
        Wallet(file)


def test_an_old_file_that_a_chain_alone_took_up_keeps_its_wallet(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    shutil.copy(STORED / "format-1.sqlite", path)
    ChainFile(path).close()
    with ChainFile(path) as file:
        wallet = Wallet(file)
        assert wallet.keys() == {"alice": KEY}
        assert len(wallet.commitments(sha256(b"pool"))) == 1
    change(path, "UPDATE commitments SET amount_in = 7")
    with pytest.raises(DamagedStore, match="in commitments"):
        ChainFile(path)
