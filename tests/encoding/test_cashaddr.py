"""The cashaddr format: the published vectors of every payload size, and what is not well formed."""

from __future__ import annotations

import pytest
from cashaddress.crypto import b32encode, calculate_checksum
from hypothesis import given
from hypothesis import strategies as st

from bchcov import AddressError
from bchcov.encoding.cashaddr import decode_cashaddr, encode_cashaddr

# The "Larger Test Vectors" of the Bitcoin Cash specification, "CashAddr address format".
# ruff: noqa: E501
VECTORS = {
    "f5bf48b397dae70be82b3cca4793f8eb2b6cdac9": [
        (0, "bitcoincash:qr6m7j9njldwwzlg9v7v53unlr4jkmx6eylep8ekg2"),
        (1, "bchtest:pr6m7j9njldwwzlg9v7v53unlr4jkmx6eyvwc0uz5t"),
        (1, "pref:pr6m7j9njldwwzlg9v7v53unlr4jkmx6ey65nvtks5"),
        (15, "prefix:0r6m7j9njldwwzlg9v7v53unlr4jkmx6ey3qnjwsrf"),
    ],
    "7adbf6c17084bc86c1706827b41a56f5ca32865925e946ea": [
        (0, "bitcoincash:q9adhakpwzztepkpwp5z0dq62m6u5v5xtyj7j3h2ws4mr9g0"),
        (1, "bchtest:p9adhakpwzztepkpwp5z0dq62m6u5v5xtyj7j3h2u94tsynr"),
        (1, "pref:p9adhakpwzztepkpwp5z0dq62m6u5v5xtyj7j3h2khlwwk5v"),
        (15, "prefix:09adhakpwzztepkpwp5z0dq62m6u5v5xtyj7j3h2p29kc2lp"),
    ],
    "3a84f9cf51aae98a3bb3a78bf16a6183790b18719126325bfc0c075b": [
        (0, "bitcoincash:qgagf7w02x4wnz3mkwnchut2vxphjzccwxgjvvjmlsxqwkcw59jxxuz"),
        (1, "bchtest:pgagf7w02x4wnz3mkwnchut2vxphjzccwxgjvvjmlsxqwkcvs7md7wt"),
        (1, "pref:pgagf7w02x4wnz3mkwnchut2vxphjzccwxgjvvjmlsxqwkcrsr6gzkn"),
        (15, "prefix:0gagf7w02x4wnz3mkwnchut2vxphjzccwxgjvvjmlsxqwkc5djw8s9g"),
    ],
    "3173ef6623c6b48ffd1a3dcc0cc6489b0a07bb47a37f47cfef4fe69de825c060": [
        (0, "bitcoincash:qvch8mmxy0rtfrlarg7ucrxxfzds5pamg73h7370aa87d80gyhqxq5nlegake"),
        (1, "bchtest:pvch8mmxy0rtfrlarg7ucrxxfzds5pamg73h7370aa87d80gyhqxq7fqng6m6"),
        (1, "pref:pvch8mmxy0rtfrlarg7ucrxxfzds5pamg73h7370aa87d80gyhqxq4k9m7qf9"),
        (15, "prefix:0vch8mmxy0rtfrlarg7ucrxxfzds5pamg73h7370aa87d80gyhqxqsh6jgp6w"),
    ],
    "c07138323e00fa4fc122d3b85b9628ea810b3f381706385e289b0b25631197d194b5c238beb136fb": [
        (
            0,
            "bitcoincash:qnq8zwpj8cq05n7pytfmskuk9r4gzzel8qtsvwz79zdskftrzxtar994cgutavfklv39gr3uvz",
        ),
        (1, "bchtest:pnq8zwpj8cq05n7pytfmskuk9r4gzzel8qtsvwz79zdskftrzxtar994cgutavfklvmgm6ynej"),
        (1, "pref:pnq8zwpj8cq05n7pytfmskuk9r4gzzel8qtsvwz79zdskftrzxtar994cgutavfklv0vx5z0w3"),
        (15, "prefix:0nq8zwpj8cq05n7pytfmskuk9r4gzzel8qtsvwz79zdskftrzxtar994cgutavfklvwsvctzqy"),
    ],
    "e361ca9a7f99107c17a622e047e3745d3e19cf804ed63c5c40c6ba763696b98241223d8ce62ad48d863f4cb18c930e4c": [
        (
            0,
            "bitcoincash:qh3krj5607v3qlqh5c3wq3lrw3wnuxw0sp8dv0zugrrt5a3kj6ucysfz8kxwv2k53krr7n933jfsunqex2w82sl",
        ),
        (
            1,
            "bchtest:ph3krj5607v3qlqh5c3wq3lrw3wnuxw0sp8dv0zugrrt5a3kj6ucysfz8kxwv2k53krr7n933jfsunqnzf7mt6x",
        ),
        (
            1,
            "pref:ph3krj5607v3qlqh5c3wq3lrw3wnuxw0sp8dv0zugrrt5a3kj6ucysfz8kxwv2k53krr7n933jfsunqjntdfcwg",
        ),
        (
            15,
            "prefix:0h3krj5607v3qlqh5c3wq3lrw3wnuxw0sp8dv0zugrrt5a3kj6ucysfz8kxwv2k53krr7n933jfsunqakcssnmn",
        ),
    ],
    "d9fa7c4c6ef56dc4ff423baae6d495dbff663d034a72d1dc7d52cbfe7d1e6858f9d523ac0a7a5c34077638e4dd1a701bd017842789982041": [
        (
            0,
            "bitcoincash:qmvl5lzvdm6km38lgga64ek5jhdl7e3aqd9895wu04fvhlnare5937w4ywkq57juxsrhvw8ym5d8qx7sz7zz0zvcypqscw8jd03f",
        ),
        (
            1,
            "bchtest:pmvl5lzvdm6km38lgga64ek5jhdl7e3aqd9895wu04fvhlnare5937w4ywkq57juxsrhvw8ym5d8qx7sz7zz0zvcypqs6kgdsg2g",
        ),
        (
            1,
            "pref:pmvl5lzvdm6km38lgga64ek5jhdl7e3aqd9895wu04fvhlnare5937w4ywkq57juxsrhvw8ym5d8qx7sz7zz0zvcypqsammyqffl",
        ),
        (
            15,
            "prefix:0mvl5lzvdm6km38lgga64ek5jhdl7e3aqd9895wu04fvhlnare5937w4ywkq57juxsrhvw8ym5d8qx7sz7zz0zvcypqsgjrqpnw8",
        ),
    ],
    "d0f346310d5513d9e01e299978624ba883e6bda8f4c60883c10f28c2967e67ec77ecc7eeeaeafc6da89fad72d11ac961e164678b868aeeec5f2c1da08884175b": [
        (
            0,
            "bitcoincash:qlg0x333p4238k0qrc5ej7rzfw5g8e4a4r6vvzyrcy8j3s5k0en7calvclhw46hudk5flttj6ydvjc0pv3nchp52amk97tqa5zygg96mtky5sv5w",
        ),
        (
            1,
            "bchtest:plg0x333p4238k0qrc5ej7rzfw5g8e4a4r6vvzyrcy8j3s5k0en7calvclhw46hudk5flttj6ydvjc0pv3nchp52amk97tqa5zygg96mc773cwez",
        ),
        (
            1,
            "pref:plg0x333p4238k0qrc5ej7rzfw5g8e4a4r6vvzyrcy8j3s5k0en7calvclhw46hudk5flttj6ydvjc0pv3nchp52amk97tqa5zygg96mg7pj3lh8",
        ),
        (
            15,
            "prefix:0lg0x333p4238k0qrc5ej7rzfw5g8e4a4r6vvzyrcy8j3s5k0en7calvclhw46hudk5flttj6ydvjc0pv3nchp52amk97tqa5zygg96ms92w6845",
        ),
    ],
}
# The checksum vectors there: any symbols at all, so that only the checksum fits.
CHECKSUMS = [
    "prefix:x64nx6hz",
    "p:gpf8m4h7",
    "bitcoincash:qpzry9x8gf2tvdw0s3jn54khce6mua7lcw20ayyn",
    "bchtest:testnetaddress4d6njnut",
    "bchreg:555555555555555555555555555555555555555555555udxmlmrz",
]
ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


