"""Evaluating an input: unlocking bytecode, locking bytecode, and the redeem script of P2SH.

Source: Bitcoin Cash Node, VerifyScript; the checks are made in its order.
"""

from __future__ import annotations

from collections.abc import Callable

from ..encoding.expected import expect_bytes, expect_number, kind_of, shown
from ..errors import EncodeError, Reason, RulesError, ScriptError
from ..script.patterns import is_p2sh20, is_p2sh32, is_witness_program
from ..script.pushes import is_push_only
from ..transaction.context import TransactionContext
from .decode import decode, decode_kept
from .machine import Machine, Observer
from .metrics import Metrics
from .program import Program
from .recording import RECORDERS, evaluate_recorded
from .result import InputResult, Run
from .rules.ruleset import RuleSet
from .rules.upgrades import BCH_2026
from .truth import is_true

__all__ = [
    "begin",
    "check_rules",
    "evaluate_input",
    "failed",
    "finish",
    "passed",
    "run_script",
]


def _metrics(vm: Machine) -> Metrics:
    op_cost_limit, hash_iteration_limit, signature_check_limit = vm.budgets
    return Metrics(
        vm.op_cost,
        op_cost_limit,
        vm.hash_iterations,
        hash_iteration_limit,
        vm.signature_checks,
        signature_check_limit,
        vm.instructions,
    )


def _run_phase(
    vm: Machine, code: bytes, decode: Callable[[bytes, RuleSet], Program] = decode_kept
) -> None:
    size, limit = len(code), vm.limits.script_size
    if size > limit:
        raise ScriptError(Reason.SCRIPT_SIZE, f"{size} bytes, limit {limit}")
    vm.begin_phase(code)
    vm.run(decode(code, vm.rules))
    if vm.control:
        vm.check_balanced()


def _require_true(vm: Machine) -> None:
    if not vm.stack:
        raise ScriptError(Reason.EVAL_FALSE, "the stack is empty at the end")
    if not is_true(vm.stack[-1]):
        top = vm.stack[-1]
        raise ScriptError(Reason.EVAL_FALSE, f"the top stack item is false: 0x{top[:32].hex()}")


def _require_push_only(unlocking: bytes) -> None:
    if not is_push_only(unlocking):
        raise ScriptError(
            Reason.SIG_PUSHONLY, "the unlocking bytecode contains operations other than pushes"
        )


def _is_p2sh(locking: bytes, rules: RuleSet) -> bool:
    switches = rules.switches
    return switches.pay_to_script_hash and (
        is_p2sh20(locking) or (switches.pay_to_script_hash_32 and is_p2sh32(locking))
    )


def _check_end(vm: Machine, unlocking: bytes) -> None:
    switches = vm.switches
    if switches.clean_stack and len(vm.stack) != 1:
        raise ScriptError(
            Reason.CLEANSTACK, f"{len(vm.stack)} items are left on the stack, expected 1"
        )
    limit = vm.budgets[2]
    if limit is not None and vm.signature_checks > limit:
        raise ScriptError(
            Reason.INPUT_SIGCHECKS,
            f"{vm.signature_checks} signature checks in {len(unlocking)} unlocking bytes,"
            f" limit {limit}",
        )


def check_rules(rules: RuleSet) -> None:
    """Raise RulesError unless `rules` is a rule set."""
    if type(rules) is not RuleSet:
        raise RulesError(f"rules must be a RuleSet, not {kind_of(rules)}: see find_rules")


def _check_place(context: TransactionContext, index: int) -> None:
    if not isinstance(context, TransactionContext):
        raise EncodeError(f"context must be a TransactionContext, not {kind_of(context)}")
    inputs, spent = len(context.transaction.inputs), len(context.source_outputs)
    if not 0 <= expect_number(index, "input index") < inputs or index >= spent:
        raise EncodeError(
            f"input {shown(index)} cannot be run: the transaction has {inputs} inputs and {spent}"
            " spent outputs"
        )


