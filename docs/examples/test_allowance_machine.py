from hypothesis import settings
from hypothesis.stateful import invariant, precondition, rule

from bchcov import PrivateKey, TransactionBuilder, load_contract
from bchcov.testing import SATOSHIS, ContractMachine, Party, numbers

CHILD, PARENT = (PrivateKey(bytes(31) + bytes([number])) for number in (1, 2))
POT = load_contract("docs/examples/Allowance.json", [CHILD, PARENT, 20_000])


class Allowance(ContractMachine):
    contracts, parties = (POT,), (Party("child", (CHILD,)), Party("parent", (PARENT,)))

    def begin(self):
        self.left = 100_000
        (self.coin,) = self.fund(POT.output(self.left))

    @precondition(lambda self: self.left > 30_000)
    @rule(amount=numbers(2_000, 20_000))
    def take(self, amount):
        self.chain.advance(144)
        builder = TransactionBuilder().spend(self.coin, POT.unlock.take(CHILD), sequence=144)
        builder = builder.pay(POT.output(self.left - amount)).change_to(CHILD.locking_bytecode)
        self.coin, self.left = self.submit(builder.build()).coin(0), self.left - amount

    @precondition(lambda self: self.left)
    @rule()
    def close(self):
        builder = TransactionBuilder().spend(self.coin, POT.unlock.close(PARENT))
        self.submit(builder.change_to(PARENT.locking_bytecode).build())
        self.left = 0

    def move_on(self):
        return not self.left or self.close() is None

    @invariant()
    def the_pot_holds_what_was_not_taken(self):
        assert self.holdings()[SATOSHIS] == self.left


TestAllowance = Allowance.TestCase
TestAllowance.settings = settings(max_examples=10, stateful_step_count=8, deadline=None)
