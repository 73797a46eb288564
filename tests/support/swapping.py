"""A ticketed pool that lives on a chain's file; run with the file's path, it goes on till killed.

It prints a line for each transaction that was accepted. All it knows, it reads from the file.
"""

from __future__ import annotations

import sys
from itertools import count

from bchcov import Output, Token, Transaction
from bchcov.amm import ticketed as amm
from bchcov.amm.ticketed.pool import Pool
from bchcov.chain import ChainFile
from bchcov.crypto.hashes import sha256
from bchcov.simulator import Wallet
from bchcov.wallet import BuiltTransaction, Coin, P2pkhUnlocker, PrivateKey, Spend
from bchcov.wallet.funding import Funding

TOKENS = sha256(b"tokens")
KEY = PrivateKey(sha256(b"everybody"))
MINE = KEY.locking_bytecode


def parameters_of(category: bytes) -> amm.Parameters:
    return amm.Parameters(
        pool_category=category,
        token_category=TOKENS,
        owner=KEY.public_key_hash,
        depth=3,
        min_trade=100,
        max_wait=12,
    )


def spends(transaction: Transaction, coin: Coin) -> bool:
    first = transaction.inputs[0]
    return (first.outpoint_hash, first.outpoint_index) == coin.outpoint


class Life:
    """The pool as the chain shows it: whatever was accepted is followed from the genesis on."""

    def __init__(self, file: ChainFile) -> None:
        self.chain, self.wallet = file.chain, Wallet(file)
        self.wallet.add("everybody", KEY)
        self.pool: Pool | None = None
        transactions = [each for block in self.chain.blocks for each in block.transactions]
        for transaction in [*transactions, *self.chain.mempool.values()]:
            if self.pool is None:
                self.read_genesis(transaction)
            elif spends(transaction, self.pool.coin):
                sources = self.chain.source_outputs(transaction)
                self.pool, _ = self.pool.follow(transaction, sources)

    def read_genesis(self, transaction: Transaction) -> None:
        if len(transaction.inputs) == 2:
            parameters = parameters_of(transaction.inputs[0].outpoint_hash)
            self.pool = amm.check_genesis(transaction, parameters)

    def check(self) -> None:
        """The invariants of a pool, and that its coins are on the chain."""
        if self.pool is None:
            return
        state, parameters = self.pool.state, self.pool.scripts.parameters
        assert self.chain.coin(self.pool.coin.outpoint) == self.pool.coin
        assert self.chain.coin(self.pool.vault.outpoint) == self.pool.vault
        assert self.pool.coin.value == state.bch_reserve + parameters.bond * state.pending
        assert self.pool.vault.token == Token(TOKENS, state.token_reserve)
        assert state.root == self.pool.queue.root
        commitments = self.wallet.commitments(parameters.pool_category)
        for entry in self.pool.entries:
            assert entry.action_hash in commitments, "a commitment is lost with a process"

    def funding(self) -> Funding:
        return Funding(MINE, [Spend(each, P2pkhUnlocker(KEY)) for each in self.chain.coins(MINE)])

    def submit(self, built: BuiltTransaction) -> None:
        print("accepted", self.chain.submit(built.transaction).require().txid)

    def take(self, step: amm.Step) -> None:
        self.submit(step.built)
        self.pool = step.after

    def begin(self) -> None:
        money = Output(10**9, MINE), Output(10**6, MINE, Token(TOKENS, 10**6))
        first, stock = self.chain.fund(*money)
        unlock = P2pkhUnlocker(KEY)
        parameters = parameters_of(first.outpoint_hash)
        funding = Funding(MINE, [Spend(stock, unlock)])
        self.take(
            amm.genesis(parameters, amm.Reserves(10**8, 10**6), Spend(first, unlock), funding)
        )

    def go_on(self, number: int) -> None:
        """One step of the life, whatever the last process left."""
        if self.pool is None:
            self.begin()
            return
        pool, chain = self.pool, self.chain
        category = pool.scripts.parameters.pool_category
        if pool.entries:
            known = self.wallet.commitments(category)
            action = known[pool.entries[0].action_hash].action
            data = amm.make_order(pool.scripts, action, pool.entries[0], self.funding())
            there = chain.coins(data.order.coin.locking_bytecode)
            if not there:
                self.submit(data.built)
                there = [data.order.coin]
            order = amm.read_order(pool.scripts, there[0])
            self.take(amm.execute(pool, [order], self.funding()))
        else:
            made = self.wallet.commit("everybody", category, amm.BUY, 1_000 + number, 0)
            ticket = amm.make_ticket(pool.scripts, made.action, chain.height + 9, self.funding())
            self.submit(ticket.built)
            self.take(amm.sequence(pool, [ticket.ticket], chain.height, self.funding()))
        if number % 3 == 0:
            chain.mine()


if __name__ == "__main__":
    with ChainFile(sys.argv[1]) as opened:
        life = Life(opened)
        print("open")
        for turn in count():
            life.go_on(turn)
