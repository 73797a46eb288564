"""OP_ECADD and OP_ECMUL: the authors' fixtures, and an implementation in plain Python."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ecdsa.ecdsa import curve_secp256k1, generator_secp256k1
from ecdsa.ellipticcurve import INFINITY, Point
from support.spends import spend

from bchcov import BCH_2026, InputResult, Reason, RulesError, run_script
from bchcov.script.pushes import encode_push
from bchcov.vm.proposals import EC_ARITHMETIC, ec_arithmetic

RULES = BCH_2026.with_proposals(EC_ARITHMETIC)
FIXTURES = Path(__file__).parent / "ec_arithmetic"
PRIME, ORDER = curve_secp256k1.p(), generator_secp256k1.order()
ADD, MULTIPLY = b"\xd6", b"\xd7"
# Its locking script is a push that is cut off. Nodes run the unlocking script and fail when they
# reach it; libauth, whose stack the fixture has, refuses such a script before anything runs.
CUT_OFF = "VM-ECMUL-08"
BELOW = b"\xde\xad\xbe\xef"
OPERANDS = {
    "OP_ECADD": (ADD, ("pointA_x", "pointA_y", "pointB_x", "pointB_y")),
    "OP_ECMUL": (MULTIPLY, ("point_x", "point_y", "scalar")),
}


def cases(pattern: str) -> Iterator[Any]:
    for path in sorted(FIXTURES.glob(pattern)):
        found = json.loads(path.read_text(encoding="utf-8"))
        for case in found["cases"]:
            yield pytest.param(found["opcode"], case, id=case["id"])


def run(opcode: bytes, *items: bytes) -> InputResult:
    return run_script(opcode, RULES, stack=(BELOW, *items))


@pytest.mark.parametrize(("opcode", "case"), [*cases("op_*-tests.json")])
def test_operands_give_what_the_draft_says(opcode: str, case: Any) -> None:
    code, names = OPERANDS[opcode]
    items = [bytes.fromhex(case["input"][name]) for name in names]
    result, expected = run(code, *items), case["expect"]
    assert result.ok is expected["success"]
    if result.ok:
        made = expected["output"]
        assert result.stack == (
            BELOW,
            bytes.fromhex(made["result_x"]),
            bytes.fromhex(made["result_y"]),
        )
    else:
        assert result.stack == (BELOW, *items)


@pytest.mark.parametrize(("_opcode", "case"), [*cases("vm-op_*-execution.json")])
def test_scripts_end_with_the_stack_that_the_draft_says(_opcode: str, case: Any) -> None:
    unlocking, locking = (
        bytes.fromhex(case[f"{each}Bytecode"]) for each in ("unlocking", "locking")
    )
    result = spend(locking, unlocking, RULES)
    expected = tuple(bytes.fromhex(item) for item in reversed(case["expect"]["stack"]))
    # A script that leaves several items fails by the rules on the whole input.
    ended = result.reason in (None, Reason.CLEANSTACK, Reason.EVAL_FALSE)
    assert ended is case["expect"]["success"]
    if case["id"] == CUT_OFF:
        assert (result.reason, len(result.stack)) == (Reason.BAD_OPCODE, 4)
    else:
        assert result.stack == expected


def encode(number: int, size: int = 32) -> bytes:
    return number.to_bytes(size, "big")


def items_of(point: Point) -> tuple[bytes, bytes]:
    return encode(point.x()), encode(point.y())


def read(x: bytes, y: bytes) -> Point | None:
    """A point of 32 bytes each that is on the curve."""
    numbers = int.from_bytes(x, "big"), int.from_bytes(y, "big")
    if len(x) != 32 or len(y) != 32 or max(numbers) >= PRIME:
        return None
    return Point(curve_secp256k1, *numbers) if curve_secp256k1.contains_point(*numbers) else None


def expected_sum(ax: bytes, ay: bytes, bx: bytes, by: bytes) -> tuple[bytes, ...] | None:
    a, b = read(ax, ay), read(bx, by)
    total = INFINITY if a is None or b is None else a + b
    return None if total == INFINITY else items_of(total)


def expected_product(x: bytes, y: bytes, scalar: bytes) -> tuple[bytes, ...] | None:
    point, number = read(x, y), int.from_bytes(scalar, "big")
    if point is None or len(scalar) != 32 or not 0 < number < ORDER:
        return None
    return items_of(point * number)


def random_point(chance: random.Random) -> tuple[bytes, bytes]:
    known = chance.choice((1, 2, 3, ORDER - 1, ORDER - 2, chance.randrange(1, ORDER)))
    return items_of(Point(curve_secp256k1, *_xy(known)))


def _xy(number: int) -> tuple[int, int]:
    point = generator_secp256k1 * number
    return point.x(), point.y()


def malformed(chance: random.Random, item: bytes) -> bytes:
    number = int.from_bytes(item, "big")
    return chance.choice(
        (
            item,
            item[1:],
            item + b"\x00",
            b"\x00" + item,
            b"",
            encode(PRIME),
            encode(ORDER),
            encode(2**256 - 1),
            encode(0),
            encode(PRIME - number % PRIME),
            encode((number + PRIME) % 2**256),
            encode(number ^ 1 << chance.randrange(256)),
        )
    )


@pytest.mark.parametrize("seed", range(8))
def test_random_operands_give_what_plain_python_computes(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(40):
        a, b = random_point(chance), random_point(chance)
        scalar = encode(chance.choice((1, 2, ORDER - 1, chance.randrange(1, ORDER))))
        for code, operands, expect in (
            (ADD, (*a, *b), expected_sum),
            (ADD, (*a, a[0], encode(PRIME - int.from_bytes(a[1], "big"))), expected_sum),
            (MULTIPLY, (*a, scalar), expected_product),
        ):
            items = list(operands)
            if chance.random() < 0.5:
                at = chance.randrange(len(items))
                items[at] = malformed(chance, items[at])
            expected = expect(*items)
            result = run(code, *items)
            assert result.ok is (expected is not None), items
            assert result.stack == (BELOW, *(items if expected is None else expected))


G = items_of(generator_secp256k1)
MINUS_G = G[0], encode(PRIME - int.from_bytes(G[1], "big"))


@pytest.mark.parametrize(
    ("code", "items", "reason", "detail"),
    [
        (ADD, (*G, G[0], b"\x01"), Reason.INVALID_OPERAND_SIZE, "y of the point b has 1 bytes"),
        (ADD, (*G, encode(PRIME), G[1]), Reason.PROPOSAL, "x of the point b 0xffff"),
        (ADD, (encode(1), encode(1), *G), Reason.PROPOSAL, "the point a is no point of secp256k1"),
        (ADD, (*G, *MINUS_G), Reason.PROPOSAL, "the sum is the point at infinity"),
        (MULTIPLY, (*G, b""), Reason.INVALID_OPERAND_SIZE, "the scalar has 0 bytes, expected 32"),
        (MULTIPLY, (*G, encode(0)), Reason.PROPOSAL, "expected 1 to the order of the curve - 1"),
        (MULTIPLY, (*G, encode(ORDER)), Reason.PROPOSAL, "expected 1 to the order of the curve"),
        (MULTIPLY, (b"\x01", G[1], encode(1)), Reason.INVALID_OPERAND_SIZE, "x of the point has 1"),
    ],
)
def test_a_failure_says_which_item_is_wrong(
    code: bytes, items: tuple[bytes, ...], reason: Reason, detail: str
) -> None:
    result = run(code, *items)
    assert (result.reason, result.stack) == (reason, (BELOW, *items))
    assert detail in result.detail


@pytest.mark.parametrize(("code", "takes"), [(ADD, 4), (MULTIPLY, 3)])
def test_too_few_items_are_a_failure_that_leaves_them(code: bytes, takes: int) -> None:
    items = (b"\x01",) * (takes - 1)
    result = run_script(code, RULES, stack=items)
    assert (result.reason, result.stack) == (Reason.INVALID_STACK_OPERATION, items)


def test_each_costs_its_parameter_and_the_bytes_of_its_result() -> None:
    rules = BCH_2026.with_proposals(ec_arithmetic(add_cost=1_000, multiply_cost=2_000))
    assert run_script(ADD, rules, stack=(*G, *G)).metrics.op_cost == 100 + 1_000 + 64
    product = run_script(MULTIPLY, rules, stack=(*G, encode(2)))
    assert product.metrics.op_cost == 100 + 2_000 + 64


def test_a_multiplication_may_not_cost_less_than_an_addition() -> None:
    with pytest.raises(RulesError, match="multiply_cost 1 is out of range"):
        ec_arithmetic(add_cost=2, multiply_cost=1)


def test_the_budget_of_an_input_bounds_multiplications() -> None:
    locking = MULTIPLY + b"\x6d\x51"
    unlocking = b"".join(map(encode_push, (*G, encode(2))))
    assert spend(locking, unlocking, RULES).ok
    dear = BCH_2026.with_proposals(ec_arithmetic(multiply_cost=1_000_000))
    assert spend(locking, unlocking, dear).reason is Reason.OP_COST


def test_released_rules_do_not_have_them() -> None:
    assert run_script(ADD, BCH_2026, stack=(*G, *G)).reason is Reason.BAD_OPCODE
