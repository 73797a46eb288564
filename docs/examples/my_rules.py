from bchcov import BCH_2026
from bchcov.vm.proposals import Machine, Proposal, Reason, ScriptError, opcode


@opcode("OP_MULDIV", 0xE0, takes=3, gives=1, charge="500 and twice the length of the result")
def muldiv(vm: Machine) -> None:
    """( a b c -- a*b/c ) Multiply, then divide, whatever the size in between."""
    c, b, a = (vm.decode_number(vm.stack.pop()) for _ in range(3))
    if c == 0:
        raise ScriptError(Reason.DIV_BY_ZERO, "the divisor is 0")
    vm.op_cost += 500
    vm.push_number(a * b // c)


RULES = BCH_2026.with_proposals(Proposal("op-muldiv", (muldiv,)))
