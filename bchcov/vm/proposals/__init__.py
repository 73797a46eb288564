"""Proposals for rules to come: one file each, and what an own one is made of."""

from ...errors import Reason, ScriptError
from ...transaction.context import TransactionContext
from ..machine import Machine
from ..rules.proposal import Proposal
from .ec_arithmetic import ec_arithmetic
from .known import EC_ARITHMETIC, OP_SIGHASH, PROPOSALS, find_proposal
from .op_sighash import op_sighash
from .opcode import opcode, reads_everything

__all__ = [
    "EC_ARITHMETIC",
    "OP_SIGHASH",
    "PROPOSALS",
    "Machine",
    "Proposal",
    "Reason",
    "ScriptError",
    "TransactionContext",
    "ec_arithmetic",
    "find_proposal",
    "op_sighash",
    "opcode",
    "reads_everything",
]
