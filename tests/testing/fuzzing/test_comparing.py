"""What becomes of everybody is an attack, is open to argument, or is as it should be."""

from __future__ import annotations

from collections import Counter

import pytest

from bchcov.testing.fuzzing.comparing import Loss, compare
from bchcov.testing.fuzzing.scene import ATTACKER, CONTRACT, SATOSHIS, Asset, Holdings

CATEGORY = bytes(range(32))
TOKENS: Asset = ("tokens", CATEGORY)
NFT: Asset = ("NFT", CATEGORY, 0)
Changes = dict[str, Holdings]


def changes(**owners: tuple[int, int, int]) -> Changes:
    """What owners have more: satoshis, tokens and NFTs."""
    names = {"mine": ATTACKER, "contract": CONTRACT}
    return {
        names.get(owner, owner): Counter(
            {
                asset: amount
                for asset, amount in zip((SATOSHIS, TOKENS, NFT), amounts, strict=True)
                if amount
            }
        )
        for owner, amounts in owners.items()
    }


def kind(now: Changes, should: Changes, spent: int = 0) -> str | None:
    found = compare(now, should, Counter({SATOSHIS: spent}))
    return None if found is None else found.kind


BOUGHT = changes(mine=(-51_000, 500, 0), contract=(50_000, -500, 0))
OUTBID = changes(mine=(-151_000, 0, 0), contract=(50_000, 0, 0), first=(100_000, 0, 0))
BURNT = changes(mine=(29_000, -3_000, 0), contract=(-30_000, 0, 0))
VOTED = changes(mine=(-1_000, 0, -1), contract=(0, 0, 0))
SENT = changes(mine=(-1_000, -500, 0), contract=(-1_500, 1, 0), friend=(1_000, 499, 0))


@pytest.mark.parametrize(
    ("now", "should", "found"),
    [
        (changes(mine=(-51_100, 501, 0), contract=(50_100, -501, 0)), BOUGHT, None),
        (changes(mine=(-1_100, 1, 0), contract=(100, -1, 0)), BOUGHT, None),
        (changes(mine=(-51_100, 0, 0), contract=(50_100, -501, 0)), BOUGHT, None),
        (changes(mine=(49_000, -500, 0), contract=(-50_000, 500, 0)), BOUGHT, None),
        (changes(mine=(-21_000, 500, 0), contract=(20_000, -500, 0)), BOUGHT, "gain"),
        (changes(mine=(-51_000, 5_000, 0), contract=(50_100, -5_000, 0)), BOUGHT, "price"),
        (changes(mine=(-2_000, 5_000, 0), contract=(1_000, -5_000, 0)), BOUGHT, "loss"),
        (changes(mine=(-1_000, 500, 0), contract=(0, -500, 0)), BOUGHT, "gain"),
        (changes(mine=(39_000, -4_000, 0), contract=(-40_000, 0, 0)), BURNT, None),
        (changes(mine=(29_000, -1_000, 0), contract=(-30_000, 0, 0)), BURNT, "price"),
        (changes(mine=(29_000, -1, 0), contract=(-30_000, 0, 0)), BURNT, "gain"),
        (changes(mine=(29_000, 0, 0), contract=(-30_000, 0, 0)), BURNT, "gain"),
        (changes(mine=(-1_000, 0, 0), contract=(0, 0, 0)), VOTED, "gain"),
        (changes(mine=(-2_000, 0, -1), contract=(0, 0, 0)), VOTED, None),
    ],
)
def test_a_price_is_compared_with_the_honest_one(
    now: Changes, should: Changes, found: str | None
) -> None:
    assert kind(now, should) == found


def test_who_gets_less_of_a_gift_has_not_lost() -> None:
    kept = changes(mine=(500, -1, 0), contract=(-1_500, 1, 0), friend=(0, 0, 0))
    assert kind(kept, SENT) is None
    taken = changes(mine=(50_000, -1, 0), contract=(-51_500, 1, 0), friend=(0, 0, 0))
    assert kind(taken, SENT) == "loss"


def test_who_is_paid_by_a_contract_and_gets_nothing_is_named() -> None:
    unpaid = changes(mine=(-51_546, 0, 0), contract=(50_000, 0, 0), first=(546, 0, 0))
    assert compare(unpaid, OUTBID, Counter({SATOSHIS: 100_000})) == Loss(
        "unpaid", "first gets 546 satoshis, not 100,000"
    )
    # Whom the attacker pays may get less, and a bid may be smaller.
    assert kind(unpaid, OUTBID) is None
    smaller = changes(mine=(-111_000, 0, 0), contract=(10_000, 0, 0), first=(100_000, 0, 0))
    assert kind(smaller, OUTBID, 100_000) is None
