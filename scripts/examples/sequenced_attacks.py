"""Dishonest transactions with the basics of SequencedAMM in CashScript."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bchcov import Capability, Output, Token

from .artifact_example import Draft
from .example import ALICE, BOB, THIEF, Contracts, paid
from .sequenced import (
    BCH,
    BOND,
    BUY,
    DUST,
    FOREIGN,
    GOLD,
    HEAD,
    HEIGHT,
    PURSE,
    SALE,
    TAIL,
    TOKENS,
    Action,
    commit,
    expire,
    purse,
    reveal,
    state,
    ticket,
    waiting,
    withdraw,
)

Make = Callable[[Contracts], Draft]
MINTED = Output(DUST, THIEF.locking_bytecode, ticket(TAIL + 5, capability=Capability.MINTING))
THEIRS = THIEF.locking_bytecode


def outputs(path: Make, index: int, **fields: object) -> Make:
    """An honest transaction with other fields in one output."""

    def change(contracts: Contracts) -> Draft:
        draft = path(contracts)
        draft.outputs[index] = replace(draft.outputs[index], **fields)  # type: ignore[arg-type]
        return draft

    return change


def another_output(path: Make) -> Make:
    """One more output, with an NFT that the pool mints."""

    def change(contracts: Contracts) -> Draft:
        draft = path(contracts)
        draft.outputs.append(MINTED)
        return draft

    return change


def another_input(path: Make) -> Make:
    """One more input: the ticket of somebody else."""

    def change(contracts: Contracts) -> Draft:
        draft = path(contracts)
        draft.inputs.append(waiting(contracts))
        return draft

    return change


def a_ticket_pays(path: Make) -> Make:
    """The ticket of somebody else in place of the coin that pays."""

    def change(contracts: Contracts) -> Draft:
        draft = path(contracts)
        draft.inputs[-1] = waiting(contracts, PURSE)
        return draft

    return change


def commit_to_a_forged_pool(contracts: Contracts) -> Draft:
    """A coin under the pool's script, with an NFT of the thief's own, is input 0."""
    draft = commit(contracts)
    (pool, unlocker), _ = draft.inputs
    forged = replace(pool, token=state(category=FOREIGN))
    draft.inputs = [(forged, unlocker), (pool, unlocker)]
    draft.outputs[0] = replace(draft.outputs[0], token=state(tail=TAIL + 1, category=FOREIGN))
    draft.outputs[1] = replace(draft.outputs[1], token=ticket(TAIL, category=FOREIGN))
    draft.outputs[2] = paid(THIEF, BCH - 20_000)
    return draft


def reveal_to_a_forged_pool(contracts: Contracts) -> Draft:
    """The same with a ticket and a vault of the thief's own, none of them the pool's coins."""
    draft = reveal(contracts)
    pool, unlocker = draft.inputs[0]
    draft.inputs[0] = (replace(pool, token=state(category=FOREIGN)), unlocker)
    vault, own = purse(PURSE, TOKENS)
    draft.inputs[1] = (vault, own)
    draft.inputs[2] = (Output(BOND, vault.locking_bytecode, ticket(category=FOREIGN)), own)
    draft.inputs[3] = (pool, unlocker)
    token = state(HEAD + 1, tokens=TOKENS - BUY.bought, category=FOREIGN)
    draft.outputs[0] = replace(draft.outputs[0], token=token)
    draft.outputs[1] = replace(draft.outputs[1], value=PURSE)
    draft.outputs[3] = paid(THIEF, BCH - BUY.amount - 2_000)
    return draft


def commit_by_seconds(contracts: Contracts) -> Draft:
    """The locktime is a time, so that any block height is near."""
    draft = commit(contracts, deadline=499_999_999)
    draft.locktime = 1_700_000_000
    return draft


def reveal_with_a_forged_ticket(contracts: Contracts) -> Draft:
    """An order that nobody committed to, in an NFT of the thief's own."""
    draft = reveal(contracts)
    own = purse()[1]
    forged = Output(BOND, purse()[0].locking_bytecode, ticket(category=FOREIGN))
    draft.inputs[2] = (forged, own)
    return draft


def reveal_with_a_ticket_as_vault(contracts: Contracts) -> Draft:
    """The ticket of somebody else is input 1, and the thief brings the tokens."""
    draft = reveal(contracts)
    draft.inputs[1] = waiting(contracts)
    draft.inputs[3] = purse(PURSE, TOKENS)
    draft.outputs[1] = replace(draft.outputs[1], value=BOND)
    return draft


