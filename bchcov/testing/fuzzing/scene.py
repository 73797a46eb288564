"""What a campaign starts from: honest transactions, who takes part, and whose coins are whose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ...crypto.hashes import sha256
from ...errors import ContractError
from ...script.patterns import is_p2pkh, is_p2sh20, is_p2sh32, is_unspendable
from ...script.pushes import instructions
from ...transaction.codec import transaction_hash
from ...transaction.known import Known, known
from ...transaction.model import Capability, Nft, Output, Token, Transaction
from ...validation.verify import verify
from ...vm.rules.ruleset import RuleSet
from ...wallet.keys import PrivateKey
from .draft import Draft, DraftInput, draft_of
from .holdings import OWN_CATEGORY, SATOSHIS, Asset, Holdings, add_holdings
from .judging import Judge
from .parties import Party, with_signatures
from .rights import named_by, own_scripts, texts_of

__all__ = [
    "ATTACKER",
    "CONTRACT",
    "OWN_CATEGORY",
    "SATOSHIS",
    "STRANGER",
    "Asset",
    "Holdings",
    "Scene",
    "add_holdings",
    "make_scene",
]

CONTRACT, ATTACKER, _BURNT = "the contract", "the attacker", "nobody"
_NAMED = "somebody whom the contract names"

STRANGER = Party("a stranger", (PrivateKey(sha256(b"a stranger's key")),))
"""Somebody who takes part in nothing."""

_LAST_PUSH = 0x60
_NO_OUTPOINTS: frozenset[tuple[bytes, int]] = frozenset()


@dataclass(frozen=True)
class Scene:
    """Honest transactions as one attacker sees them, and everybody's scripts.

    `honest` has placeholders for the signatures, `originals` the bytes. `unique` holds the
    categories of which there is one NFT, so that no second coin has one.
    """

    judge: Judge
    honest: tuple[Draft, ...]
    originals: tuple[Draft, ...]
    parties: tuple[Party, ...]
    attacker: Party = STRANGER
    unique: frozenset[bytes] = frozenset()

    @property
    def rules(self) -> RuleSet:
        """The rules under which all is judged."""
        return self.judge.rules

    @cached_property
    def script(self) -> bytes:
        """Where the attacker is paid."""
        return (self.attacker.keys or STRANGER.keys)[0].locking_bytecode

    @cached_property
    def coins(self) -> Mapping[tuple[bytes, int], frozenset[Output]]:
        """The honest coins by their outpoints, including those that honest transactions create.

        Honest transactions may be alternatives, which find different coins at one place.
        """
        found: dict[tuple[bytes, int], set[Output]] = {}
        places = (place for draft in self.honest for place in draft.inputs)
        for place in (*places, *self.successors):
            found.setdefault(place.outpoint, set()).add(place.coin)
        return {outpoint: frozenset(coins) for outpoint, coins in found.items()}

    @cached_property
    def _known_coins(self) -> frozenset[Output]:
        return frozenset().union(*self.coins.values())

    @cached_property
    def successors(self) -> tuple[DraftInput, ...]:
        """The coins of contracts that honest transactions create, as inputs."""
        spent = {place.coin.locking_bytecode for draft in self.honest for place in draft.inputs}
        own = {script for party in self.parties for script in party.locking_bytecodes}
        return tuple(
            DraftInput(outpoint_hash, index, output)
            for draft in self.originals
            for outpoint_hash in (transaction_hash(draft.finish()[0]),)
            for index, output in enumerate(draft.outputs)
            if output.locking_bytecode in spent and output.locking_bytecode not in own
        )

    @cached_property
    def _spent_before(self) -> Mapping[bytes, frozenset[tuple[bytes, int]]]:
        """The outpoints that each honest transaction spends, by its hash."""
        return {
            transaction_hash(draft.finish()[0]): frozenset(place.outpoint for place in draft.inputs)
            for draft in self.originals
        }

    def spent_before(self, draft: Draft) -> frozenset[tuple[bytes, int]]:
        """Return what has been spent for the coins that a draft spends to be there."""
        made = [
            self._spent_before[place.outpoint_hash]
            for place in draft.inputs
            if place.outpoint_hash in self._spent_before
        ]
        return frozenset().union(*made) if made else _NO_OUTPOINTS

    @cached_property
    def owners(self) -> Mapping[bytes, str]:
        """Whose coins a script locks, of the scripts in honest transactions and the parties'."""
        found: dict[bytes, str] = {}
        for draft in self.honest:
            for output in (*draft.outputs, *(place.coin for place in draft.inputs)):
                found[output.locking_bytecode] = CONTRACT
        for party in self.parties:
            for script in party.locking_bytecodes:
                found[script] = party.name
        for script in (*self.attacker.locking_bytecodes, *own_scripts(self.honest, self.attacker)):
            found[script] = ATTACKER
        return found

    @cached_property
    def named(self) -> frozenset[str]:
        """The parties whom a contract or its state names."""
        places = (place for draft in self.honest for place in draft.inputs)
        return named_by(filter(self.of_contract, places), self.parties)

    @cached_property
    def _texts(self) -> frozenset[bytes]:
        """The contracts and their states, in which hashes of scripts may stand."""
        places = (place for draft in self.honest for place in draft.inputs)
        return frozenset(texts_of(filter(self.of_contract, places)))

    @cached_property
    def patterns(self) -> frozenset[tuple[int, ...]]:
        """The redeem scripts of the contracts, each without the values that it pushes."""
        return frozenset(
            _pattern(place.script)
            for draft in self.honest
            for place in draft.inputs
            if place.script is not None
        )

    def owner_of(self, output: Output, preimages: Mapping[bytes, bytes]) -> str:
        """Return the owner of an output: a script that nobody has is the attacker's."""
        script = output.locking_bytecode
        owner = self.owners.get(script)
        if owner is not None:
            return owner
        if is_unspendable(script):
            return _BURNT
        if any(_hash_in(script) in text for text in self._texts):
            return _NAMED
        # A contract that continues with other constants: its hash was computed when it ran.
        code = preimages.get(script[2:-1])
        if code is not None and _pattern(code) in self.patterns:
            return CONTRACT
        return ATTACKER

    @cached_property
    def is_elsewhere(self) -> Known[DraftInput, bool]:
        """Whether an input spends a coin where honest transactions show that there is another."""

        def is_elsewhere(place: DraftInput) -> bool:
            known = self.coins.get(place.outpoint)
            return known is not None and place.coin not in known

        return known(is_elsewhere)

    @cached_property
    def is_known(self) -> Known[DraftInput, bool]:
        """Whether an input spends an honest coin, or one that is like it and may well exist.

        There is no second coin with an NFT of a category that is declared unique.
        """

        def is_known(place: DraftInput) -> bool:
            coin = place.coin
            if coin in self.coins.get(place.outpoint, ()):
                return True
            token = coin.token
            if token is not None and token.nft is not None and token.category in self.unique:
                return False
            return coin in self._known_coins

        return known(is_known)

    def is_mine(self, place: DraftInput, preimages: Mapping[bytes, bytes]) -> bool:
        """Whether an input spends a coin of the attacker's, or one that they must have made."""
        return not self.is_known(place) or self.owner_of(place.coin, preimages) == ATTACKER

    def of_contract(self, place: DraftInput) -> bool:
        """Whether an input spends a contract's coin that the attacker has not made."""
        return self.owners.get(place.coin.locking_bytecode) == CONTRACT and self.is_known(place)

    def changes(self, draft: Draft, preimages: Mapping[bytes, bytes]) -> dict[str, Holdings]:
        """What each owner has more, or less, after a transaction."""
        found: dict[str, Holdings] = {ATTACKER: Counter()}
        for place in draft.inputs:
            mine = self.is_mine(place, preimages)
            owner = ATTACKER if mine else self.owner_of(place.coin, preimages)
            add_holdings(found.setdefault(owner, Counter()), place.coin, -1)
        for output in draft.outputs:
            owner = self.owner_of(output, preimages)
            if owner != _BURNT:
                add_holdings(found.setdefault(owner, Counter()), output, 1)
        return found

    @cached_property
    def _held_tokens(self) -> frozenset[tuple[bytes, Nft | None]]:
        """The tokens that the attacker has in honest transactions, and may have elsewhere."""
        return frozenset(
            (place.coin.token.category, place.coin.token.nft)
            for draft in self.honest
            for place in draft.inputs
            if place.coin.token is not None and self.attacker.has(place.coin)
        )

    def _is_writable(self, token: Token) -> bool:
        """Whether an NFT may be one that the attacker holds, and has written to before."""
        return token.nft is not None and any(
            category == token.category
            and held is not None
            and Capability.NONE < held.capability >= token.nft.capability
            for category, held in self._held_tokens
        )

    def is_fair(self, draft: Draft) -> bool:
        """Whether the attacker could have all coins of a draft that are not honest ones."""
        outpoints = {(place.outpoint_hash, place.outpoint_index) for place in draft.inputs}
        if len(outpoints) != len(draft.inputs):
            return False
        # A coin is there once those that it was made of have been spent.
        if not outpoints.isdisjoint(self.spent_before(draft)):
            return False
        return all(map(self._may_be_had, draft.inputs))

    @cached_property
    def _may_be_had(self) -> Known[DraftInput, bool]:
        """Whether the attacker could have a coin that is no honest one."""

        def may_be_had(place: DraftInput) -> bool:
            token = place.coin.token
            return (
                token is None
                or token.category == OWN_CATEGORY
                or self.is_known(place)
                or (token.category, token.nft) in self._held_tokens
                or self._is_writable(token)
            )

        return known(may_be_had)


