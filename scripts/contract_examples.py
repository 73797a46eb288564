"""The contracts to learn from: who takes part, honest spends, and for each check its attacks."""

from __future__ import annotations

from examples.artifact_example import ArtifactExample
from examples.capped_mint import CAPPED_MINT
from examples.escrow import ESCROW
from examples.example import Attack, Example
from examples.hash_lock import HASH_LOCK
from examples.htlc import HTLC
from examples.last_will import LAST_WILL
from examples.recurring_payment import RECURRING_PAYMENT
from examples.sequenced_example import SEQUENCED
from examples.sighash_covenant import SIGHASH_COVENANT
from examples.stream import STREAM, STREAM_BY_HAND
from examples.vault import VAULT

__all__ = [
    "ARTIFACT_EXAMPLES",
    "EXAMPLES",
    "SEQUENCED",
    "STREAM",
    "STREAM_BY_HAND",
    "ArtifactExample",
    "Attack",
    "Example",
]

EXAMPLES = (
    HASH_LOCK,
    HTLC,
    LAST_WILL,
    RECURRING_PAYMENT,
    ESCROW,
    VAULT,
    CAPPED_MINT,
    SIGHASH_COVENANT,
    STREAM_BY_HAND,
)
ARTIFACT_EXAMPLES = (STREAM, SEQUENCED)