@pytest.mark.parametrize(
    ("payload", "kind", "text"),
    [(payload, *case) for payload, cases in VECTORS.items() for case in cases],
)
def test_a_published_vector_is_read_and_written(payload: str, kind: int, text: str) -> None:
    prefix = text.partition(":")[0]
    assert decode_cashaddr(text) == (prefix, kind, bytes.fromhex(payload))
    assert decode_cashaddr(text.upper()) == (prefix, kind, bytes.fromhex(payload))
    assert encode_cashaddr(prefix, kind, bytes.fromhex(payload)) == text


@pytest.mark.parametrize("text", CHECKSUMS)
def test_a_right_checksum_alone_is_not_enough(text: str) -> None:
    with pytest.raises(AddressError) as caught:
        decode_cashaddr(text)
    assert "checksum" not in str(caught.value)


def test_the_prefix_may_be_left_out_where_the_caller_allows_it() -> None:
    text = encode_cashaddr("bchreg", 1, bytes(32))
    body = text.partition(":")[2]
    read = decode_cashaddr(body, omitted_prefixes=("bitcoincash", "bchtest", "bchreg"))
    assert read == ("bchreg", 1, bytes(32))
    with pytest.raises(AddressError, match="prefix bitcoincash or bchtest"):
        decode_cashaddr(body, omitted_prefixes=("bitcoincash", "bchtest"))
    with pytest.raises(AddressError, match="must begin with a prefix"):
        decode_cashaddr(body)


