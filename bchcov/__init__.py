"""bchcov: build, run and attack Bitcoin Cash covenants.

Everything of a first day is here: `from bchcov import verify, TransactionBuilder, Chain, ...`.
A name is loaded when it is asked for, so importing the package costs next to nothing.
"""

from __future__ import annotations

from os import environ

__version__ = "0.1.0"
if environ.get("BCHCOV_PURE", "0") not in ("", "0"):
    from .engine import choose_sources

    choose_sources()

# Nothing else is imported here: the command line is ready for signals before that.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from .assembly import assemble, disassemble
    from .chain import Block, Chain, ChainFile, Submission
    from .contract import Contract, compile_contract, explain, load_contract, without_check
    from .encoding.addresses import Address, decode_address, encode_address, locking_bytecode_of
    from .errors import (
        AddressError,
        AssemblyError,
        BchcovError,
        BuildError,
        BuildRefused,
        ChainError,
        ContractError,
        DecodeError,
        EncodeError,
        FormatError,
        InputFailed,
        InvalidKey,
        InvalidTransaction,
        MissingExtra,
        RulesError,
        SettingsError,
        StoreError,
        TemplateError,
        TransactionRefused,
        VectorError,
    )
    from .formats import ReadTransaction, WalletTemplate, read_transaction, read_wallet_template
    from .reasons import Problem, Reason, TransactionCheck, TransactionReason
    from .script.numbers import decode_number, encode_number
    from .script.patterns import (
        data_output,
        multisig,
        p2pk,
        p2pkh,
        p2s,
        p2sh20,
        p2sh32,
        pattern_name,
    )
    from .seeing import Explanation, Spending, debug, see, see_built, see_submission, why
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
    from .validation.verdict import Verdict
    from .validation.verify import verify
    from .vm.evaluate import evaluate_input, run_script
    from .vm.metrics import Metrics
    from .vm.result import InputResult
    from .vm.rules.ruleset import RuleSet
    from .vm.rules.upgrades import BCH_2023, BCH_2025, BCH_2026, BCH_SPEC, RULE_SETS, find_rules
    from .vm.trace import Trace, TraceStep, trace, trace_input, trace_script
    from .wallet import (
        BuiltTransaction,
        Coin,
        MultisigUnlocker,
        P2pkhUnlocker,
        PrivateKey,
        RawUnlocker,
        ScriptUnlocker,
        Signature,
        Spend,
        TransactionBuilder,
        Unlocker,
    )
    from .wallet.funding import Funding
    from .wallet.signing import sign_p2pkh

