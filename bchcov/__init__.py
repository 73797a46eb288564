"""bchcov: build, run and attack Bitcoin Cash covenants."""

from __future__ import annotations

from .assembly import assemble, disassemble
from .errors import (
    AddressError,
    AssemblyError,
    BchcovError,
    BuildError,
    DecodeError,
    EncodeError,
    InvalidKey,
    InvalidTransaction,
    Reason,
    RulesError,
    StoreError,
    VectorError,
)
from .transaction.codec import (
    decode_outputs,
    decode_transaction,
    encode_outputs,
    encode_transaction,
    transaction_id,
)
from .transaction.context import TransactionContext
from .transaction.model import Capability, Input, Nft, Output, Token, Transaction
from .transaction.sighash import HashType, signature_digest
from .validation.verdict import Problem, Verdict
from .validation.verify import verify
from .vm.evaluate import evaluate_input, run_script
from .vm.metrics import Metrics
from .vm.result import InputFailed, InputResult
from .vm.rules.ruleset import RuleSet
from .vm.rules.upgrades import BCH_2023, BCH_2025, BCH_2026, BCH_SPEC, find_rules

__version__ = "0.1.0"

__all__ = [
    "BCH_2023",
    "BCH_2025",
    "BCH_2026",
    "BCH_SPEC",
    "AddressError",
    "AssemblyError",
    "BchcovError",
    "BuildError",
    "Capability",
    "DecodeError",
    "EncodeError",
    "HashType",
    "Input",
    "InputFailed",
    "InputResult",
    "InvalidKey",
    "InvalidTransaction",
    "Metrics",
    "Nft",
    "Output",
    "Problem",
    "Reason",
    "RuleSet",
    "RulesError",
    "StoreError",
    "Token",
    "Transaction",
    "TransactionContext",
    "VectorError",
    "Verdict",
    "assemble",
    "decode_outputs",
    "decode_transaction",
    "disassemble",
    "encode_outputs",
    "encode_transaction",
    "evaluate_input",
    "find_rules",
    "run_script",
    "signature_digest",
    "transaction_id",
    "verify",
]
