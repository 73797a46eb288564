"""A session of the simulator: commands in, answers out, everything kept in the chain's file."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import replace

from ..amm.action import BUY, SELL
from ..amm.formula import Reserves
from ..amm.naming import name_coin
from ..chain import ChainFile
from ..crypto.hashes import sha256
from ..errors import BchcovError, CommandError
from ..transaction.constants import COIN
from ..transaction.model import Output
from ..wallet.keys import PrivateKey
from .accounts import Accounts
from .answer import Answer
from .any_pool import AnyPool
from .help import COMMANDS, help_lines
from .inspect import export, graph, show
from .multi import race_users
from .orders import OrderCommands
from .parsing import (
    plural,
    quoted,
    read_amount,
    read_count,
)
from .pools import PROFILES, Pools
from .status import show_status

__all__ = ["PROFILES", "Session"]

_NAMES = ("provider", "you", "builder")
# Bytes that are not UTF-8 are decoded to these.
_UNPAIRED = re.compile("[\ud800-\udfff]")
_MOST_MINED = 10_000
_RESERVES = Reserves(1_000 * COIN, 1_000)


class Session:
    """A session of the simulator on a chain's file.

    With a `seed` the wallet's keys are derived from it; without one they are random. Pools,
    tickets, orders and commitments are read from the file.
    """

    def __init__(
        self,
        file: ChainFile,
        *,
        profile: str = "ticketed",
        seed: int | None = None,
        reserves: Reserves = _RESERVES,
    ) -> None:
        self._accounts = Accounts(file)
        self._seed, self._reserves = seed, reserves
        self._is_interrupted = False
        self.news = ""
        """What opening the session changed on an existing chain; empty if nothing."""
        wallet = self._accounts.wallet
        known = wallet.keys()
        for name in _NAMES:
            if name not in known:
                drawn = secrets.token_bytes(32)
                secret = drawn if seed is None else sha256(f"{seed}/{name}".encode())
                wallet.add(name, PrivateKey(secret))
        self._pools = Pools(self._accounts, profile)
        orders = OrderCommands(self._accounts, self._pools)
        self._commands: dict[str, Callable[..., Answer]] = {
            "status": self._status,
            "commit": orders.commit,
            "sequence": orders.sequence,
            "reveal": orders.reveal,
            "turn": orders.turn,
            "execute": orders.execute,
            "expire": orders.expire,
            "refund": orders.refund,
            "withdraw": orders.withdraw,
            "open": self._open,
            "mine": self._mine,
            "show": self._show,
            "export": self._export,
            "graph": self._graph,
            "multi": self._multi,
            "profile": self._choose_profile,
            "help": self._help,
            "exit": self._exit,
        }
        if self._pools.is_missing:
            is_new = not len(self._pools)
            _, told = self._pools.make(reserves)
            self.news = "" if is_new else told

    def interrupt(self) -> None:
        """Make a long command end soon, without any change to the chain; call from any thread."""
        self._is_interrupted = True

    def _check_interrupt(self) -> None:
        if self._is_interrupted:
            raise CommandError("interrupted: the chain is as it was before this command")

    @property
    def _pool(self) -> AnyPool:
        return self._pools.now

    @property
    def profile(self) -> str:
        """The profile of the pool that commands apply to."""
        return self._pools.profile

    @property
    def height(self) -> int:
        """The height of the chain."""
        return self._accounts.chain.height

    def hashes(self) -> list[str]:
        """Return the hashes of the commitments at this pool, for completion."""
        return [
            each.hex() for each in self._accounts.wallet.commitments(self._pool.followed.category)
        ]

    def run(self, line: str) -> Answer:
        """Run a command line. Nothing is raised: the answer to a wrong line is not ok."""
        words = line.split()
        if not words or words[0].startswith("#"):
            return Answer(True)
        if (broken := _UNPAIRED.search(line)) is not None:
            code = ord(broken.group())
            what = (
                f"the byte 0x{code & 0xFF:02x}" if code & 0xFF00 == 0xDC00 else "half a character"
            )
            return _wrong(f"{quoted(line.strip())} is not text: {what} in it is not UTF-8")
        name, rest = words[0].lower(), words[1:]
        if name not in COMMANDS:
            return _wrong(f"unknown command {quoted(words[0])}: help lists the commands")
        usage, least, most = COMMANDS[name].usage, COMMANDS[name].least, COMMANDS[name].most
        if not least <= len(rest) <= most:
            return _wrong(f"wrong number of arguments, {len(rest)}: expected {usage}")
        self._is_interrupted = False
        try:
            with self._pools.whole():
                return self._commands[name](*rest)
        except BchcovError as error:
            return _wrong(str(error))

    def _help(self, *_: str) -> Answer:
        return Answer(True, help_lines())

    def _exit(self) -> Answer:
        return Answer(True, ("bye",), ends=True)

    def _choose_profile(self, name: str = "") -> Answer:
        if name and name not in PROFILES:
            raise CommandError(
                f"unknown profile {quoted(name)}: expected one of {', '.join(PROFILES)}"
            )
        self._pools.profile = name or self.profile
        answer = Answer(True, (f"profile {self.profile}",), {"profile": self.profile})
        return self._made(self._reserves, answer) if self._pools.is_missing else answer

    def _made(self, reserves: Reserves, answer: Answer) -> Answer:
        """Make a pool, and add to an answer which one and how many blocks were mined for it."""
        before = self.height
        txid, told = self._pools.make(reserves)
        data = {"txid": txid, "mined": self.height - before, "height": self.height}
        return replace(answer, lines=(*answer.lines, told), data=answer.data | data)

    def _open(self, bch: str = "", tokens: str = "") -> Answer:
        if self._pool.followed.is_open:
            raise CommandError("there is a pool already: withdraw ends it")
        reserves = self._reserves
        if bch and tokens:
            reserves = Reserves(read_amount(bch, BUY), read_amount(tokens, SELL))
        elif bch:
            raise CommandError("only BCH is given: expected both BCH and tokens, or neither")
        return self._pools.then(self._made(reserves, Answer(True)))

    def _status(self) -> Answer:
        return show_status(
            self._accounts, self._pool, self._pools.refundable(), self._pools.next_step()
        )

    def _mine(self, count: str = "1") -> Answer:
        blocks = read_count(count, _MOST_MINED, "blocks to mine")
        confirmed = len(self._accounts.chain.mempool)
        for _ in range(blocks):
            self._check_interrupt()
            self._accounts.chain.mine()
        lines = (f"height {self.height}, {plural(confirmed, 'transaction')} confirmed",)
        return Answer(True, lines, {"height": self.height, "confirmed": confirmed})

    def _show(self, txid: str) -> Answer:
        return show(self._accounts.chain, txid)

    def _export(self, txid: str, path: str) -> Answer:
        return export(self._accounts.chain, txid, path, keep=self._accounts.path)

    def _graph(self, path: str) -> Answer:
        keys = self._accounts.wallet.keys()
        who = {key.locking_bytecode: name for name, key in keys.items()}
        pools = self._pools.scripts

        def name_of(output: Output) -> str:
            return who.get(output.locking_bytecode) or name_coin(output, pools)

        return graph(self._accounts.chain, path, name_of, keep=self._accounts.path)

    def _multi(self, users: str) -> Answer:
        chain = self._accounts.chain
        seed = secrets.randbits(32) if self._seed is None else self._seed
        first = len(chain.blocks)
        answer = race_users(self._accounts, self._pool.copy(), users, seed, self._check_interrupt)
        self._pools.see_blocks(first)
        return self._pools.then(answer)


def _wrong(message: str) -> Answer:
    return Answer(False, (f"error: {message}",), {"error": message})