def _with_symbols(symbols: list[int]) -> str:
    return f"bitcoincash:{b32encode(symbols + calculate_checksum('bitcoincash', symbols))}"


@pytest.mark.parametrize(
    ("symbols", "message"),
    [
        # 20 bytes of zeros are 34 symbols with 2 bits of padding.
        ([0] * 33 + [1], "padding"),
        ([0] * 33 + [2], "padding"),
        ([0] * 35, "padding"),
        ([16] + [0] * 33, "version byte 0x80 sets the reserved bit"),
        ([0] * 39, "announces a hash of 20 bytes, the address has 23"),
        ([0] * 2, "announces a hash of 20 bytes, the address has 0"),
    ],
)
def test_symbols_that_are_no_version_and_payload_are_refused(
    symbols: list[int], message: str
) -> None:
    assert decode_cashaddr(_with_symbols([0] * 34)) == ("bitcoincash", 0, bytes(20))
    with pytest.raises(AddressError, match=message):
        decode_cashaddr(_with_symbols(symbols))


@given(st.lists(st.tuples(st.integers(12, 53), st.sampled_from(ALPHABET)), min_size=1, max_size=5))
def test_up_to_five_wrong_characters_are_always_found(changes: list[tuple[int, str]]) -> None:
    text = "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a"
    characters = list(text)
    for at, character in changes:
        characters[at] = character
    changed = "".join(characters)
    if changed != text:
        with pytest.raises(AddressError, match="checksum"):
            decode_cashaddr(changed)


@pytest.mark.parametrize("size", [0, 19, 21, 33, 65])
def test_a_payload_of_another_size_cannot_be_written(size: int) -> None:
    with pytest.raises(AddressError, match=f"payload of {size} bytes"):
        encode_cashaddr("bitcoincash", 0, bytes(size))


@pytest.mark.parametrize("kind", [-1, 16])
def test_a_type_out_of_range_cannot_be_written(kind: int) -> None:
    with pytest.raises(AddressError, match="out of range: expected 0 to 15"):
        encode_cashaddr("bitcoincash", kind, bytes(20))
