"""Text that would break out of a page or control a terminal, and a spend that is full of it."""

from __future__ import annotations

from dataclasses import replace

from bchcov import Input, Nft, Output, Token, Transaction, compile_contract, p2pkh
from bchcov.script.pushes import encode_push
from bchcov.seeing import Spending, see

from .refusals import ALICE, CATEGORY

__all__ = ["NASTY", "hostile"]

NASTY = [
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<!--",
    "]]>",
    '" onmouseover="alert(1)',
    "&lt;&#60;",
    "{{7*7}}${7*7}",
    "\x1b[31m",
    "\x1b]0;owned\x07",
    "\x9b31m",
    "\r\n\x08\x7f",
    "\u202eabc\u2066",
    "\u200b\ufeff\u2028\u2029",
    "\ud800",
    "[red]x[/red][@click=app.bell]y[/]",
]


def hostile(text: str, data: bytes) -> Spending:
    """A spend that is refused, with a text wherever text comes from outside, and data in it."""
    line = " ".join(text.split())
    source = (
        f"// {line}\n// @parameter bytes32 token\n// @state count:2\n"
        f"OP_0 OP_OUTPUTTOKENCATEGORY <token> OP_EQUALVERIFY // [{line or 'x'}] {line}\n"
        "OP_0 OP_UTXOTOKENCOMMITMENT OP_DROP <'</script><b>'> OP_DROP OP_0"
    )
    contract = compile_contract("guard", {"token": CATEGORY}, source=source)
    token = Token(CATEGORY, 5, Nft(data))
    unlocking = encode_push(data) + encode_push(contract.code)
    transaction = Transaction(
        (Input(b"\xaa" * 32, 0, unlocking),), (Output(900, p2pkh(bytes(20)), Token(CATEGORY, 1)),)
    )
    named = replace(contract, name=f"guard{text}")
    known = {text or "x": CATEGORY, f"key {text}": ALICE.public_key}
    return see(
        transaction, [contract.output(1_000, token)], contracts=[named], known=known, title=text
    )