# The names of each module that belong to the front door; a test holds the imports above to them.
_EXPORTS = {
    "assembly": ("assemble", "disassemble"),
    "chain": ("Block", "Chain", "ChainFile", "Submission"),
    "contract": ("Contract", "compile_contract", "explain", "load_contract", "without_check"),
    "errors": (
        "AddressError",
        "AssemblyError",
        "BchcovError",
        "BuildError",
        "BuildRefused",
        "ChainError",
        "ContractError",
        "DecodeError",
        "EncodeError",
        "FormatError",
        "InputFailed",
        "InvalidKey",
        "InvalidTransaction",
        "MissingExtra",
        "RulesError",
        "SettingsError",
        "StoreError",
        "TemplateError",
        "TransactionRefused",
        "VectorError",
    ),
    "formats": ("ReadTransaction", "WalletTemplate", "read_transaction", "read_wallet_template"),
    "reasons": ("Problem", "Reason", "TransactionCheck", "TransactionReason"),
    "encoding.addresses": ("Address", "decode_address", "encode_address", "locking_bytecode_of"),
    "script.numbers": ("decode_number", "encode_number"),
    "script.patterns": (
        "data_output",
        "multisig",
        "p2pk",
        "p2pkh",
        "p2s",
        "p2sh20",
        "p2sh32",
        "pattern_name",
    ),
    "seeing": ("Explanation", "Spending", "debug", "see", "see_built", "see_submission", "why"),
    "transaction.codec": (
        "decode_outputs",
        "decode_transaction",
        "encode_outputs",
        "encode_transaction",
        "transaction_id",
    ),
    "transaction.context": ("TransactionContext",),
    "transaction.model": ("Capability", "Input", "Nft", "Output", "Token", "Transaction"),
    "transaction.sighash": ("HashType", "signature_digest"),
    "validation.verdict": ("Verdict",),
    "validation.verify": ("verify",),
    "vm.evaluate": ("evaluate_input", "run_script"),
    "vm.metrics": ("Metrics",),
    "vm.result": ("InputResult",),
    "vm.rules.ruleset": ("RuleSet",),
    "vm.rules.upgrades": (
        "BCH_2023",
        "BCH_2025",
        "BCH_2026",
        "BCH_SPEC",
        "RULE_SETS",
        "find_rules",
    ),
    "vm.trace": ("Trace", "TraceStep", "trace", "trace_input", "trace_script"),
    "wallet": (
        "BuiltTransaction",
        "Coin",
        "MultisigUnlocker",
        "P2pkhUnlocker",
        "PrivateKey",
        "RawUnlocker",
        "ScriptUnlocker",
        "Signature",
        "Spend",
        "TransactionBuilder",
        "Unlocker",
    ),
    "wallet.funding": ("Funding",),
    "wallet.signing": ("sign_p2pkh",),
}
_HOMES = {name: module for module, names in _EXPORTS.items() for name in names}

__all__ = [
    "BCH_2023",
    "BCH_2025",
    "BCH_2026",
    "BCH_SPEC",
    "RULE_SETS",
    "Address",
    "AddressError",
    "AssemblyError",
    "BchcovError",
    "Block",
    "BuildError",
    "BuildRefused",
    "BuiltTransaction",
    "Capability",
    "Chain",
    "ChainError",
    "ChainFile",
    "Coin",
    "Contract",
    "ContractError",
    "DecodeError",
    "EncodeError",
    "Explanation",
    "FormatError",
    "Funding",
    "HashType",
    "Input",
    "InputFailed",
    "InputResult",
    "InvalidKey",
    "InvalidTransaction",
    "Metrics",
    "MissingExtra",
    "MultisigUnlocker",
    "Nft",
    "Output",
    "P2pkhUnlocker",
    "PrivateKey",
    "Problem",
    "RawUnlocker",
    "ReadTransaction",
    "Reason",
    "RuleSet",
    "RulesError",
    "ScriptUnlocker",
    "SettingsError",
    "Signature",
    "Spend",
    "Spending",
    "StoreError",
    "Submission",
    "TemplateError",
    "Token",
    "Trace",
    "TraceStep",
    "Transaction",
    "TransactionBuilder",
    "TransactionCheck",
    "TransactionContext",
    "TransactionReason",
    "TransactionRefused",
    "Unlocker",
    "VectorError",
    "Verdict",
    "WalletTemplate",
    "assemble",
    "compile_contract",
    "data_output",
    "debug",
    "decode_address",
    "decode_number",
    "decode_outputs",
    "decode_transaction",
    "disassemble",
    "encode_address",
    "encode_number",
    "encode_outputs",
    "encode_transaction",
    "evaluate_input",
    "explain",
    "find_rules",
    "load_contract",
    "locking_bytecode_of",
    "multisig",
    "p2pk",
    "p2pkh",
    "p2s",
    "p2sh20",
    "p2sh32",
    "pattern_name",
    "read_transaction",
    "read_wallet_template",
    "run_script",
    "see",
    "see_built",
    "see_submission",
    "sign_p2pkh",
    "signature_digest",
    "trace",
    "trace_input",
    "trace_script",
    "transaction_id",
    "verify",
    "why",
    "without_check",
]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Load a name of the front door the first time that it is asked for."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        found = globals()[name] = getattr(import_module(f".{_HOMES[name]}", __name__), name)
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
