"""Findings: what a campaign found, made small, in words, and as files to replay."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

from ...encoding.printable import printable
from ...errors import BchcovError, RulesError
from ...formats.verify_lines import verify_line
from ...formats.vmb import vmb_rows
from ...transaction.codec import encode_outputs, encode_transaction, transaction_id
from ...transaction.context import TransactionContext
from ...transaction.model import Output, Transaction
from ...validation.verify import verify
from ...vm.rules.own_files import place_of
from ...vm.rules.ruleset import RuleSet
from ...vm.rules.upgrades import find_rules
from .bounds import is_bounded
from .comparing import FEE
from .differences import Difference, differences
from .draft import Draft
from .oracle import Loss
from .parties import hold
from .promises import broken
from .rewriting import rewritten
from .scene import SATOSHIS, Scene
from .search import Accepted, Search

__all__ = ["ATTACKS", "NOTES", "Finding", "shrink"]

ATTACKS = ("loss", "gain", "property")
"""The kinds that are attacks; all others are open to argument and shown apart."""

NOTES = {
    "more": "A little more is taken than honestly, and a check bounds it.",
    "price": "Less than half is paid of what is paid honestly.",
    "unpaid": "Somebody whom the contract pays gets next to nothing.",
    "unsigned": "A coin is spent without those who honestly sign for it.",
    "taken over": "A state names the attacker in somebody's place.",
    "again": "What was signed as data, or proved, is good a second time.",
    "replay": "A coin is spent with what was signed for another one.",
    "signer": "The only one who has to sign pays somebody else than honestly.",
    "holding": "Somebody loses if the attacker has more of a token than anybody honestly brings.",
    "other state": "Somebody loses on a path that is honestly taken in another state.",
    "later": "Somebody loses if it is done later than honestly.",
    "trust": "Somebody loses if one who signs data signs what they like.",
    "new path": "Somebody loses on a path that no honest transaction takes.",
    "no wait": "A lock on time need not be waited for.",
    "free state": "Any commitment is accepted.",
    "free item": "Nothing depends on a pushed item.",
    "malleable": "Anybody can give a signed transaction another id.",
}
"""What the kinds mean that are open to argument."""

_FEW = 10
"""Among how many differences those are looked for that must be undone together."""


@dataclass(frozen=True)
class Finding:
    """An accepted transaction that should not be.

    `kind` is "loss" (others have less than they should), "gain" (the attacker has more),
    "property" (one of the caller's is broken), or one of `NOTES`, which are open to argument.
    `differences` say how it differs from honest transaction `honest`, made as few as possible;
    `unchecked` are those of them that no script reads.
    Findings of one `cause` are shown once.
    """

    attacker: str
    kind: str
    sentence: str
    differences: tuple[str, ...]
    unchecked: tuple[str, ...]
    honest: int
    transaction: Transaction
    source_outputs: tuple[Output, ...]
    rules: RuleSet
    cause: tuple[str, ...] = field(repr=False)

    @property
    def is_attack(self) -> bool:
        """Whether somebody loses by it, beyond argument."""
        return self.kind in ATTACKS

    @property
    def txid(self) -> str:
        """The txid of the transaction as it is displayed."""
        return transaction_id(self.transaction)

    def __str__(self) -> str:
        lines = [f"{self.kind}: {self.attacker} as the attacker: {self.sentence}"]
        for each in self.differences:
            note = "; no check looks at it" if each in self.unchecked else ""
            lines.append(f"  {each}{note}")
        return "\n".join(lines)

    def replays(self) -> bool:
        """Whether the transaction is accepted still, from its bytes alone."""
        encoded = encode_transaction(self.transaction)
        return verify(encoded, encode_outputs(self.source_outputs), self.rules).ok

    def verify_line(self) -> dict[str, Any]:
        """Return the finding as the object of a line that `bchcov verify` reads."""
        name = f"{self.kind} by {self.attacker}"
        line = verify_line(self.transaction, self.source_outputs, self.rules, name=name)
        return {**line, "finding": self.sentence, "differences": list(self.differences)}

    def vmb_rows(self) -> list[Any]:
        """Return the finding as rows of a VMB file, which say that it must be refused."""
        rows = vmb_rows(self.transaction, self.source_outputs, self.sentence)
        label = f"{self.rules.name.removeprefix('BCH_').lower()}_invalid"
        return [[*row[:6], [label], *row[6:]] for row in rows]

    def pytest_function(self) -> str:
        """Return a pytest function that fails until the transaction is refused."""
        name = "".join(each if each.isalnum() else "_" for each in f"{self.kind}_{self.txid[:8]}")
        said = "\n    ".join(map(_quoted, (self.sentence, *self.differences)))
        imported, rules = _found_again(self.rules)
        return (
            f"def test_{name}_is_refused() -> None:\n"
            f'    """{said}"""\n'
            "    from bchcov import verify\n"
            f"{imported}\n\n"
            f'    transaction = bytes.fromhex("{encode_transaction(self.transaction).hex()}")\n'
            f'    source_outputs = bytes.fromhex("{encode_outputs(self.source_outputs).hex()}")\n'
            f"    rules = {rules}\n"
            "    assert not verify(transaction, source_outputs, rules).ok\n"
        )

    def save(self) -> str:
        """Return the finding as one line of JSON."""
        return json.dumps(self.verify_line(), ensure_ascii=True)


def _found_again(rules: RuleSet) -> tuple[str, str]:
    """Write an import and an expression that give these rules again: of a file, if they are."""
    mode = f"standard={rules.is_standard}"
    try:
        if find_rules(rules.name, standard=rules.is_standard) is rules:
            return "    from bchcov import find_rules", f'find_rules("{rules.name}", {mode})'
    except RulesError:
        pass
    place = place_of(rules.standard) or place_of(rules.consensus)
    if place is None or place[1] is None:
        where = "the_file_of_your_rules.py:RULES"
    else:
        where = f"{place[1]}:{place[2]}"
    loaded = f"load_rules({json.dumps(where)}, {mode})"
    return "    from bchcov.vm.rules.loading import load_rules", loaded


def _quoted(text: str) -> str:
    """Write a sentence, which may be of the caller's own property, so that a docstring holds it."""
    return printable(text.replace("\\", r"\\").replace('"', r"\""))


def shrink(
    accepted: Accepted, search: Search, known: Collection[tuple[str, ...]] = ()
) -> Finding | None:
    """Undo every difference from the honest transaction that is not needed.

    Returns None if a fresh verification of its bytes refuses it, or if its cause is
    known, which is that of one with some of its differences.
    """
    scene = search.scene
    reference = search.oracle.references[accepted.reference].draft
    number = search.origins[accepted.reference]
    # What is undone becomes what the attacker has: signatures of others as they were made.
    honest = hold(reference, scene.originals[number], scene.attacker.keys)
    draft, loss = accepted.draft, accepted.loss
    changed = True
    while changed:
        changed = False
        for smaller in _smaller(draft, list(differences(draft, honest, scene))):
            again = _judged(smaller, accepted, search)
            if again is not None:
                draft, loss, changed = smaller, again, True
                break
    left = list(differences(draft, honest, scene))
    try:
        transaction, coins = draft.finish()
        encoded = encode_transaction(transaction)
    except BchcovError:
        return None
    if not verify(encoded, encode_outputs(coins), scene.rules).ok:
        return None
    places = sorted(each.place for each in left) or [loss.sentence]
    if _is_known(loss.kind, places, known):
        return None
    if loss.kind in ("loss", "gain"):
        # A fee is known by where it is taken; more than that may have no bounds.
        is_fee = loss.asset == SATOSHIS and 0 < loss.amount <= FEE
        is_known = is_fee and _is_known("more", places, known)
        if is_known or _is_bounded(draft, loss, accepted, search):
            # What else it shows says more than the little that is taken.
            said = search.oracle.otherwise(draft, accepted.reference, search.preimages)
            if said is None and is_known:
                return None
            more = Loss("more", f"{loss.sentence}, and no more can be taken in this way")
            loss = said or more
            if _is_known(loss.kind, places, known):
                return None
    return Finding(
        scene.attacker.name,
        loss.kind,
        loss.sentence,
        tuple(each.says for each in left) or draft.steps[-1:],
        tuple(each.says for each in _unread(left, draft, scene)),
        number,
        transaction,
        coins,
        scene.rules,
        (loss.kind, *places),
    )


def _is_bounded(draft: Draft, loss: Loss, accepted: Accepted, search: Search) -> bool:
    return is_bounded(
        draft,
        loss,
        reference=accepted.reference,
        oracle=search.oracle,
        preimages=search.preimages,
    )


def _is_known(kind: str, places: list[str], known: Collection[tuple[str, ...]]) -> bool:
    """Whether less than these differences has shown the same."""
    return any(each[0] == kind and set(each[1:]) <= set(places) for each in known)


def _smaller(draft: Draft, found: Sequence[Difference]) -> Iterator[Draft]:
    """Yield the draft with one difference less, with one alone, then with two less.

    A coin and the outputs that it pays for can only be undone together.
    """
    for each in found:
        yield each.undone(draft)
    if 3 <= len(found) <= _FEW:
        for kept in found:
            yield _undone(draft, (each for each in found if each is not kept))
        for pair in combinations(found, 2):
            yield _undone(draft, pair)


def _undone(draft: Draft, found: Iterable[Difference]) -> Draft:
    for each in found:
        draft = each.undone(draft)
    return draft


def _judged(draft: Draft, accepted: Accepted, search: Search) -> Loss | None:
    """Whether a smaller draft is accepted and shows the same."""
    scene = search.scene
    if not scene.is_fair(draft):
        return None
    try:
        transaction, coins = draft.finish()
    except BchcovError:
        return None
    search.judged += 1
    if not scene.judge.verify(transaction, coins).ok:
        return None
    kind = accepted.loss.kind
    if kind == "property":
        found = broken(search.properties, scene, draft, transaction, coins)
        return None if found is None else replace(accepted.loss, sentence=found)
    if kind in ("free item", "free state"):
        return None
    if kind == "malleable":
        honest = scene.honest[accepted.reference]
        return accepted.loss if rewritten(draft, honest, scene) else None
    loss = search.oracle.judge(draft, accepted.reference, search.preimages)
    # What is beyond argument without a difference does not need it.
    is_alike = loss is not None and (loss.kind == kind or loss.kind in ATTACKS)
    return loss if is_alike else None


def _unread(found: list[Difference], draft: Draft, scene: Scene) -> Iterator[Difference]:
    """Those differences that no introspection of any input reads."""
    context = TransactionContext(*draft.finish())
    reads = {
        read
        for index in range(len(draft.inputs))
        for read in scene.judge.watch(context, index).reads
    }
    for each in found:
        if each.reads and not reads.intersection(each.reads):
            yield each


Progress = Callable[[int, int], None]
"""Is told how many transactions have been judged and how many findings there are."""
