"""Contracts with the opcodes of proposals, each beside its form today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from ecdsa.ecdsa import curve_secp256k1, generator_secp256k1
from ecdsa.ellipticcurve import Point
from measure_tables import table

from bchcov import (
    BCH_2026,
    BuiltTransaction,
    Coin,
    Contract,
    Output,
    PrivateKey,
    RuleSet,
    ScriptUnlocker,
    Signature,
    TransactionBuilder,
    TransactionContext,
    Unlocker,
    compile_contract,
    p2pkh,
    signature_digest,
    verify,
)
from bchcov.contract.argument_types import ArgumentValue
from bchcov.testing.cost import without_limits
from bchcov.vm.proposals import EC_ARITHMETIC, OP_SIGHASH
from bchcov.wallet import SigningSerialization

FOLDER = Path(__file__).parent.parent / "contracts"
DRAFT = BCH_2026.with_proposals(OP_SIGHASH, EC_ARITHMETIC)
OWNER, ANYBODY = PrivateKey(bytes(31) + b"\x01"), PrivateKey(bytes(31) + b"\x4d")
RECIPIENT = p2pkh(bytes(range(20)))
VALUE, FEE = 100_000, 1_000
DATA = bytes(range(250)) * 2
PRIME, ORDER = curve_secp256k1.p(), generator_secp256k1.order()
G = Point(curve_secp256k1, generator_secp256k1.x(), generator_secp256k1.y())
# Nobody knows the logarithm of H: its x is a hash.
H_X = int.from_bytes(sha256(b"bchcov: a second base").digest(), "big")


@dataclass(frozen=True)
class Form:
    """One form of a contract with an honest spend of it, and the rules that it needs."""

    name: str
    rules: RuleSet
    contract: Contract
    built: BuiltTransaction

    def row(self) -> list[str]:
        """What it takes: bytes of the script and the transaction, cost, and share of its limit."""
        verdict = verify(self.built.transaction, self.built.source_outputs, self.rules)
        assert verdict.ok, f"{self.name}: {verdict}"
        metrics = verdict.inputs[0].metrics
        assert metrics.op_cost_limit is not None
        share = 100 * metrics.op_cost / metrics.op_cost_limit
        cells = (self.contract.size, self.built.size, metrics.op_cost)
        return [self.name, *(f"{each:,}" for each in cells), f"{share:.0f} %"]


def load(name: str, **bindings: ArgumentValue) -> Contract:
    """Compile a contract of contracts/drafts, or of another folder of contracts."""
    path = name if "/" in name else f"drafts/{name}"
    source = (FOLDER / f"{path}.cashasm").read_text(encoding="utf-8")
    return compile_contract(name, bindings, source=source, rules=DRAFT)


def spending(contract: Contract, unlocker: Unlocker, *pay: Output) -> BuiltTransaction:
    """A transaction that spends a coin of a contract alone, whatever becomes of it."""
    coin: Coin = contract.coin("11" * 32, 0, VALUE)
    builder = TransactionBuilder(rules=DRAFT).spend(coin, unlocker)
    return builder.pay(*(pay or [Output(VALUE - FEE, RECIPIENT)])).build_exactly()


def allowances() -> tuple[Form, ...]:
    """A covenant that pays one recipient: bound by two signatures, by OP_SIGHASH, and today."""
    bound: dict[str, ArgumentValue] = {"recipient": RECIPIENT, "fee": FEE}
    old = load("sighash_covenant/allowance", **bound)
    new = load("allowance_sighash", **bound)
    now = load("allowance_introspection", **bound)
    proof = old.unlock.pay(SigningSerialization(), Signature(ANYBODY, hash_type=0x41), ANYBODY)
    return (
        Form("2018: two signature checks", BCH_2026, old, spending(old, proof)),
        Form("OP_SIGHASH", DRAFT, new, spending(new, new.unlock.pay(SigningSerialization()))),
        Form("introspection", BCH_2026, now, spending(now, now.unlock.pay())),
    )


def publications() -> tuple[Form, ...]:
    """Data in an unlocking script, protected by two signatures and by one."""
    two, one = load("data_two_signatures", owner=OWNER), load("data_sighash", owner=OWNER)
    outpoint = bytes.fromhex("11" * 32) + bytes(4)
    signature = Signature(OWNER)
    doubly = two.unlock.publish(signature, OWNER.sign_data(DATA + outpoint), DATA)
    return (
        Form("two signatures", BCH_2026, two, spending(two, doubly)),
        Form("OP_SIGHASH", DRAFT, one, publish(one, DATA)),
    )


def publish(contract: Contract, data: bytes, *, signed: bytes | None = None) -> BuiltTransaction:
    """Spend with data, signed with the digest of the transaction in one signature."""
    empty = spending(contract, contract.unlock.publish(bytes(64), data))
    context = TransactionContext(empty.transaction, empty.source_outputs)
    digest = signature_digest(context, 0, contract.code, 0x61)
    signature = OWNER.sign_data((data if signed is None else signed) + digest)
    return spending(contract, contract.unlock.publish(signature, data))


def second_base() -> Point:
    """The point H: the first x from a hash on that is on the curve, with an even y."""
    x = H_X
    while True:
        square = (x**3 + 7) % PRIME
        y = pow(square, (PRIME + 1) // 4, PRIME)
        if y * y % PRIME == square:
            return Point(curve_secp256k1, x, y if y % 2 == 0 else PRIME - y)
        x += 1


def number(value: int) -> bytes:
    """A coordinate or scalar as the proposal has it."""
    return int(value).to_bytes(32, "big")


def pedersen(value: int, blinding: int) -> Contract:
    """A contract that opens a commitment to a value."""
    h = second_base()
    committed = G * value + h * blinding
    points = {"": committed, "g_": G, "h_": h}
    named = {
        f"{name}{axis}": number(getattr(point, axis)())
        for name, point in points.items()
        for axis in "xy"
    }
    return load("pedersen", **named)


def opening(value: int = 1_234, blinding: int = ORDER // 3) -> Form:
    """The opening of a Pedersen commitment with OP_ECMUL and OP_ECADD."""
    contract = pedersen(value, blinding)
    unlocker = contract.unlock.open(number(value), number(blinding))
    name = "Pedersen opening, two multiplications of 256 bits"
    return Form(name, DRAFT, contract, spending(contract, unlocker))


def steps_of(base: Point, scalar: int) -> list[tuple[int, int]]:
    """The steps of double-and-add: whether each adds the base, and its slope."""
    point, steps = base, []
    for bit in bin(scalar)[3:]:
        x, y = point.x(), point.y()
        steps.append((0, int(3 * x * x * pow(2 * y, -1, PRIME) % PRIME)))
        point = point.double()
        if bit == "1":
            x, y = point.x(), point.y()
            steps.append((1, int((base.y() - y) * pow(base.x() - x, -1, PRIME) % PRIME)))
            point = point + base
    return steps


def in_script(bits: int, steps: Sequence[tuple[int, int]] | None = None) -> Form:
    """One multiplication in script, by a scalar with every second bit set."""
    scalar = int("10" * bits, 2) >> bits
    product = G * scalar
    contract = load(
        "multiply_in_script",
        x=int(product.x()),
        y=int(product.y()),
        base_x=int(G.x()),
        base_y=int(G.y()),
        prime=int(PRIME),
    )
    shown = steps_of(G, scalar) if steps is None else steps
    items = [item for kind, slope in reversed(shown) for item in (slope, kind)]
    unlocker = ScriptUnlocker(items, redeem_script=contract.code)
    name = f"in script, one multiplication of {bits} bits"
    return Form(name, BCH_2026, contract, spending(contract, unlocker))


def most_bits() -> int:
    """Find how many bits of a scalar one input that nodes relay can carry."""
    passing, failing = 8, 256
    while failing - passing > 1:
        bits = (passing + failing) // 2
        form = in_script(bits)
        if verify(form.built.transaction, form.built.source_outputs, BCH_2026).ok:
            passing = bits
        else:
            failing = bits
    return passing


def whole_in_script() -> str:
    """Say what one multiplication of 256 bits would take without limits of size and cost."""
    form = in_script(256)
    rules = without_limits(BCH_2026)
    verdict = verify(form.built.transaction, form.built.source_outputs, rules, scripts_only=True)
    assert verdict.ok, verdict
    size = len(form.built.transaction.inputs[0].unlocking_bytecode)
    cost = verdict.inputs[0].metrics.op_cost
    limit = BCH_2026.limits.op_cost_limit(size)
    assert limit is not None
    return (
        f"One multiplication of 256 bits in script would take {size:,} bytes of unlocking bytecode,"
        f" where 10,000 are relayed, and an operation cost of {cost:,}, {100 * cost / limit:.0f} %"
        " of what so many bytes pay for."
    )


HEAD = ["form", "script bytes", "transaction bytes", "op cost", "of its limit"]


def tables() -> str:
    """All tables, as the page has them."""
    allowance = table(HEAD, [each.row() for each in allowances()])
    data = table(HEAD, [each.row() for each in publications()])
    multiply = table(HEAD, [opening().row(), in_script(most_bits()).row()])
    return "\n\n".join(
        (
            "A covenant that pays one recipient, all but the fee:",
            allowance,
            f"{len(DATA)} bytes of data in an unlocking script that nobody can exchange:",
            data,
            "A commitment opened, and as much of a multiplication as one input carries today:",
            multiply,
            whole_in_script(),
        )
    )


if __name__ == "__main__":
    print(tables())
