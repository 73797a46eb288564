"""Whatever is written, the simulator answers or says in a sentence what is wrong."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bchcov.chain import ChainFile
from bchcov.errors import CommandError
from bchcov.simulator import Session, Wallet
from bchcov.simulator.help import COMMANDS
from bchcov.simulator.parsing import read_amount


@pytest.fixture
def session() -> Iterator[Session]:
    with ChainFile(":memory:", height=1_000) as file:
        yield Session(file, seed=1)


def done(session: Session, line: str) -> dict[str, Any]:
    answer = session.run(line)
    assert answer.ok, answer.lines
    return answer.data


def next_of(session: Session, line: str) -> str:
    answer = session.run(line)
    assert answer.ok, answer.lines
    assert answer.lines[-1] == f"next      {answer.data['next']}"
    return str(answer.data["next"])


def test_each_step_from_commit_to_execute_says_what_comes_next(session: Session) -> None:
    assert next_of(session, "commit swap 50 BCH").startswith("sequence")
    following = next_of(session, "sequence")
    assert following.startswith("reveal 777f9224 50 True ")
    following = next_of(session, following.split(" reveals")[0])
    assert following.startswith("execute ")
    assert next_of(session, "execute").startswith("mine ")
    done(session, "mine")
    assert done(session, "status")["next"].startswith("commit ")
    done(session, "profile direct")
    following = next_of(session, "commit swap 20_000 Tokens")
    assert following.startswith("reveal ")
    assert "expire can end it from block" in following
    assert next_of(session, following.split(" reveals")[0]).startswith("mine ")


def test_whoever_follows_what_comes_next_gets_every_order_executed(session: Session) -> None:
    for profile in ("ticketed", "direct"):
        done(session, f"profile {profile}")
        for order in ("1.5 BCH", "7 Tokens", "20 BCH"):
            done(session, f"commit swap {order}")
        for _ in range(20):
            following = done(session, "status")["next"]
            if following.startswith("commit"):
                break
            words = following.split()
            done(session, " ".join(words[:4] if words[0] == "reveal" else words[:1]))
        assert done(session, "status")["pool"]["head"] == 3


def test_a_ticket_of_a_pool_that_has_ended_is_refunded(tmp_path: Path) -> None:
    path = tmp_path / "chain"
    with ChainFile(path, height=1_000) as file:
        session = Session(file, seed=1)
        before = done(session, "status")["you"]["satoshis"]
        first = done(session, "commit swap 50 BCH")["hash"]
        assert next_of(session, "withdraw").startswith(f"refund {first[:8]} ")
        assert done(session, "status")["refundable"] == [first]
        done(session, "mine 5")
        done(session, "open")
        second = done(session, "commit swap 1 BCH")["hash"]
        done(session, "profile direct")
    with ChainFile(path) as file:
        session = Session(file)
        assert done(session, "status")["refundable"] == [first]
        done(session, f"refund {first[:6]}")
        assert "refundable" not in done(session, "status")
        assert "neither a ticket nor an order" in session.run(f"refund {first}").data["error"]
        done(session, "mine 3")
        done(session, f"refund {second}")
        assert before - 5_000 < done(session, "status")["you"]["satoshis"] < before


def test_a_ticket_is_queued_late_and_still_has_its_turn(session: Session) -> None:
    done(session, "commit swap 50 BCH")
    done(session, "mine 12")
    assert "refundable" not in done(session, "status")
    assert done(session, "sequence")["count"] == 1
    assert "TX_SEQUENCE_NOT_FINAL" in session.run("expire").data["error"]
    done(session, "mine 2")
    done(session, "expire")


def test_show_and_export_take_the_beginning_of_a_txid(session: Session, tmp_path: Path) -> None:
    txids = [done(session, f"commit swap {number} BCH")["txid"] for number in range(1, 4)]
    done(session, "mine")
    for txid in txids:
        for written in (txid[:6], txid[:8].upper(), f"0x{txid[:10]}", txid):
            assert done(session, f"show {written}")["txid"] == txid
    done(session, f"export {txids[0][:7]} {tmp_path}/one.jsonl")
    assert json.loads((tmp_path / "one.jsonl").read_text(encoding="utf-8"))["id"] == txids[0]
    for text in ("123", "xyzw", f"{txids[0]}0"):
        assert (
            session.run(f"show {text}")
            .data["error"]
            .endswith(" is not a txid: expected its first 4 to 64 hexadecimal digits")
        )
    assert "there is no transaction 00000000" in session.run("show 00000000").data["error"]


def test_a_graph_of_the_chain_names_whose_coins_they_are(session: Session, tmp_path: Path) -> None:
    txid = done(session, "commit swap 5 BCH")["txid"]
    done(session, "sequence")
    page = tmp_path / "graph.html"
    assert done(session, f"graph {page}")["path"] == str(page)
    text = page.read_text(encoding="utf-8")
    assert txid in text
    for name in ("provider", "pool", "vault", "ticket"):
        assert f'"{name}"' in text
    assert "No such file" in session.run(f"graph {tmp_path}/none/graph").data["error"]


def test_export_writes_over_no_chain_and_takes_no_odd_name(tmp_path: Path) -> None:
    path = tmp_path / "chain"
    with ChainFile(path, height=1_000) as file:
        session = Session(file, seed=1)
        txid = done(session, "commit swap 1 BCH")["txid"]
        for name in (f"{path}", f"{path}-journal", f"{tmp_path}/../{tmp_path.name}/chain"):
            for line in (f"export {txid} {name}", f"graph {name}"):
                assert "the chain itself" in session.run(line).data["error"]
        assert "is not a file name" in session.run(f"export {txid} a\0b").data["error"]
        assert "directory" in session.run(f"export {txid} {tmp_path}").data["error"]
        assert "too long" in session.run(f"export {txid} {'n' * 5_000}").data["error"]


def test_making_a_pool_says_how_many_blocks_it_mined(session: Session) -> None:
    for line in ("profile direct", "open"):
        before = done(session, "status")["height"]
        if line == "open":
            done(session, "withdraw")
        answer = session.run(line)
        mined = done(session, "status")["height"] - before
        assert (answer.data["mined"], answer.data["height"]) == (mined, before + mined)
        assert f"{mined} blocks mined for it, height {before + mined}" in "\n".join(answer.lines)
    before = done(session, "status")["height"]
    assert session.run("profile ticketed").lines == ("profile ticketed",)
    assert done(session, "status")["height"] == before


def test_one_is_never_plural(session: Session) -> None:
    said = []
    for line in (
        *("reveal x", "commit swap 1 BCH", "status", "mine", "profile direct", "multi 1"),
        *("withdraw", "open 5 1", "status", "commit swap 1 Tokens", "commit swap 1 BCH", "status"),
        *("profile ticketed", "multi 1", "commit swap 1 Token", "sequence", "multi 1"),
    ):
        answer = session.run(line)
        said += [*answer.lines, *(cell for row in answer.rows for cell in row)]
    said.append(session.run(f"reveal {session.hashes()[-1]} 1 True").lines[0])
    for line in said:
        for each in ("Tokens", "tokens", "arguments", "blocks", "transactions", "orders", "users"):
            assert f" 1 {each}" not in f" {line}", line


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        *(
            (text, "is not an amount")
            for text in ("", "x", "0,5", "1,23", "1.000,5", "٣", "1 2", "0x5")
        ),
        *(
            (text, "expected more than 0")
            for text in ("nan", "-inf", "inf", "snan", "0", "-0", "-5")
        ),
        *((text, "smallest unit") for text in ("0.000000001", "1e-9", "1e-999999", "5e-999999999")),
        ("0.00000001" + "0" * 50 + "1", "smallest unit"),
        ("1." + "0" * 6_000 + "1", "smallest unit"),
        *(
            (text, "expected at most 21,000,000 BCH")
            for text in ("1e999999", "9e999999999", "9" * 5_000)
        ),
        ("21000000.00000001", "expected at most 21,000,000 BCH"),
    ],
)
def test_an_amount_that_is_none_is_one_clear_sentence(text: str, problem: str) -> None:
    with pytest.raises(CommandError, match=problem) as caught:
        read_amount(text, 1)
    assert len(str(caught.value)) < 200


def test_amounts_at_their_ends_are_read_exactly() -> None:
    assert read_amount("21,000,000", 1) == 21 * 10**14
    assert read_amount("1." + "0" * 6_000, 1) == 10**8
    assert read_amount("1e-8", 1) == 1
    assert read_amount("1_000", 0) == 1_000
    assert read_amount("12,345,678.5", 1) == 1_234_567_850_000_000


@pytest.mark.parametrize("count", ["0", "-3", "1.5", "nan", "10001", "9" * 5_000, "1e3", "٣", "+1"])
def test_a_number_of_blocks_that_is_none_is_one_clear_sentence(
    session: Session, count: str
) -> None:
    before = done(session, "status")
    error = session.run(f"mine {count}").data["error"]
    assert error.startswith("invalid number of blocks to mine")
    assert error.endswith(": expected 1 to 10,000")
    assert len(error) < 200
    assert done(session, "status") == before


def test_what_was_written_is_repeated_escaped_and_cut(session: Session) -> None:
    evil = "\x1b[2K\x9b31m\u202e\u200f\u2028x"
    txid = done(session, "commit swap 1 BCH")["txid"]
    for line in (
        *(evil, f"profile {evil}", f"withdraw {evil}", f"show {evil}", f"export {txid} /{evil}/x"),
        *(f"commit {evil} BCH", f"commit swap {evil} BCH", f"commit swap 5 {evil}"),
        *(f"commit swap 5 BCH min 3 {evil}", f"mine {evil}", f"multi {evil}", f"refund {evil}"),
        *(f"reveal {evil} 1 True", f"reveal {txid} 1 {evil}", f"open {evil} 5"),
    ):
        for long in (line, line.replace("x", "x" * 10_000)):
            answer = session.run(long)
            assert not answer.ok
            assert all(each.isprintable() for each in answer.lines), answer.lines
            assert len(answer.data["error"]) < 500
    assert "\\x1b[2K" in session.run(evil).data["error"]


@pytest.mark.parametrize(
    ("line", "what"), [("status \udcff", "the byte 0xff"), ("show \ud800", "half a character")]
)
def test_bytes_that_are_no_text_are_refused(session: Session, line: str, what: str) -> None:
    assert what in session.run(line).data["error"]


WORDS = (
    *("swap", "50", "1", "0.5", "1000", "BCH", "Tokens", "min", "True", "False", "provider", "you"),
    *("builder", "ticketed", "direct", "nan", "-1", "1e999", "9" * 400, "\x1b[2J", "\u202e", "'"),
    *("[/x]", "0x", "abcd", "{hash}", "{hash}", "{txid}", "{short}", "#", "\udc80", "٣", "/", "\0"),
)
OFTEN = (
    *("commit swap 50 BCH", "commit swap 3 Tokens", "commit swap 9000 BCH", "sequence", "execute"),
    *("{reveal}", "{reveal}", "mine", "mine 13", "mine 3", "expire", "refund {hash}", "withdraw"),
    *("open", "open 0.0001 1", "open 21000000 9223372036854775807", "status", "show {txid}"),
    *("multi 1", "profile direct", "profile ticketed", "reveal {hash} 50 False"),
)


def any_line(session: Session, chance: random.Random, file: ChainFile) -> str:
    known = session.hashes() or ["00"]
    txids = [*file.chain.mempool] or ["11"]
    following = str(session.run("status").data["next"])
    if chance.random() < 0.6:
        line = chance.choice(OFTEN)
    else:
        some = chance.choices(WORDS, k=chance.randrange(5))
        line = " ".join([chance.choice([*COMMANDS, *WORDS]), *some])
    reveal = " ".join(following.split()[:4]) if following.startswith("reveal") else "execute"
    one = chance.choice(known)
    for name, value in (("hash", one), ("short", one[:4]), ("reveal", reveal)):
        line = line.replace("{" + name + "}", value)
    return line.replace("{txid}", chance.choice(txids))


def everything(file: ChainFile, session: Session) -> object:
    blocks = [block.hash for block in file.chain.blocks]
    wallet = Wallet(file)
    rows = wallet.keys(), [*wallet.commitments(session._pool.followed.category)]
    status = session.run("status")
    return blocks, list(file.chain.mempool), rows, session.profile, status.lines, status.data


@pytest.mark.parametrize("seed", range(8))
def test_any_line_is_answered_and_a_wrong_one_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.chdir(tmp_path)
    chance = random.Random(seed)
    path = tmp_path / "chain"
    lines: list[str] = []
    with ChainFile(path, height=1_000) as file:
        session = Session(file, seed=1)
        for _ in range(60):
            lines.append(any_line(session, chance, file))
            before = everything(file, session)
            answer = session.run(lines[-1])
            assert all(each.isprintable() for each in answer.lines), lines
            if not answer.ok:
                assert answer.lines
                assert everything(file, session) == before, lines
            json.dumps(answer.data)
        end = everything(file, session)
    with ChainFile(path) as file:
        assert everything(file, Session(file, profile=session.profile)) == end, lines
