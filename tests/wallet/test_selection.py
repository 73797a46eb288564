"""Which coins are taken: those that are needed, in their order, and no other."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pytest

from bchcov import BuildError, Nft, Output, Token
from bchcov.crypto.hashes import sha256
from bchcov.wallet.balance import Spend
from bchcov.wallet.coins import Coin
from bchcov.wallet.keys import PrivateKey
from bchcov.wallet.selection import select
from bchcov.wallet.unlockers import P2pkhUnlocker

KEY = PrivateKey(sha256(b"selection"))
GOLD, IRON, ZINC = (bytes((letter,)) * 32 for letter in b"giz")


def coin(name: str, value: int, token: Token | None = None) -> Spend:
    output = Output(value, KEY.locking_bytecode, token)
    return Spend(Coin(sha256(name.encode()), 0, output), P2pkhUnlocker(KEY))


def taken(offered: Sequence[Spend], wanted: Output, *, fixed: Sequence[Spend] = ()) -> list[int]:
    """The values of the coins taken, without fee or change."""

    def change(
        spends: Sequence[Spend], outputs: Sequence[Output], _rate: Fraction
    ) -> tuple[list[Output], int]:
        come = sum(each.coin.value for each in spends)
        return list(outputs), sum(output.value for output in outputs) - come

    spends, _ = select(fixed, offered, [wanted], Fraction(0), change)
    return [each.coin.value for each in spends]


def wants(value: int, token: Token | None = None) -> Output:
    return Output(value, KEY.locking_bytecode, token)


@pytest.mark.parametrize(
    ("amount", "values"),
    [(1, [1_003]), (69, [1_003]), (70, [1_003]), (71, [1_003, 1_002]), (110, [1_003, 1_002])],
)
def test_coins_with_tokens_are_taken_largest_first_until_they_suffice(
    amount: int, values: list[int]
) -> None:
    offered = [
        coin("small", 1_001, Token(GOLD, 5)),
        coin("middle", 1_002, Token(GOLD, 40)),
        coin("large", 1_003, Token(GOLD, 70)),
        coin("iron", 1_004, Token(IRON, 500)),
        coin("zinc", 1_005, Token(ZINC, 500)),
    ]
    assert taken(offered, wants(546, Token(GOLD, amount))) == values
    assert taken(offered, wants(546, Token(GOLD, 115))) == [1_003, 1_002, 1_001]
    with pytest.raises(BuildError, match=r"insufficient tokens .*: 116 more needed, 115 offered"):
        taken(offered, wants(546, Token(GOLD, 116)))


def test_tokens_of_the_fixed_inputs_are_counted_first() -> None:
    fixed = [coin("fixed", 2_000, Token(GOLD, 10))]
    offered = [coin("more", 1_001, Token(GOLD, 5))]
    assert taken(offered, wants(546, Token(GOLD, 10)), fixed=fixed) == [2_000]
    assert taken(offered, wants(546, Token(GOLD, 11)), fixed=fixed) == [2_000, 1_001]


@pytest.mark.parametrize(
    ("value", "values"),
    [
        (1, [500]),
        (499, [500]),
        (500, [500]),
        (501, [500, 300]),
        (800, [500, 300]),
        (801, [500, 300, 200]),
        (1_000, [500, 300, 200]),
        (1_001, [500, 300, 200, 9_000]),
        (10_000, [500, 300, 200, 9_000]),
    ],
)
def test_satoshis_come_from_the_largest_coins_and_from_tokens_last(
    value: int, values: list[int]
) -> None:
    offered = [
        coin("a", 300),
        coin("with tokens", 9_000, Token(GOLD, 5)),
        coin("b", 500),
        coin("c", 200),
        coin("nft", 50_000, Token(GOLD, 0, Nft(b"precious"))),
    ]
    assert taken(offered, wants(value)) == values


def test_what_does_not_suffice_says_how_much_there_is() -> None:
    with pytest.raises(BuildError, match="insufficient funds: 800 satoshis in inputs, 801 needed"):
        taken([coin("a", 300), coin("b", 500)], wants(801))
    with pytest.raises(BuildError, match="insufficient funds: 0 satoshis in inputs, 1 needed"):
        taken([], wants(1))


def test_a_coin_that_is_there_twice_is_refused_wherever_it_is() -> None:
    one = coin("a", 300)
    for fixed, offered in (([one, one], []), ([one], [one]), ([], [one, one])):
        with pytest.raises(BuildError, match="is given twice"):
            taken(offered, wants(100), fixed=fixed)