def _hash_in(script: bytes) -> bytes:
    """The hash that a script asks for, the whole script if it asks for none."""
    if is_p2pkh(script):
        return script[3:23]
    return script[2:-1] if is_p2sh20(script) or is_p2sh32(script) else script


def _pattern(code: bytes) -> tuple[int, ...]:
    """The opcodes of a script, with all pushes alike."""
    return tuple(0 if step.opcode <= _LAST_PUSH else step.opcode for step in instructions(code))


def make_scene(
    honest: Iterable[tuple[Transaction, Sequence[Output]]],
    parties: Iterable[Party],
    rules: RuleSet,
    unique: Iterable[bytes] = (),
) -> Scene:
    """Make a scene of accepted transactions. Raises ContractError for one that is refused."""
    everybody = tuple(parties)
    originals, drafts = [], []
    for number, (transaction, outputs) in enumerate(honest):
        verdict = verify(transaction, outputs, rules)
        if not verdict.ok:
            said = f"is refused under {rules}: {verdict.error}"
            raise ContractError(f"honest transaction {number} {said}")
        original = draft_of(transaction, tuple(outputs))
        originals.append(original)
        drafts.append(with_signatures(original, everybody, rules))
    if not drafts:
        raise ContractError("a campaign needs at least one honest transaction")
    return Scene(Judge(rules), tuple(drafts), tuple(originals), everybody, unique=frozenset(unique))
