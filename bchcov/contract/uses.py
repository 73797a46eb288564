"""What a script uses the items for that it pushes: a run through all branches, without values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..script.opcodes import Op
from ..script.pushes import Instruction, instructions
from ..vm.rules.upgrades import BCH_SPEC
from .items import Item, Pushed, compare, merge, use
from .moves import CHOOSERS, MOVES, constant, gives
from .roles import Role

__all__ = ["find_pushes"]

# What is on the stack before a script begins, and how much of functions is followed.
_ARGUMENTS, _MAX_NESTED, _MAX_STEPS = 64, 20, 50_000
_MAX_KEYS, _MAX_PARTS = 20, 64
_HASHES = range(Op.OP_RIPEMD160, Op.OP_HASH256 + 1)
_NUMERIC = range(Op.OP_1ADD, Op.OP_WITHIN + 1)
_NUMBER_ON_TOP = frozenset({Op.OP_LSHIFTBIN, Op.OP_RSHIFTBIN, Op.OP_NUM2BIN})
_INTROSPECTION = range(Op.OP_INPUTINDEX, Op.OP_OUTPUTTOKENAMOUNT + 1)
_INDEXED = range(Op.OP_UTXOVALUE, Op.OP_OUTPUTTOKENAMOUNT + 1)
_EQUAL = (Op.OP_EQUAL, Op.OP_EQUALVERIFY)
_MULTISIG = (Op.OP_CHECKMULTISIG, Op.OP_CHECKMULTISIGVERIFY)
_SIGNATURE = {
    Op.OP_CHECKSIG: 1,
    Op.OP_CHECKSIGVERIFY: 1,
    Op.OP_CHECKDATASIG: 2,
    Op.OP_CHECKDATASIGVERIFY: 2,
}
"""How many items lie below the public key."""
_MADE = {
    Op.OP_UTXOBYTECODE: Role.LOCKING_BYTECODE,
    Op.OP_OUTPUTBYTECODE: Role.LOCKING_BYTECODE,
    Op.OP_UTXOTOKENCATEGORY: Role.CATEGORY,
    Op.OP_OUTPUTTOKENCATEGORY: Role.CATEGORY,
    Op.OP_UTXOTOKENCOMMITMENT: Role.COMMITMENT,
    Op.OP_OUTPUTTOKENCOMMITMENT: Role.COMMITMENT,
    Op.OP_OUTPOINTTXHASH: Role.TXID,
    Op.OP_ACTIVEBYTECODE: Role.CODE,
    Op.OP_INPUTBYTECODE: None,
}
_READ = {Op.OP_CHECKLOCKTIMEVERIFY: Role.LOCKTIME, Op.OP_CHECKSEQUENCEVERIFY: Role.AGE}


@dataclass(slots=True)
class _Branch:
    """An open OP_IF: the stack it began with, those that its parts have left, and its OP_ELSE."""

    other: list[Item]
    ends: list[list[Item]] = field(default_factory=list)
    has_else: bool = False


@dataclass(slots=True)
class _Run:
    pushes: dict[tuple[bytes, int], Pushed] = field(default_factory=dict)
    functions: dict[bytes, Pushed] = field(default_factory=dict)
    stack: list[Item] = field(default_factory=list)
    alt_stack: list[Item] = field(default_factory=list)
    is_over: bool = False
    steps: int = 0

    def script(self, code: bytes, outer: int | None = None, nested: int = 0) -> None:
        """Go through a script on the stack as it is."""
        branches: list[_Branch] = []
        before: Instruction | None = None
        for step in instructions(code):
            self.steps += 1
            if self.steps > _MAX_STEPS:
                return
            if step.opcode in (Op.OP_IF, Op.OP_NOTIF):
                branches.append(self.open_branch(step.opcode, before))
            elif step.opcode in (Op.OP_ELSE, Op.OP_ENDIF) and branches:
                self.end_part(branches, step.opcode)
            elif step.opcode == Op.OP_INVOKE:
                self.invoke(nested)
            else:
                self.step(code, step, step.offset if outer is None else outer)
            before = step

    def open_branch(self, opcode: int, before: Instruction | None) -> _Branch:
        self.pop()
        other = self.stack.copy()
        if before is not None and before.opcode == Op.OP_IFDUP:
            # Where the item is false it was not copied: it is the one that has been taken.
            (other if opcode == Op.OP_IF else self.stack).pop()
        return _Branch(other)

    def end_part(self, branches: list[_Branch], opcode: int) -> None:
        branch = branches[-1]
        if not self.is_over:
            branch.ends.append(self.stack)
        self.is_over = False
        if opcode == Op.OP_ELSE:
            self.stack, branch.has_else = branch.other.copy(), True
            return
        branches.pop()
        if not branch.has_else:
            branch.ends.append(branch.other)
        self.is_over = not branch.ends
        self.stack = merge(branch.ends) if branch.ends else branch.other

    def invoke(self, nested: int) -> None:
        identifier = self.pop().value
        body = None if identifier is None else self.functions.get(identifier)
        if body is None or nested >= _MAX_NESTED:
            self.stack = _arguments()
            return
        self.script(body.value, body.outer, nested + 1)

    def step(self, code: bytes, step: Instruction, outer: int) -> None:
        opcode, value = step.opcode, constant(step)
        if value is not None:
            self.push(code, step, outer, value)
        elif opcode in MOVES:
            takes, left = MOVES[opcode]
            moved = self.take(takes)
            self.stack += [moved[at] for at in left]
        elif opcode in CHOOSERS:
            self.choose(opcode)
        elif opcode == Op.OP_TOALTSTACK:
            self.alt_stack.append(self.pop())
        elif opcode == Op.OP_FROMALTSTACK:
            self.stack.append(self.alt_stack.pop() if self.alt_stack else Item())
        elif opcode == Op.OP_IFDUP:
            self.stack += self.take(1) * 2
        elif opcode == Op.OP_RETURN:
            self.is_over = True
        elif opcode == Op.OP_EVAL:
            self.stack = _arguments()
        elif opcode == Op.OP_DEFINE:
            self.define()
        else:
            self.operate(opcode)

    def push(self, code: bytes, step: Instruction, outer: int, value: bytes) -> None:
        key = code, step.offset
        if key not in self.pushes:
            is_data = step.data is not None
            self.pushes[key] = Pushed(code, step.offset, outer, value, is_data)
        item = Item(pushed=self.pushes[key])
        self.pushes[key].items.append(item)
        self.stack.append(item)

    def define(self) -> None:
        body, identifier = self.take(2)
        use(body, Role.CODE)
        if body.pushed is not None and identifier.value is not None:
            self.functions.setdefault(identifier.value, body.pushed)

    def choose(self, opcode: int) -> None:
        index = self.pop()
        use(index, Role.NUMBER)
        depth = _small(index)
        if depth is None:
            if opcode == Op.OP_ROLL:
                self.stack = _arguments()
            self.stack.append(Item())
            return
        chosen = self.take(depth + 1)
        if opcode == Op.OP_PICK:
            self.stack += chosen
        else:
            self.stack += chosen[1:]
        self.stack.append(chosen[0])

    def operate(self, opcode: int) -> None:
        """Do what takes items to make others of them."""
        if opcode in _READ:
            (top,) = self.take(1)
            use(top, _READ[Op(opcode)])
            self.stack.append(top)
        elif opcode == Op.OP_SIZE:
            self.stack += [*self.take(1), Item(Role.NUMBER)]
        elif opcode in _EQUAL:
            compare(*self.take(2))
            self.stack += [Item()] * gives(opcode)
        elif opcode in _SIGNATURE:
            use(self.pop(), Role.PUBLIC_KEY)
            self.take(_SIGNATURE[Op(opcode)])
            self.stack += [Item()] * gives(opcode)
        elif opcode in _MULTISIG:
            self.check_multisig()
            self.stack += [Item()] * gives(opcode)
        elif opcode == Op.OP_CAT:
            left, right = self.take(2)
            parts = (left.parts or (left,)) + (right.parts or (right,))
            # OP_DUP OP_CAT doubles them each time.
            self.stack.append(Item(parts=parts if len(parts) <= _MAX_PARTS else ()))
        elif opcode == Op.OP_SPLIT:
            self.split()
        elif opcode in _HASHES:
            self.stack.append(Item(hashed=self.pop()))
        else:
            self.calculate(opcode)

    def check_multisig(self) -> None:
        for role in (Role.PUBLIC_KEY, None):
            count = _small(self.pop())
            if count is None or count > _MAX_KEYS:
                self.stack = _arguments()
                return
            for each in self.take(count):
                if role is not None:
                    use(each, role)
        self.pop()

    def split(self) -> None:
        whole, index = self.take(2)
        use(index, Role.NUMBER)
        is_category = whole.role is Role.CATEGORY and _small(index) == 32
        roles = (Role.CATEGORY, Role.CAPABILITY) if is_category else (None, None)
        self.stack += [Item(role) for role in roles]

    def calculate(self, opcode: int) -> None:
        operation = BCH_SPEC.operations.get(opcode)
        takes = 0 if operation is None else operation.takes
        taken = self.take(1 if opcode in _INDEXED else takes)
        if opcode in _NUMBER_ON_TOP:
            use(taken[-1], Role.NUMBER)
        elif opcode in _NUMERIC or opcode in _INDEXED:
            for each in taken:
                use(each, Role.NUMBER)
        is_number = opcode in _NUMERIC or opcode in (Op.OP_BIN2NUM, Op.OP_DEPTH)
        role = Role.NUMBER if is_number and opcode not in _NUMBER_ON_TOP else None
        if opcode in _INTROSPECTION:
            role = _MADE.get(Op(opcode), Role.NUMBER)
        self.stack += [Item(role) for _ in range(gives(opcode))]

    def pop(self) -> Item:
        return self.take(1)[0]

    def take(self, count: int) -> list[Item]:
        """Take items off the stack, the lowest first; below it are others that are not known."""
        if count == 0:
            return []
        missing = count - len(self.stack)
        if missing > 0:
            self.stack[:0] = [Item() for _ in range(missing)]
        taken = self.stack[-count:]
        del self.stack[-count:]
        return taken


def _arguments() -> list[Item]:
    return [Item() for _ in range(_ARGUMENTS)]


def _small(item: Item) -> int | None:
    """The number that an item is, None for one that is not known, negative or large."""
    value = item.value
    if value is None or len(value) > 2 or value[-1:] >= b"\x80":
        return None
    return int.from_bytes(value, "little")


def find_pushes(code: bytes) -> Iterator[Pushed]:
    """Yield every push of a script and of its functions, with the items that it has left.

    All branches are followed, a loop once. What a number chooses that is not known, or what a
    function leaves that is not, is taken for an item of unknown origin.
    """
    run = _Run(stack=_arguments())
    run.script(code)
    # Also those that are never called, or by a number that is not known.
    for body in tuple(run.functions.values()):
        run.stack = _arguments()
        run.script(body.value, body.outer, _MAX_NESTED)
    yield from sorted(run.pushes.values(), key=lambda each: (each.outer, each.offset))
