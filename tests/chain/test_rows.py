"""The rows of a chain's file: checked one by one, changed as a whole, read out where damaged."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from test_damage import STORED, fill

from bchcov import BCH_2026, Output, StoreError
from bchcov.chain import Chain, ChainFile
from bchcov.chain.blocks import make_coinbase
from bchcov.chain.private_file import is_open_here
from bchcov.chain.reading import read_records, read_transaction
from bchcov.chain.rows import Rows
from bchcov.chain.tables import Table, checksum, describe_row
from bchcov.errors import DamagedStore
from bchcov.transaction.codec import encode_transaction, transaction_id


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "chain.sqlite"
    fill(path)
    return path


@pytest.fixture
def database(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        yield database


@pytest.mark.parametrize("seconds", range(1, 9))
def test_a_row_of_any_wrong_checksum_is_named(path: Path, seconds: int) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("UPDATE blocks SET time = time + ? WHERE height = 501", (seconds,))
    with pytest.raises(DamagedStore, match="the row of '501' in blocks"):
        ChainFile(path)
    salvaged = ChainFile.salvage(path)
    assert salvaged.problems == ("the row of '501' in blocks is damaged",)
    assert [height for height, _, _ in salvaged.blocks] == [502]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE blocks SET time = time + 1 WHERE height = 501",
        "UPDATE facts SET value = CAST(x'ff' AS TEXT) WHERE name = 'rules'",
        "UPDATE transactions SET height = CAST(x'ff' AS TEXT)",
        "DELETE FROM blocks",
        "DROP TABLE blocks",
        "PRAGMA application_id = 1",
    ],
)
def test_a_file_that_is_refused_is_free_while_its_error_is_kept(path: Path, damage: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(damage)
    with pytest.raises(StoreError) as first:
        ChainFile(path)
    with suppress(StoreError):
        ChainFile.salvage(path)
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as database:
        database.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError) as second:
        ChainFile(path)
    assert str(second.value) == str(first.value)


@pytest.mark.parametrize("has_journal", [False, True])
@pytest.mark.parametrize(
    "statement", [b"CREATE TABLE blocks (", b"CREATE INDEX", b"CREATE TABLE facts ("]
)
def test_a_statement_that_is_no_text_is_a_damage_of_which_salvage_tells(
    path: Path, statement: bytes, has_journal: bool
) -> None:
    data = path.read_bytes()
    assert statement in data
    # SQLite quotes the byte in its error, which then is no text either.
    path.write_bytes(data.replace(statement, statement[:-1] + b"\xdf"))
    if has_journal:
        Path(f"{path}-journal").write_bytes(b"no journal")
    assert ChainFile.salvage(path).problems
    with pytest.raises(DamagedStore):
        ChainFile(path)


@pytest.mark.parametrize("byte", [0, 15])
@pytest.mark.parametrize("value", [0, 255])
def test_a_checksum_that_is_lower_or_higher_is_wrong(path: Path, byte: int, value: int) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        query = "SELECT checksum FROM blocks WHERE height = 501"
        ((check,),) = database.execute(query).fetchall()
        changed = check[:byte] + bytes((value,)) + check[byte + 1 :]
        database.execute("UPDATE blocks SET checksum = ? WHERE height = 501", (changed,))
    with pytest.raises(DamagedStore, match="the row of '501' in blocks"):
        ChainFile(path)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE INDEX more ON blocks (time)",
        "CREATE VIEW more AS SELECT * FROM blocks",
        "CREATE TRIGGER more AFTER INSERT ON blocks BEGIN DELETE FROM facts; END",
        "DROP INDEX transactions_by_height",
    ],
)
def test_what_is_no_part_of_a_chains_file_is_refused(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(statement)
    with pytest.raises(DamagedStore, match="its tables are not"):
        ChainFile(path)


def test_an_error_of_a_change_is_told_where_the_database_has_rolled_it_back(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        rows = Rows(database, str(path))
        with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"), rows.change():
            database.execute("INSERT OR ROLLBACK INTO facts VALUES ('rules', 'x')")
        assert not database.in_transaction
        assert rows.facts()["rules"] == "BCH_2025"


@pytest.mark.parametrize("name", ["amount", "checksums", "zone", "a"])
def test_tables_without_checksums_are_read_out_with_all_their_columns(
    path: Path, database: sqlite3.Connection, name: str
) -> None:
    database.execute(f"CREATE TABLE notes (name, {name})")
    kept: list[tuple[Any, ...]] = [(None, "x"), (2, "x"), (3.5, "x"), ("a", "y"), (b"a", "x")]
    database.executemany("INSERT INTO notes VALUES (?, ?)", kept)
    salvaged = ChainFile.salvage(path)
    assert sorted(map(repr, salvaged.others["notes"])) == sorted(map(repr, kept))
    assert salvaged.problems == ()


def test_everything_of_a_whole_file_is_read_out_in_its_order(tmp_path: Path) -> None:
    path = tmp_path / "chain.sqlite"
    with ChainFile(path, rules=BCH_2026, height=1, time=10, fee_rate=1) as file:
        for value in (1, 2, 3):
            file.chain.fund(Output(value, b"\x51"))
        file.chain.mine()
        blocks = file.chain.blocks[1:]
    salvaged = ChainFile.salvage(path)
    facts = {"format": "2", "rules": "BCH_2026", "height": "1", "time": "10", "fee_rate": "1"}
    assert {**facts, "sum": salvaged.facts["sum"]} == salvaged.facts
    assert salvaged.blocks == tuple((each.height, each.time, each.is_funding) for each in blocks)
    assert [is_funding for _, _, is_funding in salvaged.blocks] == [True, True, True, False]
    assert salvaged.transactions == tuple((each.transactions[0], each.height) for each in blocks)


def test_coins_made_before_and_after_a_file_is_opened_again_are_different(tmp_path: Path) -> None:
    path, output = tmp_path / "chain.sqlite", Output(5_000, b"\x51")
    with ChainFile(path) as file:
        made = [file.chain.fund(output)[0], file.chain.fund(output)[0]]
        file.chain.mine()
    with ChainFile(path) as file:
        made.append(file.chain.fund(output)[0])
        assert len({coin.outpoint for coin in made}) == 3
        assert file.chain.coins(b"\x51") == made
        file.chain.advance(2)
    with ChainFile(path) as file:
        assert file.chain.coins(b"\x51") == made
        assert [file.chain.confirmations(coin) for coin in made] == [6, 5, 3]


@pytest.mark.parametrize("other", ["0" * 64, "f" * 64])
def test_a_transaction_stored_with_another_id_is_a_damage(other: str) -> None:
    transaction = Chain().mine().transactions[0]
    row = (1, transaction_id(transaction), 1, 0, encode_transaction(transaction))
    assert read_transaction(row) == transaction
    with pytest.raises(DamagedStore, match=f"the row of '{other}' in transactions holds"):
        read_transaction((1, other, *row[2:]))


@pytest.mark.parametrize(
    ("table", "values", "described"),
    [
        ("transactions", (3, "ab" * 32, 5), f"the row of '{'ab' * 32}' in transactions"),
        ("blocks", (7, 8), "the row of '7' in blocks"),
        ("facts", ("rules", "x"), "the row of 'rules' in facts"),
        ("notes", (b"\x01\xff", "x"), "the row of '01ff' in notes"),
        ("notes", (None, "x"), "the row of 'None' in notes"),
        ("wallets", ("x", "y"), "the row of 'x' in wallets"),
        ("notes", ("x" * 71, 1), f"the row of '{'x' * 70}' in notes"),
    ],
)
def test_a_row_is_named_by_its_transaction_or_its_key(
    table: str, values: tuple[Any, ...], described: str
) -> None:
    assert describe_row(table, values) == described


def test_a_chain_in_no_file_makes_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with ChainFile(":memory:") as file:
        file.chain.fund(Output(1_000, b"\x51"))
        with ChainFile(":memory:") as other:
            assert other.chain.height == 0
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_open_here_only_if_it_is_that_very_file(tmp_path: Path) -> None:
    paths = [tmp_path / str(number) for number in range(5)]
    for path in paths:
        path.touch()
    for path in paths:
        others = [each.open() for each in paths if each != path]
        try:
            assert not is_open_here(str(path))
            with path.open():
                assert is_open_here(str(path))
        finally:
            for each in others:
                each.close()
    assert not is_open_here(str(tmp_path / "nowhere"))


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ("UPDATE facts SET value = 'x' WHERE name = 'height'", "ValueError"),
        ("DELETE FROM facts WHERE name = 'height'", "KeyError"),
        ("UPDATE facts SET value = 'BCH_1999' WHERE name = 'rules'", "RulesError"),
    ],
)
def test_what_the_facts_make_of_a_chain_is_a_damage_too(
    path: Path, database: sqlite3.Connection, change: str, error: str
) -> None:
    database.execute(change)
    # As if the file had been written so: what is covered is summed up anew.
    found = database.execute("SELECT name, value FROM facts WHERE name != 'sum'").fetchall()
    checks = [checksum("facts", each) for each in found]
    for table in ("blocks", "transactions", "keys", "commitments"):
        checks += [each for (each,) in database.execute(f"SELECT checksum FROM {table}")]
    total = sum(int.from_bytes(each, "big") for each in checks) % 2**128
    database.execute("UPDATE facts SET value = ? WHERE name = 'sum'", (f"{total:032x}",))
    database.close()
    with pytest.raises(DamagedStore, match=f"the chain in it is damaged: {error}") as raised:
        ChainFile(path)
    assert str(path) in str(raised.value)


def stored_rows(*blocks: tuple[int, int, int]) -> Rows:
    """A database with these blocks, each with the coinbase of its height."""
    rows = Rows(sqlite3.connect(":memory:", isolation_level=None), "here")
    facts = {"format": "2", "rules": "BCH_2026", "height": "5", "time": "100", "fee_rate": "2"}
    with rows.change():
        rows.make(facts)
        for place, block in enumerate(blocks, 1):
            rows.insert("blocks", block)
            made = make_coinbase(block[0], 0, b"\x51")
            raw = encode_transaction(made)
            rows.insert("transactions", (place, transaction_id(made), block[0], 0, raw))
    rows.check()
    return rows


def test_blocks_that_follow_each_other_are_read() -> None:
    read = read_records(stored_rows((6, 101, 0), (7, 102, 1)))
    assert (read.rules, read.height, read.time, read.fee_rate) == (BCH_2026, 5, 100, 2)
    assert [(each.height, each.time, each.is_funding) for each in read.blocks] == [
        (6, 101, False),
        (7, 102, True),
    ]
    assert read.blocks[1].previous == read.blocks[0].hash
    assert read.blocks[0].transactions == (make_coinbase(6, 0, b"\x51"),)
    assert read.mempool == ()


@pytest.mark.parametrize(
    ("blocks", "said"),
    [
        (((5, 101, 0),), "block 5 does not follow block 5"),
        (((7, 101, 0),), "block 7 does not follow block 5"),
        (((6, 100, 0),), "block 6 does not follow block 5"),
        (((6, 99, 0),), "block 6 does not follow block 5"),
        (((6, 101, 0), (8, 102, 0)), "block 8 does not follow block 6"),
        (((6, 101, 0), (7, 101, 0)), "block 7 does not follow block 6"),
    ],
)
def test_blocks_that_do_not_follow_each_other_are_a_damage(
    blocks: tuple[tuple[int, int, int], ...], said: str
) -> None:
    with pytest.raises(DamagedStore, match=said):
        read_records(stored_rows(*blocks))


def test_a_transaction_without_its_block_is_a_damage() -> None:
    rows = stored_rows((6, 101, 0))
    made = make_coinbase(9, 0, b"\x51")
    rows.database.execute("PRAGMA foreign_keys = OFF")
    with rows.change():
        raw = encode_transaction(made)
        rows.insert("transactions", (5, transaction_id(made), 9, 0, raw))
    with pytest.raises(DamagedStore, match="block 9 is missing"):
        read_records(rows)


NOTES = Table("notes", ("name",), "CREATE TABLE notes (name TEXT PRIMARY KEY{checksum})")
MARKS = Table("marks", ("name",), "CREATE TABLE marks (name TEXT PRIMARY KEY{checksum})")


def test_tables_of_a_layer_above_are_made_where_there_are_none() -> None:
    rows = stored_rows((6, 101, 0))
    for _ in range(2):
        rows.keep((NOTES, MARKS))
        rows.check()
    with rows.change():
        rows.insert("notes", ("a",))
    rows.check()
    assert rows.read("notes") == [("a",)]


def test_tables_of_a_layer_above_without_checksums_are_given_them() -> None:
    rows = stored_rows((6, 101, 0))
    for table in ("notes", "marks"):
        rows.database.execute(f"CREATE TABLE {table} (name TEXT PRIMARY KEY)")
    rows.database.executemany("INSERT INTO notes VALUES (?)", [("b",), ("a",)])
    rows.keep((NOTES, MARKS))
    rows.check()
    assert (rows.read("notes"), rows.read("marks")) == ([("a",), ("b",)], [])


@pytest.mark.parametrize(
    "statements",
    [
        [NOTES.statement],
        [MARKS.statement],
        ["CREATE TABLE notes (name TEXT PRIMARY KEY)"],
        [NOTES.statement, "CREATE TABLE marks (name, checksum)"],
        ["CREATE TABLE notes (name, checksum)", "CREATE TABLE marks (name)"],
    ],
)
def test_other_tables_of_those_names_are_a_damage(statements: list[str]) -> None:
    rows = stored_rows((6, 101, 0))
    for statement in statements:
        rows.database.execute(statement)
    with pytest.raises(DamagedStore, match="its tables are not"):
        rows.keep((NOTES, MARKS))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE transactions SET txid = txid || 'x' WHERE height = 502",
        "UPDATE transactions SET raw = x'00' WHERE height IS NULL",
    ],
)
def test_a_damaged_file_of_the_first_format_is_left_as_it_is(tmp_path: Path, change: str) -> None:
    path = tmp_path / "old.sqlite"
    shutil.copy(STORED / "format-1.sqlite", path)
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(change)
        before = list(database.iterdump())
    with pytest.raises(DamagedStore):
        ChainFile(path)
    with closing(sqlite3.connect(path)) as database:
        assert list(database.iterdump()) == before


@pytest.mark.parametrize("application", [5, 0x62636864, 0])
@pytest.mark.parametrize("is_empty", [False, True])
def test_a_database_of_another_program_is_called_so(
    tmp_path: Path, application: int, is_empty: bool
) -> None:
    path = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(f"PRAGMA application_id = {application}")
        database.execute("CREATE TABLE notes (name)")
        if is_empty:
            database.execute("DROP TABLE notes")
    with pytest.raises(StoreError) as told:
        ChainFile(path)
    assert type(told.value) is StoreError
    assert str(told.value) == f"{path}: a database of another program"


def test_a_format_that_is_not_known_is_no_damage(path: Path, database: sqlite3.Connection) -> None:
    database.execute("UPDATE facts SET value = '3' WHERE name = 'format'")
    with pytest.raises(StoreError) as told:
        ChainFile(path)
    assert type(told.value) is StoreError
    assert str(told.value) == f"{path}: format 3 is not supported: expected 1 or 2"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("DELETE FROM facts", "missing"),
        ("DELETE FROM facts WHERE name = 'format'", "missing"),
        ("UPDATE facts SET name = 'fovmat' WHERE name = 'format'", "missing"),
        ("UPDATE facts SET value = 'r' WHERE name = 'format'", "'r'"),
        ("UPDATE facts SET value = '' WHERE name = 'format'", "''"),
        ("UPDATE facts SET value = char(27) || '2' WHERE name = 'format'", r"'\\x1b2'"),
        ("UPDATE facts SET value = char(178) WHERE name = 'format'", "'²'"),
    ],
)
def test_a_format_that_is_no_number_is_a_damage(
    path: Path, database: sqlite3.Connection, change: str, named: str
) -> None:
    database.execute(change)
    database.close()
    with pytest.raises(DamagedStore, match=f"damaged: its format is {named}; .*salvage"):
        ChainFile(path)


def test_a_damage_is_told_with_the_file_and_the_way_out_once(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("UPDATE blocks SET time = time + 1 WHERE height = 501")
    with pytest.raises(DamagedStore) as told:
        ChainFile(path)
    said = str(told.value)
    assert said.startswith(f"{path}: damaged: the row of '501' in blocks; ")
    assert (said.count(str(path)), said.count("ChainFile.salvage")) == (1, 1)


def test_an_error_is_a_damage_only_while_a_file_is_opened(path: Path) -> None:
    with ChainFile(path) as file:
        for error in (DamagedStore("here: damaged"), ValueError("ours"), KeyError("ours")):
            with pytest.raises(type(error)) as told, file._explained():
                raise error
            assert told.value is error
            with pytest.raises(DamagedStore, match="salvage"), file.opening():
                raise error


ERRORS_OF_SQLITE = [
    (sqlite3.OperationalError, 0, StoreError, StoreError),
    (sqlite3.OperationalError, sqlite3.SQLITE_BUSY, StoreError, StoreError),
    (sqlite3.OperationalError, sqlite3.SQLITE_LOCKED, StoreError, StoreError),
    (sqlite3.OperationalError, sqlite3.SQLITE_ERROR, DamagedStore, StoreError),
    (sqlite3.OperationalError, sqlite3.SQLITE_IOERR_READ, StoreError, StoreError),
    (sqlite3.OperationalError, sqlite3.SQLITE_FULL, StoreError, StoreError),
    (sqlite3.ProgrammingError, 0, StoreError, StoreError),
    (sqlite3.DatabaseError, sqlite3.SQLITE_CORRUPT, DamagedStore, DamagedStore),
    (sqlite3.DatabaseError, sqlite3.SQLITE_CORRUPT_INDEX, DamagedStore, DamagedStore),
    (sqlite3.DatabaseError, sqlite3.SQLITE_NOTADB, StoreError, StoreError),
]


@pytest.mark.parametrize(("kind", "code", "opening", "later"), ERRORS_OF_SQLITE)
def test_an_error_of_sqlite_is_told_with_the_file_as_a_damage_or_none(
    path: Path, kind: type[sqlite3.Error], code: int, opening: type, later: type
) -> None:
    error = kind("what SQLite says")
    error.sqlite_errorcode = code
    with ChainFile(path) as file:
        for is_opening, expected in ((True, opening), (False, later)):
            with pytest.raises(StoreError) as told, file._explained(is_opening=is_opening):
                raise error
            assert type(told.value) is expected
            assert str(told.value).startswith(f"{path}: ")
            assert ("salvage" in str(told.value)) is (expected is DamagedStore)


@pytest.mark.parametrize(
    "statement",
    [
        *(f"DROP TABLE {name}" for name in ("facts", "blocks", "transactions")),
        *(f"ALTER TABLE {name} RENAME TO other" for name in ("facts", "blocks", "transactions")),
        "ALTER TABLE facts RENAME COLUMN value TO text",
        "ALTER TABLE blocks RENAME COLUMN height TO above",
        "ALTER TABLE transactions RENAME COLUMN raw TO cooked",
    ],
)
def test_a_missing_table_or_column_is_a_damage(
    path: Path, database: sqlite3.Connection, statement: str
) -> None:
    database.execute(statement)
    database.close()
    with pytest.raises(DamagedStore, match="salvage"):
        ChainFile(path)


@pytest.mark.parametrize("number", [1, 2])
def test_a_file_of_an_earlier_version_keeps_no_log_beside_it(tmp_path: Path, number: int) -> None:
    path = tmp_path / "old.sqlite"
    shutil.copy(STORED / f"format-{number}.sqlite", path)
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
    with ChainFile(path) as file:
        file.chain.fund(Output(1_000, b"\x51"))
        assert not list(tmp_path.glob("*-wal"))
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("delete",)


@pytest.mark.parametrize(
    ("statement", "is_damaged"),
    [(None, False), (NOTES.statement, False), ("CREATE TABLE notes (name, checksum)", True)],
)
def test_other_tables_of_a_layer_above_are_told_where_a_file_is_read_out(
    path: Path, database: sqlite3.Connection, statement: str | None, is_damaged: bool
) -> None:
    if statement is not None:
        database.execute(statement)
    problems = ChainFile.salvage(path, NOTES).problems
    assert [problem[:23] for problem in problems] == ["its tables are not those"[:23]] * is_damaged
    assert ChainFile.salvage(path).problems == ()


def test_what_only_the_whole_of_a_file_shows_is_told_where_it_is_read_out(
    tmp_path: Path, path: Path, database: sqlite3.Connection
) -> None:
    for number in (1, 2):
        old = tmp_path / f"format-{number}"
        shutil.copy(STORED / f"format-{number}.sqlite", old)
        assert ChainFile.salvage(old).problems == ()
    database.execute("DELETE FROM transactions WHERE height IS NULL")
    (problem,) = ChainFile.salvage(path).problems
    assert "a row is missing" in problem


@pytest.mark.parametrize("number", [1, 2])
def test_a_damaged_index_is_told_where_every_row_is_still_there(
    tmp_path: Path, number: int
) -> None:
    path = tmp_path / "old.sqlite"
    shutil.copy(STORED / f"format-{number}.sqlite", path)
    whole = ChainFile.salvage(path)
    with closing(sqlite3.connect(path)) as database:
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_transactions_1'"
        ((page,),) = database.execute(query).fetchall()
        ((size,),) = database.execute("PRAGMA page_size").fetchall()
        ((txid,),) = database.execute("SELECT txid FROM transactions LIMIT 1").fetchall()
    data = bytearray(path.read_bytes())
    at = data.index(txid.encode(), (page - 1) * size)
    assert at < page * size
    data[at] ^= 1
    path.write_bytes(data)
    found = ChainFile.salvage(path)
    assert found.transactions == whole.transactions
    assert (len(found.problems), whole.problems) == (1, ())
    assert "index" in found.problems[0]
