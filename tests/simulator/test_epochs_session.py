"""The simulator with a pool of epochs: every command, what each refuses, and two sessions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from test_session import done, refused

from bchcov.chain import ChainFile
from bchcov.simulator import Session


@pytest.fixture
def session() -> Iterator[Session]:
    with ChainFile(":memory:", height=1_000) as file:
        yield Session(file, seed=1, profile="epochs")


def begun(session: Session, *swaps: str) -> list[str]:
    """Commit to swaps, and begin to reveal their epoch; return the hashes."""
    hashes = [str(done(session, f"commit swap {swap}").data["hash"]) for swap in swaps]
    assert done(session, "sequence").data["count"] == len(swaps)
    done(session, "mine 3")
    done(session, "turn")
    return hashes


def test_an_order_s_way_through_the_epochs_profile(session: Session) -> None:
    made = done(session, "commit swap 50 BCH")
    assert "the pool offers 45 Tokens as it stands" in made.lines
    name = made.data["hash"]
    assert "not queued yet" in refused(session, f"reveal {name} 50 True")
    assert "nothing to execute" in refused(session, "execute")
    assert done(session, "sequence").data["count"] == 1
    assert "no ticket is waiting" in refused(session, "sequence")
    assert "its epoch is not revealed yet" in refused(session, f"reveal {name} 50 True")
    assert "mine 2 more blocks first" in refused(session, "turn")
    (pending,) = done(session, "status").data["pool"]["pending"]
    assert pending == {"hash": name, "slot": 0, "deadline": 1_009, "stage": "in the next epoch"}
    done(session, "mine 2")
    assert done(session, "turn").data["next"] == "reveal 777f9224 50 True reveals the order"
    assert "execute settles it" in refused(session, "turn")
    done(session, f"reveal {name[:8]} 50.0 true")
    assert "already revealed" in refused(session, f"reveal {name} 50 True")
    assert "mine 3 more blocks first" in refused(session, "execute")
    assert "execute drops" in refused(session, "expire")
    done(session, "mine 3")
    executed = done(session, "execute")
    assert executed.data["orders"] == {name: "filled, 5,000,000,000 for 45"}
    status = done(session, "status").data
    assert (status["pool"]["bch_reserve"], status["pool"]["token_reserve"]) == (105 * 10**9, "955")
    assert status["you"]["tokens"] == "1000045"
    assert "filled" in refused(session, f"reveal {name} 50 True")


@pytest.mark.parametrize("claim", ["51 True", "49 True", "50 False", "0.00001 True"])
def test_the_slot_refuses_a_reveal_that_was_tampered_with(session: Session, claim: str) -> None:
    (name,) = begun(session, "50 BCH")
    claim = claim.replace("0.00001 True", "0.5 True")
    assert "slot.cashasm:25 [order-leaf]" in refused(session, f"reveal {name} {claim}")


def test_a_silent_order_forfeits_its_bond_with_its_epoch(session: Session) -> None:
    first, second = begun(session, "5 BCH", "20 Tokens")
    done(session, f"reveal {second} 20 False")
    done(session, "mine 3")
    executed = done(session, "execute")
    assert executed.data["count"] == 1
    assert executed.data["orders"][first] == "not revealed, the bond is forfeited"
    assert executed.data["orders"][second].startswith("filled, 20 for ")
    assert "forfeited" in refused(session, f"reveal {first} 5 True")


def test_an_epoch_that_nobody_settles_is_abandoned_and_taken_back(session: Session) -> None:
    first, second = begun(session, "5 BCH", "20 Tokens")
    done(session, f"reveal {second} 20 False")
    done(session, "mine 12")
    done(session, "turn")
    assert sorted(done(session, "status").data["refundable"]) == sorted([first, second])
    done(session, f"reveal {first} 5 True")
    assert "the chain refused" in refused(session, f"refund {first}")
    done(session, "mine 36")
    before = done(session, "status").data["you"]["tokens"]
    for each in (first, second):
        done(session, f"refund {each}")
    assert int(done(session, "status").data["you"]["tokens"]) == int(before) + 20


def test_a_ticket_is_refunded_and_the_provider_withdraws(session: Session) -> None:
    name = done(session, "commit swap 5 BCH").data["hash"]
    assert "takes 1,000 BCH" in done(session, "withdraw").lines[0]
    assert "no ticket is waiting" in refused(session, "sequence")
    done(session, "mine 3")
    done(session, f"refund {name}")
    assert "neither a ticket nor an order" in refused(session, f"refund {name}")
    done(session, "open")
    assert done(session, "status").data["pool"]["token_reserve"] == "1000"


def test_users_share_an_epoch_after_those_who_wait(session: Session) -> None:
    (mine,) = begun(session, "5 BCH")
    race = done(session, "multi 3")
    assert race.data["went_first"] == [mine]
    assert [each["epochs"]["status"] for each in race.data["users"]] == ["filled"] * 3
    assert {each["epochs"]["conflicts"] for each in race.data["users"]} == {0}
    assert done(session, "status").data["pool"]["count"] == 0


def test_other_profiles_have_no_epochs(session: Session) -> None:
    for profile in ("direct", "ticketed"):
        done(session, f"profile {profile}")
        assert "has no epochs" in refused(session, "turn")


def test_a_session_with_epochs_goes_on_where_the_last_one_was(tmp_path: Path) -> None:
    path = str(tmp_path / "chain.sqlite")
    with ChainFile(path, height=1_000) as file:
        session = Session(file, seed=1, profile="epochs")
        (name,) = begun(session, "50 BCH")
        before = done(session, "status")
    with ChainFile(path) as file:
        again = Session(file, profile="epochs")
        assert done(again, "status") == before
        done(again, f"reveal {name} 50 True")
        done(again, "mine 3")
        assert done(again, "execute").data["orders"] == {name: "filled, 5,000,000,000 for 45"}
