"""Whatever comes into a transaction is paid out, burnt by name, returned, or an error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bchcov import BuildError, Capability, Nft, Output, Token
from bchcov.crypto.hashes import sha256
from bchcov.wallet import (
    BuiltTransaction,
    Coin,
    P2pkhUnlocker,
    PrivateKey,
    TransactionBuilder,
)

KEY, OTHER = PrivateKey(b"\x01" * 32), PrivateKey(b"\x02" * 32)
MINE, PAYEE = KEY.locking_bytecode, OTHER.locking_bytecode
CATEGORIES = (b"\xaa" * 32, b"\xbb" * 32)
NONE, MUTABLE, MINTING = Capability

nfts = st.builds(Nft, st.sampled_from([b"", b"\x01", b"\x02"]), st.sampled_from(Capability))
categories = st.sampled_from(CATEGORIES)
tokens = st.one_of(
    st.builds(Token, categories, st.integers(1, 9)),
    st.builds(Token, categories, st.integers(0, 9), nfts),
)


def coin(number: int, value: int, token: Token | None = None) -> Coin:
    return Coin(sha256(b"coin %d" % number), 1, Output(value, MINE, token))


def start(coming: Sequence[Token], going: Sequence[Token]) -> TransactionBuilder:
    builder = TransactionBuilder().spend(coin(0, 100_000), P2pkhUnlocker(KEY))
    for number, token in enumerate(coming, 1):
        builder = builder.spend(coin(number, 1_000, token), P2pkhUnlocker(KEY))
    return builder.pay(*(Output(2_000, PAYEE, token) for token in going))


def can_become(coming: Nft, going: Nft) -> bool:
    """Whether one NFT may live on as another. A minting one lives on as a minting one."""
    if coming.capability is MINTING:
        return going.capability is MINTING
    if coming.capability is MUTABLE:
        return going.capability is not MINTING
    return coming == going


def accounted(coming: Sequence[Nft], going: Sequence[Nft]) -> int:
    """How many NFTs that come in can be given an output of their own: a bipartite matching."""
    taken: dict[int, int] = {}

    def find(one: int, seen: set[int]) -> bool:
        for other, nft in enumerate(going):
            if other not in seen and can_become(coming[one], nft):
                seen.add(other)
                if other not in taken or find(taken[other], seen):
                    taken[other] = one
                    return True
        return False

    return sum(find(one, set()) for one in range(len(coming)))


def of_category(tokens: Sequence[Token], category: bytes) -> tuple[int, list[Nft]]:
    here = [token for token in tokens if token.category == category]
    return sum(token.amount for token in here), [token.nft for token in here if token.nft]


def is_kept(coming: Sequence[Token], going: Sequence[Token], category: bytes) -> bool:
    came, nfts_in = of_category(coming, category)
    went, nfts_out = of_category(going, category)
    return came <= went and accounted(nfts_in, nfts_out) == len(nfts_in)


def is_allowed(coming: Sequence[Token], going: Sequence[Token], category: bytes) -> bool:
    """Whether consensus lets these outputs be made of these inputs."""
    came, nfts_in = of_category(coming, category)
    went, nfts_out = of_category(going, category)
    if any(nft.capability is MINTING for nft in nfts_in):
        return went <= came
    kept = Counter(nft for nft in nfts_in if nft.capability is NONE)
    new = Counter(nfts_out) - kept
    mutable = sum(nft.capability is MUTABLE for nft in nfts_in)
    return (
        went <= came
        and new.total() <= mutable
        and not any(nft.capability is MINTING for nft in nfts_out)
    )


def tokens_of(built: BuiltTransaction) -> list[Token]:
    return [output.token for output in built.transaction.outputs if output.token is not None]


@given(st.lists(tokens, max_size=6), st.lists(tokens, max_size=6), st.sets(categories))
def test_what_comes_in_goes_out_or_is_burnt_by_name_or_is_an_error(
    coming: list[Token], going: list[Token], burnt: set[bytes]
) -> None:
    builder = start(coming, going)
    for category in burnt:
        builder = builder.burn(category)
    allowed = all(is_allowed(coming, going, category) for category in CATEGORIES)
    kept = [c for c in CATEGORIES if c in burnt or is_kept(coming, going, c)]

    rest = 100_000 + 1_000 * len(coming) - 2_000 * len(going)
    try:
        bare = replace(builder, fee_rate=0).pay(Output(rest, PAYEE)).build()
    except BuildError:
        assert not allowed or len(kept) < 2
    else:
        assert allowed
        assert len(kept) == 2
        assert tokens_of(bare) == going

    try:
        built = builder.change_to(MINE).build()
    except BuildError:
        assert not allowed
        return
    assert allowed
    made = tokens_of(built)
    assert made[: len(going)] == going
    for category in CATEGORIES:
        if category in burnt:
            assert of_category(made, category) == of_category(going, category)
        else:
            assert is_kept(coming, made, category)
            # Nothing is called lost that an output accounts for.
            nfts_in, nfts_out = of_category(coming, category)[1], of_category(going, category)[1]
            returned = len(of_category(made, category)[1]) - len(nfts_out)
            assert returned == len(nfts_in) - accounted(nfts_in, nfts_out)


@given(st.lists(st.builds(Token, categories, st.just(0), nfts), max_size=6), st.data())
def test_what_goes_out_as_it_came_in_leaves_the_others_as_change(
    coming: list[Token], data: st.DataObject
) -> None:
    going = data.draw(st.permutations(coming).map(lambda each: each[: len(each) // 2]))
    built = start(coming, going).change_to(MINE).build()
    assert Counter(tokens_of(built)) == Counter(coming)


@pytest.mark.parametrize("capability", Capability)
def test_one_of_two_equal_nfts_that_does_not_go_out_is_returned(capability: Capability) -> None:
    token = Token(CATEGORIES[0], 0, Nft(b"\x07", capability))
    builder = start([token, token], [token])
    assert tokens_of(builder.change_to(MINE).build()) == [token, token]
    with pytest.raises(BuildError, match=r"no output takes the .*NFT 0x07 of category aaaa"):
        builder.build()


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("capability", [NONE, MUTABLE])
def test_a_minting_nft_is_no_nft_that_it_makes(capability: Capability, count: int) -> None:
    minting = Token(CATEGORIES[0], 0, Nft(b"", MINTING))
    made = Token(CATEGORIES[0], 0, Nft(b"\x05", capability))
    builder = start([minting] * count, [made, *[minting] * (count - 1)])
    assert tokens_of(builder.change_to(MINE).build()).count(minting) == count
    with pytest.raises(BuildError, match="no output takes the minting NFT 0x of category"):
        builder.build()
    assert (
        tokens_of(builder.burn(CATEGORIES[0]).change_to(MINE).build()).count(minting) == count - 1
    )


def test_the_mutable_nft_that_is_returned_is_the_one_that_nothing_was_made_of() -> None:
    first, second = (Token(CATEGORIES[0], 0, Nft(mark, MUTABLE)) for mark in (b"\x01", b"\x02"))
    for going, returned in ((second, first), (first, second)):
        built = start([first, second], [going]).change_to(MINE).build()
        assert tokens_of(built) == [going, returned]
    sealed = Token(CATEGORIES[0], 0, Nft(b"\x02"))
    assert tokens_of(start([first, second], [sealed]).change_to(MINE).build()) == [sealed, first]
    other = Token(CATEGORIES[0], 0, Nft(b"\x03", MUTABLE))
    assert tokens_of(start([first, second], [other]).change_to(MINE).build()) == [other, second]


def test_an_immutable_nft_is_passed_on_without_change() -> None:
    token = Token(CATEGORIES[0], 0, Nft(b"\x07"))
    assert tokens_of(start([token], [token]).change_to(MINE).build()) == [token]
