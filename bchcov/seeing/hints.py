"""What is certainly wrong with a refused input, as far as its operands show it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..assembly import disassemble
from ..crypto.hashes import hash160, hash256, ripemd160, sha256
from ..reasons import Reason
from ..script.numbers import decode_number, encode_number, minimal_number
from ..script.opcodes import Op, opcode_name
from ..script.patterns import is_p2pkh, is_p2sh20, is_p2sh32, p2sh20, p2sh32
from ..script.pushes import encode_push, instructions
from ..transaction.constants import AGE_IS_TIME, LOCKTIME_THRESHOLD, NO_AGE, SEQUENCE_FINAL
from .failing import Failing
from .items import shorten
from .signature_hints import signature_hints

__all__ = ["hints_of"]

_HASHES: tuple[tuple[str, Callable[[bytes], bytes]], ...] = (
    ("SHA256", sha256),
    ("HASH160", hash160),
    ("HASH256", hash256),
    ("RIPEMD160", ripemd160),
)


def hints_of(failing: Failing) -> tuple[str, ...]:
    """Say what is certainly wrong; nothing where that is not certain."""
    found: dict[str, None] = {}
    for find in (_pushes, _locktimes, _comparisons, _introspection, _ends, signature_hints):
        for hint in find(failing):
            found.setdefault(hint)
    return tuple(found)


def _pushes(failing: Failing) -> Iterator[str]:
    reason, step = failing.result.reason, failing.step
    if reason is Reason.MINIMALDATA and step is not None:
        pushed = next(instructions(step.code, step.offset)).data or b""
        shortest = encode_push(pushed)
        yield (
            f"the shortest push of {shorten(pushed)} is {disassemble(shortest)}"
            f" (bytes {shorten(shortest)})"
        )
    if reason is Reason.MINIMALNUM:
        for item in reversed(failing.stack[-3:]):
            if minimal_number(item) != item:
                fit = minimal_number(item)
                said = f"0x{fit.hex()}" if fit else "the empty item"
                yield (
                    f"{shorten(item)} is the number {decode_number(fit):,} with bytes to spare:"
                    f" {said} is its shortest form; OP_BIN2NUM makes it of bytes"
                )
                return


def _locktimes(failing: Failing) -> Iterator[str]:
    if failing.result.reason is not Reason.UNSATISFIED_LOCKTIME or failing.step is None:
        return
    transaction = failing.spending.transaction
    item = transaction.inputs[failing.index]
    required = decode_number(minimal_number(failing.stack[-1]))
    if failing.opcode == Op.OP_CHECKLOCKTIMEVERIFY:
        locktime = transaction.locktime
        if (locktime < LOCKTIME_THRESHOLD) != (required < LOCKTIME_THRESHOLD):
            yield (
                f"numbers below {LOCKTIME_THRESHOLD:,} are block heights, others seconds since"
                f" 1970: set the transaction's locktime to {required} or more of the same kind"
            )
        elif required > locktime:
            yield f"set the transaction's locktime to {required} at least: {locktime} is too early"
        if item.sequence == SEQUENCE_FINAL:
            yield (
                f"input {failing.index} has the final sequence number 0xffffffff, which switches"
                " the locktime off: give it 0xfffffffe"
            )
    else:
        if transaction.version < 2:
            yield f"ages need a transaction of version 2: this one has {transaction.version}"
        if item.sequence & NO_AGE:
            yield (
                f"the sequence number 0x{item.sequence:08x} of input {failing.index} says no age:"
                f" give it {required}"
            )
        elif (required ^ item.sequence) & AGE_IS_TIME:
            yield "one of the two ages is in blocks and the other in units of 512 seconds"
        elif required > item.sequence:
            yield f"give input {failing.index} the sequence number {required} at least"


def _comparisons(failing: Failing) -> Iterator[str]:
    pair = failing.compared
    if pair is None:
        return
    below, top = pair
    for one, other, which in ((below, top, "lower"), (top, below, "upper")):
        other_which = "upper" if which == "lower" else "lower"
        if len(one) >= 32 and one[:32] == other[:32][::-1] and one[32:] == other[32:]:
            name = failing.names.of(other)
            yield (
                f"the {which} item is the {other_which} one in reverse"
                f"{f' ({name})' if name else ''}: ids are displayed in reverse, and introspection"
                " gives the order of the wire"
            )
            return
        if len(one) == 33 and one[:32] == other and one[32:] in (b"\x01", b"\x02"):
            kind = "mutable" if one[32] == 1 else "minting"
            yield (
                f"the {which} item is the category with the byte 0x{one[32]:02x} of a {kind} NFT,"
                " the other one is the category alone"
            )
        if 33 == len(one) == len(other) and one[:32] == other[:32] and which == "lower":
            kinds = {1: "mutable", 2: "minting"}
            yield (
                f"the category is the same, the capability is not: {kinds.get(one[32], one[32])}"
                f" and {kinds.get(other[32], other[32])}"
            )
        for name, hashed in _HASHES:
            if hashed(one) == other:
                yield f"the {other_which} item is {name} of the {which} one: one is not hashed yet"
        if is_p2sh20(one) and is_p2sh32(other):
            yield "one is a P2SH20 locking bytecode, the other one P2SH32"
        if one and one != other and other == _opposite_end(one):
            yield "the bytes of the number are in the opposite order: numbers are little-endian"
    yield from _numbers(below, top)
    yield from _redeem_scripts(failing, top)


def _opposite_end(item: bytes) -> bytes:
    return item[::-1] if 2 <= len(item) <= 8 else b""


def _numbers(below: bytes, top: bytes) -> Iterator[str]:
    if max(len(below), len(top)) > 8 or below == top:
        return
    numbers = [decode_number(minimal_number(each)) for each in (below, top)]
    if numbers[0] == numbers[1]:
        yield (
            f"both are the number {numbers[0]:,}, in {len(below)} and {len(top)} bytes: OP_EQUAL"
            " compares bytes; OP_NUMEQUAL, OP_BIN2NUM and OP_NUM2BIN know numbers"
        )
    elif len(below) > 1 or len(top) > 1:
        yield f"{numbers[0]:,} and {numbers[1]:,} differ by {abs(numbers[0] - numbers[1]):,}"


def _redeem_scripts(failing: Failing, wanted: bytes) -> Iterator[str]:
    """Explain a redeem script, or a key, that is not the one whose hash the coin names."""
    step = failing.step
    output = failing.spending.source_outputs[failing.index]
    locking = output.locking_bytecode
    if step is None or step.code != locking or step.phase != "locking":
        return
    pushes = [each.data for each in instructions(_unlocking(failing)) if each.data]
    is_hashed = is_p2sh20(locking) or is_p2sh32(locking)
    last = list(instructions(_unlocking(failing)))[-1:]
    if is_hashed and (not last or not last[0].data):
        said = "is empty" if not last else f"ends with {opcode_name(last[0].opcode)}"
        yield (
            f"the unlocking bytecode {said}: its last push has to be the redeem script, whose hash"
            " the coin has"
        )
        return
    if is_p2pkh(locking) and pushes:
        name = failing.names.of(wanted)
        yield (
            f"the last push {shorten(pushes[-1])} is not the public key of this coin: its HASH160"
            f" is {shorten(hash160(pushes[-1]))}, the coin's {shorten(wanted)}"
            f"{f' ({name})' if name else ''}"
        )
    elif is_hashed and pushes:
        lock = p2sh20 if is_p2sh20(locking) else p2sh32
        fitting = [at for at, each in enumerate(pushes) if lock(each) == locking]
        if fitting:
            yield (
                f"the redeem script is push {fitting[0] + 1} of {len(pushes)}: it has to be the"
                " last one"
            )
            return
        other = p2sh32 if lock is p2sh20 else p2sh20
        if other(pushes[-1]) == locking:
            yield "the redeem script is hashed by the other function"
        yield (
            f"the redeem script of {len(pushes[-1])} bytes is not the one of this coin: a constant"
            " or an instruction in it differs"
        )


def _unlocking(failing: Failing) -> bytes:
    return failing.spending.transaction.inputs[failing.index].unlocking_bytecode


def _introspection(failing: Failing) -> Iterator[str]:
    transaction = failing.spending.transaction
    if failing.result.reason is Reason.INVALID_TX_OUTPUT_INDEX:
        yield f"the transaction has {len(transaction.outputs)} outputs, counted from 0"
    if failing.result.reason is Reason.INVALID_TX_INPUT_INDEX:
        yield f"the transaction has {len(transaction.inputs)} inputs, counted from 0"


def _left_over(failing: Failing, pushed: int) -> Iterator[str]:
    """Tell items that nothing took from those that the scripts themselves have left."""
    trace = failing.trace
    makers = failing.makers.before(len(trace))
    given = [each for each in makers if each >= 0 and trace.steps.phase(each) == "unlocking"]
    if given:
        item = f"{pushed} item{'' if pushed == 1 else 's'}"
        yield (
            f"the unlocking bytecode pushes {item}, of which the scripts left {len(given)} on the"
            " stack"
        )


def _hash_iterations(failing: Failing) -> Iterator[str]:
    """Say how long the unlocking bytecode would have to be for the hashes up to here."""
    limits, used = failing.spending.rules.limits, failing.result.metrics.hash_iterations
    size = len(_unlocking(failing))
    longer = size
    while (limits.hash_iteration_limit(longer) or used) < used:
        longer += 1
    yield (
        f"up to here the unlocking bytecode would need {longer - size} bytes more: hash less, or"
        " push what is long enough"
    )


def _open_blocks(failing: Failing) -> Iterator[str]:
    """Find the last block that a script leaves open."""
    code = _last_script(failing)
    opened: list[tuple[int, int]] = []
    for each in instructions(code):
        if each.opcode in (Op.OP_IF, Op.OP_NOTIF, Op.OP_BEGIN):
            opened.append((each.offset, each.opcode))
        elif each.opcode in (Op.OP_ENDIF, Op.OP_UNTIL) and opened:
            opened.pop()
    if opened:
        offset, opcode = opened[-1]
        yield f"the {opcode_name(opcode)} at byte {offset} is not closed"


def _last_script(failing: Failing) -> bytes:
    """Return the script that was about to run or to end."""
    steps = failing.trace.steps
    return steps.place(len(steps) - 1)[0] if len(steps) else b""


def _ends(failing: Failing) -> Iterator[str]:
    """Explain stacks that are too short or too long by what was pushed."""
    reason, result = failing.result.reason, failing.result
    pushed = sum(1 for _ in instructions(_unlocking(failing)))
    if reason is Reason.CLEANSTACK:
        yield from _left_over(failing, pushed)
    is_short = reason in (Reason.INVALID_STACK_OPERATION, Reason.UNBALANCED_CONDITIONAL)
    if is_short and failing.step is not None and len(failing.stack) < 4:
        item = f"{pushed} item{'' if pushed == 1 else 's'}"
        yield f"the unlocking bytecode pushes {item}: an argument is missing, or was taken before"
    if reason is Reason.OP_COST and result.metrics.op_cost_limit is not None:
        over = result.metrics.op_cost - result.metrics.op_cost_limit
        price = failing.spending.rules.limits.op_cost_limit(1) or 0
        price -= failing.spending.rules.limits.op_cost_limit(0) or 0
        if price:
            yield (
                f"each byte of the unlocking bytecode pays for {price} of operation cost: at"
                f" least {-(-over // price):,} more would be needed up to here"
            )
    if reason is Reason.TOO_MANY_HASH_ITERS:
        yield from _hash_iterations(failing)
    if reason in (Reason.UNBALANCED_CONDITIONAL, Reason.UNBALANCED_CONTROL_FLOW):
        yield from _open_blocks(failing)
    if reason is Reason.INVOKED_UNDEFINED_FUNCTION and failing.step is not None:
        names = ", ".join(shorten(each) or "0x" for each in failing.step.functions) or "none"
        yield f"functions are known by the bytes of their names; defined so far: {names}"
    if reason is Reason.INVALID_SPLIT_RANGE and len(failing.stack) > 1:
        yield f"the item has {len(failing.stack[-2])} bytes"
    if reason is Reason.IMPOSSIBLE_ENCODING and len(failing.stack) > 1:
        size = len(encode_number(decode_number(minimal_number(failing.stack[-2]))))
        yield f"the number needs {size} bytes"
