"""The simulator: every command, what each refuses, and that nothing is lost between sessions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bchcov.chain import ChainFile
from bchcov.errors import CommandError
from bchcov.formats.verify_lines import LineOptions, judge_line
from bchcov.simulator import Answer, Session
from bchcov.simulator.help import COMMANDS
from bchcov.simulator.parsing import read_action, read_amount


@pytest.fixture
def session() -> Iterator[Session]:
    with ChainFile(":memory:", height=1_000) as file:
        yield Session(file, seed=1)


def done(session: Session, line: str) -> Answer:
    answer = session.run(line)
    assert answer.ok, answer.lines
    return answer


def refused(session: Session, line: str) -> str:
    """What a line is refused with; the pool is as it was."""
    before = session.run("status")
    answer = session.run(line)
    assert not answer.ok
    assert session.run("status") == before
    assert str(answer.data["error"]) in "\n".join(answer.lines)
    return str(answer.data["error"])


def test_the_example_of_the_first_simulator(session: Session) -> None:
    first = done(session, "status")
    assert first.data["pool"]["token_reserve"] == "1000"
    assert "reserves  1,000 BCH, 1,000 Tokens" in first.lines
    race = done(session, "multi 2")
    assert [each["user"] for each in race.data["users"]] == [0, 1]
    assert [each["direction"] for each in race.data["users"]] == ["buy", "sell"]
    assert "no commitment has a hash" in refused(session, "reveal 1234abcd 50 True")
    last = done(session, "status").data
    before, after = race.data["reserves"]
    assert before == {"bch": 10**11, "tokens": "1000"} != after
    pool = last["pool"]
    assert {"bch": pool["bch_reserve"], "tokens": pool["token_reserve"]} == after
    assert (pool["head"], pool["tail"], pool["root"]) == (2, 2, first.data["pool"]["root"])
    assert (last["height"], last["unconfirmed"]) == (race.data["blocks"][1], 0)
    assert last["you"] == first.data["you"]


def test_an_order_s_way_through_the_ticketed_profile(session: Session) -> None:
    made = done(session, "commit swap 50 BCH").data
    assert "not queued yet" in refused(session, f"reveal {made['hash']} 50 True")
    assert "nothing to execute" in refused(session, "execute")
    assert done(session, "sequence").data["count"] == 1
    assert "no ticket is waiting" in refused(session, "sequence")
    (pending,) = done(session, "status").data["pool"]["pending"]
    assert pending == {"hash": made["hash"], "slot": 0, "deadline": 1_008, "stage": "queued"}
    done(session, f"reveal {made['hash'][:8]} 50.0 true")
    assert "already revealed" in refused(session, f"reveal {made['hash']} 50 True")
    executed = done(session, "execute")
    assert executed.data["orders"][made["hash"]] == "filled, 5,000,000,000 for 47"
    status = done(session, "status").data
    assert (status["pool"]["bch_reserve"], status["pool"]["token_reserve"]) == (105 * 10**9, "953")
    assert status["you"]["tokens"] == "1000047"
    assert "filled" in refused(session, f"reveal {made['hash']} 50 True")


@pytest.mark.parametrize("profile", ["ticketed", "direct"])
@pytest.mark.parametrize("claim", ["51 True", "49 True", "50 False", "0.00001 True"])
def test_script_refuses_a_reveal_that_was_tampered_with(
    session: Session, profile: str, claim: str
) -> None:
    done(session, f"profile {profile}")
    made = done(session, "commit swap 50 BCH").data["hash"]
    if profile == "ticketed":
        done(session, "sequence")
    before = done(session, "status")
    answer = session.run(f"reveal {made} {claim}")
    assert not answer.ok
    assert answer.data["refused_by"] == "script"
    assert "the transaction is refused: input 1" in answer.data["error"]
    assert "[queue-before]" in answer.data["error"]
    assert done(session, "status") == before
    assert session.run(f"reveal {made} 50 True").ok


def test_an_order_s_way_through_the_direct_profile(session: Session) -> None:
    done(session, "profile direct")
    first = done(session, "commit swap 20 Tokens min 1 BCH").data["hash"]
    second = done(session, "commit swap 1 BCH").data["hash"]
    assert "1 commitment is ahead of this one" in refused(session, f"reveal {second} 1 True")
    done(session, f"reveal {first} 20 False")
    done(session, f"reveal {second} 1 True")
    for line in ("sequence", "execute", f"refund {first}"):
        assert "direct profile" in refused(session, line)
    assert "filled, 20 for" in refused(session, f"reveal {first} 20 False")


def test_a_silent_order_expires_and_its_bond_is_kept_or_burnt(session: Session) -> None:
    for profile in ("ticketed", "direct"):
        done(session, f"profile {profile}")
        made = done(session, "commit swap 50 BCH").data["hash"]
        if profile == "ticketed":
            done(session, "sequence")
        assert "is too early to expire the order: expected at least" in refused(session, "expire")
        done(session, "mine 13")
        before = done(session, "status").data["pool"]["bch_reserve"]
        done(session, "expire")
        gained = {"direct": 8_000, "ticketed": 0}[profile]
        assert done(session, "status").data["pool"]["bch_reserve"] == before + gained
        assert "the bond is forfeited" in refused(session, f"reveal {made} 50 True")
        assert "nothing to expire" in refused(session, "expire")


def test_a_ticket_is_refunded_once_it_is_old_enough(session: Session) -> None:
    made = done(session, "commit swap 50 BCH").data["hash"]
    assert "TX_SEQUENCE_NOT_FINAL" in refused(session, f"refund {made}")
    done(session, "mine 3")
    done(session, f"refund {made}")
    assert "neither a ticket nor an order" in refused(session, f"refund {made}")
    assert done(session, "status").data["pool"]["pending"] == []


def test_the_provider_withdraws_and_nobody_else(session: Session) -> None:
    assert "is not the pool owner's" in refused(session, "withdraw you")
    assert "unknown key 'thief'" in refused(session, "withdraw thief")
    done(session, "commit swap 1 BCH")
    done(session, "sequence")
    assert "orders are queued" in refused(session, "withdraw")
    done(session, "mine 13")
    done(session, "expire")
    assert "there is a pool already" in refused(session, "open")
    assert "the pool has ended" in done(session, "withdraw").lines[0]
    assert done(session, "status").data["pool"] is None
    for line in ("commit swap 1 BCH", "sequence", "execute", "expire", "withdraw"):
        assert "the pool has ended" in refused(session, line)
    assert "expected both BCH and tokens, or neither" in refused(session, "open 5")
    done(session, "open 5 20_000")
    assert done(session, "status").data["pool"]["bch_reserve"] == 500_000_000


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("swap 1 BCH", "unknown command 'swap'"),
        ("_do_mine", "unknown command"),
        ("commit", "wrong number of arguments, 0: expected commit swap"),
        ("commit swap 0 BCH", "expected more than 0"),
        ("commit swap -1 BCH", "expected more than 0"),
        ("commit swap nan BCH", "expected more than 0"),
        ("commit swap 1e400 BCH", "expected at most 21,000,000 BCH"),
        ("commit swap x BCH", "'x' is not an amount of BCH"),
        ("commit swap 0.000000001 BCH", "smallest unit is 0.00000001 BCH"),
        ("commit swap 1.5 Tokens", "smallest unit is one token"),
        ("commit swap 1 Gold", "unknown unit 'Gold': expected BCH or Tokens"),
        ("commit swap 5 BCH min 1 BCH", "has the wrong unit: expected Tokens"),
        ("commit sell everything now please", "is not an action"),
        ("commit swap 99999 BCH", "you have 10,000.0001 BCH"),
        (
            "commit swap 9999999 Tokens",
            "not enough to swap: you have 10,000.0001 BCH and 1,000,000 Tokens",
        ),
        ("reveal xyz 1 True", "'xyz' is not a hash"),
        ("reveal abcd 1 Maybe", "direction 'Maybe' is invalid: expected True"),
        ("reveal abcd", "wrong number of arguments, 1: expected reveal"),
        ("mine 0", "number of blocks to mine '0'"),
        ("mine 1.5", "number of blocks to mine '1.5'"),
        ("multi 0", "number of users '0'"),
        ("multi many", "number of users 'many'"),
        ("profile uniswap", "unknown profile 'uniswap'"),
        ("show 00", "'00' is not a txid"),
        ("export 00 file", "'00' is not a txid"),
    ],
)
def test_a_wrong_command_says_what_is_wrong_and_changes_nothing(
    session: Session, line: str, message: str
) -> None:
    assert message in refused(session, line)


def test_what_is_shown_and_exported_can_be_verified(session: Session, tmp_path: Path) -> None:
    txid = done(session, "commit swap 50 BCH").data["txid"]
    assert "in the mempool: accepted" in done(session, f"show {txid}").lines[0]
    done(session, "mine")
    shown = done(session, f"show {txid.upper()}")
    assert shown.data["height"] == 1_005
    assert len(shown.rows) == 1 + len(shown.data["inputs"])
    assert judge_line(json.dumps(shown.data["line"]), number=1, options=LineOptions())["ok"]
    done(session, f"export {txid} {tmp_path}/one.jsonl")
    assert json.loads((tmp_path / "one.jsonl").read_text(encoding="utf-8")) == shown.data["line"]
    done(session, f"export {txid} {tmp_path}/one.vmb_tests.json")
    ((name, *_),) = json.loads((tmp_path / "one.vmb_tests.json").read_text(encoding="utf-8"))
    assert name == f"{txid[:10]}.0"
    assert "No such file" in refused(session, f"export {txid} {tmp_path}/none/one.json")


@pytest.mark.parametrize("profile", ["ticketed", "direct"])
def test_users_meet_under_direct_and_share_one_batch_under_ticketed(
    session: Session, profile: str
) -> None:
    done(session, f"profile {profile}")
    answer = done(session, "multi 5")
    conflicts = [each["direct"]["conflicts"] for each in answer.data["users"]]
    assert sum(conflicts) > 0
    assert all(each["ticketed"]["conflicts"] == 0 for each in answer.data["users"])
    assert answer.data["batches"] == [5]
    assert answer.data["pool"] == profile
    with ChainFile(":memory:", height=1_000) as file:
        other = Session(file, seed=1)
        done(other, f"profile {profile}")
        assert answer == done(other, "multi 5")
    again = done(session, "multi 5")
    assert again.data["seed"] != answer.data["seed"], "the same users would come again"
    assert again.data["reserves"][0] == answer.data["reserves"][1]


def test_every_command_is_listed_and_can_be_left() -> None:
    with ChainFile(":memory:") as file:
        session = Session(file)
        assert session._commands.keys() == COMMANDS.keys()
        assert len(done(session, "help").lines) == len(COMMANDS)
        assert done(session, "exit").ends
        assert not done(session, "# a comment").lines
        assert done(session, "profile").data == {"profile": "ticketed"}


def test_a_session_goes_on_where_the_last_one_was(tmp_path: Path) -> None:
    path = tmp_path / "amm.sqlite"
    lines = (
        ("commit swap 50 BCH", "sequence"),
        ("commit swap 20 Tokens", "mine 2"),
        ("reveal {hash} 50 True", "profile direct", "commit swap 1 BCH"),
        ("execute", "sequence", "mine"),
    )
    first, before = "", None
    for some in lines:
        with ChainFile(path, height=1_000) as file:
            # Without a seed the keys are drawn, and found again in the file.
            session = Session(file)
            if before is not None:
                assert session.run("status") == before
            for line in some:
                answer = done(session, line.format(hash=first))
                first = first or answer.data["hash"]
            done(session, "profile ticketed")
            before = session.run("status")
    assert before is not None
    assert before.data["pool"]["head"] == 1
    assert len(before.data["pool"]["pending"]) == 1


def test_amounts_are_read_to_the_last_digit() -> None:
    assert read_amount("1,234.5", 1) == 123_450_000_000
    assert read_amount("0.00000001", 1) == 1
    assert read_amount(str(2**63 - 1), 0) == 2**63 - 1
    with pytest.raises(CommandError):
        read_amount(str(2**63), 0)
    assert read_action("SWAP 2 tokens MIN 0.5 bch").min_out == 50_000_000
    assert read_action("50 BCH").amount_in == 5_000_000_000
    assert read_action("swap 50 BCH min 3").min_out == 3
