"""A spend as a wallet template makes the same transaction again, and holds no key."""

from __future__ import annotations

import json

import pytest
from support.refusals import ALICE, bare, signed, vault, wrong_redeem_script

from bchcov import EncodeError
from bchcov.formats.wallet_template.template import template_of
from bchcov.seeing import Spending, spending_template

KINDS: dict[str, Spending] = {
    "P2SH32 with tokens": vault(value=9_000),
    "P2PKH": signed(),
    "signed for something else": signed(made=0x41),
    "a bare script": bare("OP_ADD <5> OP_EQUAL", "OP_2 OP_3"),
    "a push that is too long": bare("OP_5 OP_EQUAL", b"\x01\x05"),
    "another redeem script": wrong_redeem_script(),
}


@pytest.mark.parametrize("spending", KINDS.values(), ids=list(KINDS))
def test_a_template_makes_the_same_spend_again(spending: Spending) -> None:
    for index in range(len(spending.transaction.inputs)):
        text = json.dumps(spending_template(spending, index).to_json())
        template = template_of(json.loads(text))
        made = template.scenario("spend", "unlock")
        assert made.transaction == spending.transaction
        assert made.source_outputs == spending.source_outputs
        is_accepted = spending.trace(index).result.ok
        assert (template.scripts["unlock"].passes == ("spend",)) is is_accepted
        assert ALICE.secret.hex() not in text


def test_an_input_that_is_not_there_is_refused() -> None:
    with pytest.raises(EncodeError, match="input 3 is not there: the transaction has 2"):
        spending_template(signed(), 3)