def reveal_the_next_but_one(contracts: Contracts) -> Draft:
    """An order jumps the queue."""
    draft = reveal(contracts)
    output, unlocker = draft.inputs[2]
    draft.inputs[2] = (replace(output, token=ticket(HEAD + 1)), unlocker)
    return draft


def reveal_something_else(contracts: Contracts) -> Draft:
    """The user decides what they have ordered when they see the price."""
    draft = reveal(contracts)
    output, unlocker = draft.inputs[2]
    draft.inputs[2] = (replace(output, token=ticket(action=SALE)), unlocker)
    return draft


def reveal_a_negative_sale(contracts: Contracts) -> Draft:
    """A sale of less than nothing is a buy, and the fee is paid to the buyer."""
    action = Action(False, -1_000, -(1 << 62))
    given = BCH * 997_000 // (TOKENS * 1000 - 997_000)
    draft = reveal(contracts, SALE)
    draft.inputs[0] = (draft.inputs[0][0], contracts["pool"].unlock.reveal(action.encoded))
    draft.inputs[2] = (replace(draft.inputs[2][0], token=ticket(action=action)), draft.inputs[2][1])
    draft.inputs[3] = purse()
    token = state(HEAD + 1, tokens=TOKENS - 1_000)
    draft.outputs[0] = replace(draft.outputs[0], value=BCH + given, token=token)
    draft.outputs[1] = replace(draft.outputs[1], token=Token(GOLD, TOKENS - 1_000))
    draft.outputs[2] = paid(BOB, DUST)
    draft.outputs[3] = paid(BOB, DUST, Token(GOLD, 1_000))
    return draft


def other_tokens(index: int) -> Make:
    """Tokens of the thief's own in an output, and the real ones in the change."""

    def change(contracts: Contracts) -> Draft:
        draft = reveal(contracts)
        token = draft.outputs[index].token
        assert token is not None
        forged = replace(token, category=FOREIGN)
        coin, unlocker = draft.inputs[3]
        draft.inputs[3] = (replace(coin, token=forged), unlocker)
        draft.outputs[index] = replace(draft.outputs[index], token=forged)
        draft.outputs[3] = replace(draft.outputs[3], token=token)
        return draft

    return change


def a_token_less(index: int) -> Make:
    """One of the tokens is in the change."""

    def change(contracts: Contracts) -> Draft:
        draft = reveal(contracts)
        token = draft.outputs[index].token
        assert token is not None
        draft.outputs[index] = replace(
            draft.outputs[index], token=replace(token, amount=token.amount - 1)
        )
        draft.outputs[3] = replace(draft.outputs[3], token=Token(GOLD, 1))
        return draft

    return change


def forged_expiry(contracts: Contracts) -> Draft:
    """A ticket of the thief's own has the number of an order that is not due."""
    draft = expire(contracts)
    forged, own = purse()
    token = ticket(deadline=0, category=FOREIGN)
    draft.inputs[1] = (replace(forged, token=token), own)
    return draft


def expiry_of_another(contracts: Contracts) -> Draft:
    """A later ticket is dropped, and the order at head, whose ticket is left, is skipped."""
    draft = expire(contracts)
    output, unlocker = draft.inputs[1]
    draft.inputs[1] = (replace(output, token=ticket(HEAD + 1, deadline=HEIGHT)), unlocker)
    return draft


def without_the_pool(contracts: Contracts) -> Draft:
    """The vault is spent alone."""
    draft = withdraw(contracts)
    draft.inputs[0] = purse()
    draft.outputs = [paid(THIEF, DUST, Token(GOLD, TOKENS))]
    return draft


def withdraw_by(key: bool) -> Make:
    """The thief shows their own key, or the provider's without a signature."""

    def change(contracts: Contracts) -> Draft:
        draft = withdraw(contracts)
        unlock = contracts["pool"].unlock
        unlocker = unlock.withdraw(THIEF, THIEF) if key else unlock.withdraw(ALICE, b"")
        draft.inputs[0] = (draft.inputs[0][0], unlocker)
        draft.outputs = [paid(THIEF, BCH - 1_000), paid(THIEF, DUST, Token(GOLD, TOKENS))]
        return draft

    return change
