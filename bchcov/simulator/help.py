"""The commands of the simulator: what each is for, and how many words it takes."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["COMMANDS", "Command", "help_lines"]


@dataclass(frozen=True, slots=True)
class Command:
    """How a command is written, what it does, and how many arguments it takes."""

    usage: str
    summary: str
    least: int = 0
    most: int = 0


COMMANDS = {
    "status": Command("status", "reserves, Merkle root, pending orders, height, what you have"),
    "commit": Command(
        "commit swap 50 BCH [min 40 Tokens]", "commit blind; asks for the action without one", 2, 6
    ),
    "sequence": Command("sequence", "queue every ticket that waits (ticketed)"),
    "reveal": Command(
        "reveal <hash> <amount> <True|False>", "reveal what you committed to; True: BCH in", 3, 3
    ),
    "execute": Command("execute", "execute the revealed orders at head (ticketed)"),
    "expire": Command("expire", "expire the order at head, once its deadline has passed"),
    "refund": Command("refund <hash>", "take back a ticket or an order (ticketed)", 1, 1),
    "withdraw": Command("withdraw [name]", "the provider takes everything, the pool ends", 0, 1),
    "open": Command("open [<BCH> <Tokens>]", "make a new pool where the last one has ended", 0, 2),
    "mine": Command("mine [blocks]", "confirm the mempool", 0, 1),
    "show": Command("show <txid>", "a transaction, the verdict of its scripts, their costs", 1, 1),
    "export": Command(
        "export <txid> <file>", "as a VMB test file, or a line of `bchcov verify` (.jsonl)", 2, 2
    ),
    "multi": Command("multi <num_users>", "race so many users on both profiles", 1, 1),
    "profile": Command("profile [direct|ticketed]", "go on with the pool of another profile", 0, 1),
    "help": Command("help", "this", 0, 1),
    "exit": Command("exit", "end the session; everything is kept in its file"),
}


def help_lines() -> tuple[str, ...]:
    """A line for each command."""
    width = max(len(each.usage) for each in COMMANDS.values())
    return tuple(f"{each.usage:{width}}  {each.summary}" for each in COMMANDS.values())
