"""`bchcov salvage`: whatever a file holds, what is undamaged in it and what is not, by status."""

from __future__ import annotations

import json
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bchcov import StoreError
from bchcov.chain import ChainFile
from bchcov.cli.main import main
from bchcov.simulator import Wallet

STORED = Path(__file__).parent.parent / "chain" / "stored" / "format-2.sqlite"


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    path = tmp_path / "chain.sqlite"
    shutil.copy(STORED, path)
    return path


def salvage(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["salvage", *map(str, arguments)])


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute(statement)
        database.commit()


def test_an_undamaged_file_is_described_and_left_as_it_is(stored: Path) -> None:
    before = stored.read_bytes()
    done = salvage(stored)
    assert done.exit_code == 0
    assert done.output.splitlines() == [
        "rules         BCH_2025",
        "blocks        2, heights 501 to 502",
        "transactions  5, 2 of them unconfirmed",
        "coins         6, 312,649,562 satoshis",
        "keys          alice",
        "commitments   1",
    ]
    assert stored.read_bytes() == before
    assert [path.name for path in stored.parent.iterdir()] == [stored.name]


def test_json_has_all_that_is_undamaged(stored: Path) -> None:
    done = salvage(stored, "--json")
    found = json.loads(done.stdout)
    assert (done.exit_code, found["problems"], found["new_file"]) == (0, [], None)
    assert found["blocks"][0] == {"height": 501, "time": 1_800_000_600, "funding": True}
    assert [each["height"] for each in found["transactions"]] == [501, 502, 502, None, None]
    with ChainFile(stored) as file:
        keys = {name: key.to_wif() for name, key in Wallet(file).keys().items()}
        coins = {(each["txid"], each["index"], each["value"]) for each in found["coins"]}
        assert coins == {
            (coin.txid, coin.outpoint_index, coin.value)
            for each in found["coins"]
            for coin in file.chain.coins(bytes.fromhex(each["locking"]))
        }
    assert found["wallet"]["keys"] == keys
    assert len(found["wallet"]["commitments"]) == 1


def test_each_damage_is_named_and_the_rest_becomes_a_new_file(stored: Path) -> None:
    change(stored, "UPDATE transactions SET fee = 9 WHERE place = 2")
    new = stored.with_name("new.sqlite")
    done = salvage(stored, "-o", new)
    assert done.exit_code == 1
    assert "in transactions is damaged" in done.stdout
    assert "new file      1 block, 3 unconfirmed transactions" in done.stdout
    assert "left out      the blocks from 502 on: " in done.stdout
    assert salvage(new).exit_code == 0
    with ChainFile(new) as file:
        assert file.chain.height == 501
        assert Wallet(file).keys().keys() == {"alice"}


def test_what_only_the_whole_file_shows_is_a_damage_too(stored: Path) -> None:
    for statement in (
        "UPDATE facts SET value = 'BCH_2026' WHERE name = 'rules'",
        "DELETE FROM commitments",
    ):
        change(stored, statement)
        done = salvage(stored)
        assert done.exit_code == 1
        assert "damaged       a fact has changed, or a row is missing" in done.stdout


def test_what_cannot_be_opened_is_damaged_and_what_can_is_not(stored: Path) -> None:
    data = stored.read_bytes()
    used = [at for at, byte in enumerate(data) if byte]
    chance = random.Random(1)
    damaged = [data[: chance.randrange(1, len(data))] for _ in range(20)]
    for number in range(100):
        flipped = bytearray(data)
        at = chance.choice(used) if number % 2 else chance.randrange(len(data))
        flipped[at] ^= 1 << chance.randrange(8)
        damaged.append(bytes(flipped))
    new, statuses = stored.with_name("new"), set()
    for each in damaged:
        stored.write_bytes(each)
        done = salvage(stored, "-o", new)
        assert stored.read_bytes() == each
        statuses.add(done.exit_code)
        if done.exit_code:
            assert done.exit_code == 1
            assert "damaged  " in done.stdout or done.stderr.startswith("Error: ")
            with pytest.raises(StoreError), ChainFile(stored) as file:
                Wallet(file)
        else:
            with ChainFile(stored) as file:
                assert Wallet(file).keys().keys() == {"alice"}
        if new.exists():
            with ChainFile(new) as file:
                assert file.chain.height <= 502
            new.unlink()
        for path in stored.parent.glob("*-*"):
            path.unlink()
    assert statuses == {0, 1}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "nothing of a chain can be read in it"),
        (b"no chain\n" * 1_000, "file is not a database"),
        (bytes(20_000), "nothing of a chain can be read in it"),
    ],
)
def test_a_file_that_is_no_chain_file_is_refused_in_one_sentence(
    tmp_path: Path, data: bytes, why: str
) -> None:
    path = tmp_path / "other"
    path.write_bytes(data)
    done = salvage(path, "-o", tmp_path / "new")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Error: {path}: ")
    assert why in done.stderr
    assert not (tmp_path / "new").exists()


def test_a_database_of_another_program_is_no_chain_file(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    change(path, "CREATE TABLE keys (name TEXT, other TEXT)")
    done = salvage(path)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "nothing of a chain" in done.stderr


def test_a_missing_file_a_folder_and_a_new_file_that_exists_are_refused(
    stored: Path, tmp_path: Path
) -> None:
    assert salvage(tmp_path / "nowhere").exit_code == 1
    assert salvage(tmp_path).exit_code == 2
    before = stored.read_bytes()
    done = salvage(stored, "-o", stored)
    assert done.exit_code == 1
    assert "exists already" in done.stderr
    assert stored.read_bytes() == before


def test_a_file_that_is_open_is_not_read(stored: Path) -> None:
    other = (
        f"import sqlite3; sqlite3.connect({str(stored)!r}, timeout=0).execute('DELETE FROM facts')"
    )
    with ChainFile(stored):
        done = salvage(stored)
        # Nor has looking at it taken its lock away.
        assert subprocess.run([sys.executable, "-c", other], stderr=subprocess.PIPE).returncode
    assert (done.exit_code, done.stdout) == (1, "")
    assert "this process has it open already" in done.stderr


def test_a_device_without_room_for_the_new_file_is_said_and_nothing_is_left(stored: Path) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (8_192, 8_192))

    new = stored.with_name("new.sqlite")
    done = subprocess.run(
        # Compiled files would be cut off as well, and read by others.
        [sys.executable, "-B", "-m", "bchcov", "salvage", stored, "-o", new],
        preexec_fn=limit,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert done.stderr.startswith(f"Error: {new}: ")
    assert "Traceback" not in done.stderr
    assert [path.name for path in stored.parent.iterdir()] == [stored.name]


def test_names_in_a_file_change_nothing_on_the_screen(stored: Path) -> None:
    change(stored, "UPDATE keys SET name = char(27) || '[2K'")
    done = salvage(stored)
    assert "\x1b" not in done.output
    assert r"\x1b[2K" in done.output
