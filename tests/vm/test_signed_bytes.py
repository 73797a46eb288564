"""Signatures removed from the script they sign, held against a slow twin."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from bchcov import BCH_SPEC, Reason, run_script
from bchcov.assembly import assemble
from bchcov.script.pushes import encode_push, encode_push_by_length, instructions
from bchcov.vm.machine import Machine
from bchcov.vm.signing.signed_bytes import without_signature

SIGNATURES = st.sampled_from((b"", b"\x01", b"\x05", b"\x01\x01", bytes(76), bytes(256)))


def removed_slowly(code: bytes, signature: bytes) -> bytes:
    """What is left of `code`, instruction by instruction."""
    push = encode_push_by_length(signature)
    kept = b""
    for step in instructions(code):
        written = code[step.offset : step.end] if not step.missing else code[step.offset :]
        if written != push:
            kept += written
    return kept


def pieces(signature: bytes) -> st.SearchStrategy[bytes]:
    return st.one_of(
        st.binary(max_size=3),
        st.just(encode_push_by_length(signature)),
        st.just(encode_push_by_length(signature)[:-1]),
        st.just(encode_push(encode_push_by_length(signature))),
    )


@example(data=(b"", b"\x00\x01\x00\x00\x4c"))
@example(data=(bytes(76), encode_push(bytes(76))[:-1]))
# What looks like the push of it within the data of each kind of push.
@example(data=(b"\x05", b"\x02\x01\x05"))
@example(data=(b"\x05", b"\x4c\x02\x01\x05"))
@example(data=(b"\x05", b"\x4d\x02\x00\x01\x05"))
@example(data=(b"\x05", b"\x4e\x02\x00\x00\x00\x01\x05"))
@given(
    SIGNATURES.flatmap(
        lambda signature: st.tuples(
            st.just(signature), st.lists(pieces(signature), max_size=12).map(b"".join)
        )
    )
)
def test_a_signature_is_removed_where_a_whole_push_of_it_stands(data: tuple[bytes, bytes]) -> None:
    signature, code = data
    vm = Machine(BCH_SPEC.consensus, None, 0, unlocking_size=0)
    assert without_signature(vm, code, signature) == removed_slowly(code, signature)


def test_a_signature_of_any_length_that_a_stack_item_can_have_is_judged() -> None:
    for size in (75, 76, 255, 256, 65_535, 65_536, 70_000):
        code = assemble("OP_0 <signature> OP_1 <key> OP_1 OP_CHECKMULTISIG", {
            "signature": bytes(size), "key": b"\x02" + bytes(32)})  # fmt: skip
        assert run_script(code, BCH_SPEC.consensus).reason is Reason.SIG_DER
