"""CHIP-2025-05: arithmetic of points of the elliptic curve secp256k1.

What the draft leaves open is a parameter. `add_cost` and `multiply_cost`: the draft wants fixed
operation costs and that of OP_ECMUL to be at least that of OP_ECADD. By default OP_ECMUL costs
what a signature check does, which is the work of two multiplications at most, and OP_ECADD a
quarter of that; `scripts/draft_costs` measures both.
"""

from __future__ import annotations

from ...crypto.residue import FIELD_PRIME
from ...crypto.secp256k1 import GROUP_ORDER, add_points, is_point, multiply_point
from ...errors import Reason, RulesError, ScriptError
from ..machine import Machine
from ..operation import Operation
from ..rules.proposal import Proposal
from .opcode import opcode
from .parameters import named

__all__ = ["ec_arithmetic"]

_SIZE = 32
_DEFAULTS = {
    "add_opcode": 0xD6,
    "multiply_opcode": 0xD7,
    "add_cost": 6_500,
    "multiply_cost": 26_000,
}


def _check_number(item: bytes, what: str, *, least: int, limit: int) -> None:
    if len(item) != _SIZE:
        raise ScriptError(
            Reason.INVALID_OPERAND_SIZE, f"{what} has {len(item)} bytes, expected {_SIZE}"
        )
    if not least <= int.from_bytes(item, "big") < limit:
        name = "the order of the curve" if limit == GROUP_ORDER else "the prime of the field"
        what = f"{what} 0x{item.hex()}"
        raise ScriptError(
            Reason.PROPOSAL, f"{what} is out of range: expected {least} to {name} - 1"
        )


def _check_point(x: bytes, y: bytes, name: str) -> None:
    _check_number(y, f"y of {name}", least=0, limit=FIELD_PRIME)
    _check_number(x, f"x of {name}", least=0, limit=FIELD_PRIME)
    if not is_point(x + y):
        raise ScriptError(Reason.PROPOSAL, f"{name} is no point of secp256k1: 0x{(x + y).hex()}")


def _replace(vm: Machine, taken: int, point: bytes, cost: int) -> None:
    """Replace `taken` items by a point, y on top of x, and charge for it."""
    del vm.stack[-taken:]
    vm.op_cost += cost
    vm.push(point[:_SIZE])
    vm.push(point[_SIZE:])


def _add(number: int, cost: int) -> Operation:
    """( ax ay bx by -- x y )"""

    @opcode(
        "OP_ECADD",
        number,
        takes=4,
        gives=2,
        reads=None,
        charge=f"{cost:,} and the length of the result",
    )
    def run(vm: Machine) -> None:
        """( ax ay bx by -- x y ) Add two points of secp256k1."""
        ax, ay, bx, by = items = vm.stack[-4:]
        # Whatever fails is looked at item by item afterwards: most scripts do not fail.
        lengths = set(map(len, items))
        total = add_points(ax + ay, bx + by) if lengths == {_SIZE} else None
        if total is None:
            _check_point(bx, by, "the point b")
            _check_point(ax, ay, "the point a")
            raise ScriptError(Reason.PROPOSAL, "the sum is the point at infinity")
        _replace(vm, 4, total, cost)

    return run


def _multiply(number: int, cost: int) -> Operation:
    """( x y scalar -- x y )"""

    @opcode(
        "OP_ECMUL",
        number,
        takes=3,
        gives=2,
        reads=None,
        charge=f"{cost:,} and the length of the result",
    )
    def run(vm: Machine) -> None:
        """( x y scalar -- x y ) Multiply a point of secp256k1 by a scalar."""
        x, y, scalar = vm.stack[-3:]
        product = None
        if len(x) == len(y) == _SIZE:
            product = multiply_point(x + y, scalar)
        if product is None:
            _check_number(scalar, "the scalar", least=1, limit=GROUP_ORDER)
            _check_point(x, y, "the point")
            raise ScriptError(Reason.PROPOSAL, "the product is the point at infinity")
        _replace(vm, 3, product, cost)

    return run


def ec_arithmetic(
    *,
    add_opcode: int = _DEFAULTS["add_opcode"],
    multiply_opcode: int = _DEFAULTS["multiply_opcode"],
    add_cost: int = _DEFAULTS["add_cost"],
    multiply_cost: int = _DEFAULTS["multiply_cost"],
) -> Proposal:
    """Make CHIP-2025-05 with its opcodes' numbers and operation costs.

    Raises RulesError if OP_ECMUL would cost less than OP_ECADD.
    Source: CHIP-2025-05 Native Elliptic Curve Arithmetic Operations 0.2.0.
    """
    if multiply_cost < add_cost:
        raise RulesError(
            f"ec-arithmetic: multiply_cost {multiply_cost} is out of range: expected at least the"
            f" add_cost {add_cost}"
        )
    given = {
        "add_opcode": add_opcode,
        "multiply_opcode": multiply_opcode,
        "add_cost": add_cost,
        "multiply_cost": multiply_cost,
    }
    return Proposal(
        named("ec-arithmetic", _DEFAULTS, given),
        (_add(add_opcode, add_cost), _multiply(multiply_opcode, multiply_cost)),
        title="CHIP-2025-05 Native Elliptic Curve Arithmetic Operations",
        date="0.2.0 of 2026-07-06",
        source="CHIP-2025-05 Native Elliptic Curve Arithmetic Operations 0.2.0",
    )