def evaluate_input(
    context: TransactionContext,
    index: int,
    rules: RuleSet = BCH_2026,
    *,
    observe: Observer | None = None,
) -> InputResult:
    """Evaluate input `index` of a transaction: run its scripts under `rules`.

    A failing script is a result, not an exception. `observe` is called before each
    instruction with the machine, the program and the position in it. Raises EncodeError
    for an index without an input and a spent output, and RulesError for `rules` that are not
    a rule set.
    """
    check_rules(rules)
    _check_place(context, index)
    if RECORDERS:
        return evaluate_recorded(_evaluate, context, index, rules, observe)
    return _evaluate(context, index, rules, observe)


def _evaluate(
    context: TransactionContext, index: int, rules: RuleSet, observe: Observer | None
) -> InputResult:
    unlocking = context.transaction.inputs[index].unlocking_bytecode
    vm = Machine(rules, context, index, unlocking_size=len(unlocking), observe=observe)
    try:
        begin(vm, unlocking)
        finish(vm, unlocking, context.source_outputs[index].locking_bytecode)
    except ScriptError as error:
        return failed(vm, error, vm.phase, Run(context, index, rules))
    return passed(vm)


def begin(vm: Machine, unlocking: bytes) -> None:
    """Run the unlocking bytecode of an input, the first of its phases."""
    if vm.switches.push_only_unlocking:
        _require_push_only(unlocking)
    _run_phase(vm, unlocking, decode)


def finish(vm: Machine, unlocking: bytes, locking: bytes) -> None:
    """Do what follows the script of the phase in which the machine is, to the end of the input."""
    pays_to_script_hash = _is_p2sh(locking, vm.rules)
    if vm.phase == "unlocking":
        if pays_to_script_hash:
            vm.pushed = vm.stack.copy()
        vm.phase = "locking"
        _run_phase(vm, locking)
    if vm.phase == "locking":
        _require_true(vm)
        if pays_to_script_hash:
            _require_push_only(unlocking)
            vm.phase = "redeem"
            redeem = vm.pushed.pop()
            if not _is_recovery(vm, locking, redeem):
                vm.stack = vm.pushed
                _run_phase(vm, redeem)
                _require_true(vm)
    else:
        _require_true(vm)
    _check_end(vm, unlocking)


def _is_recovery(vm: Machine, locking: bytes, redeem: bytes) -> bool:
    """Whether a redeem script is not run, so that coins sent to a segwit address are not lost."""
    return (
        vm.switches.segwit_recovery
        and not vm.pushed
        and is_p2sh20(locking)
        and is_witness_program(redeem)
    )


def passed(vm: Machine) -> InputResult:
    """Make the result of an input that is accepted."""
    return InputResult(_metrics(vm), tuple(vm.stack), tuple(vm.alt_stack))


def failed(vm: Machine, error: ScriptError, phase: str, run: Run | None = None) -> InputResult:
    """Make the result of an input that is refused."""
    return InputResult(
        _metrics(vm),
        tuple(vm.stack),
        tuple(vm.alt_stack),
        error.reason,
        error.detail,
        phase,
        error.code,
        error.position if error.code is not None else None,
        run,
    )


def run_script(
    code: bytes,
    rules: RuleSet = BCH_2026,
    *,
    context: TransactionContext | None = None,
    index: int = 0,
    stack: tuple[bytes, ...] = (),
    observe: Observer | None = None,
) -> InputResult:
    """Run a single script on `stack`, with or without a transaction.

    The cost limits are those of an input with an empty unlocking bytecode. The result is
    accepted if the script ends without failing, whatever it leaves on the stack. Raises
    EncodeError for arguments of the wrong type, RulesError for `rules` that are not a rule
    set.
    """
    check_rules(rules)
    expect_bytes(code, "script")
    if context is not None:
        _check_place(context, index)
    if not isinstance(stack, (tuple, list)):
        raise EncodeError(f"stack must be a tuple of bytes, not {kind_of(stack)}")
    for item in stack:
        expect_bytes(item, "stack item")
    vm = Machine(rules, context, index, unlocking_size=0, observe=observe)
    vm.stack.extend(stack)
    try:
        _run_phase(vm, code)
    except ScriptError as error:
        return failed(vm, error, "script")
    return passed(vm)
