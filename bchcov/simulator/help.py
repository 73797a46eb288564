"""The commands of the simulator: usage, summary, and number of arguments."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["COMMANDS", "Command", "help_lines"]


@dataclass(frozen=True, slots=True)
class Command:
    """The usage of a command, what it does, and its least and most arguments."""

    usage: str
    summary: str
    least: int = 0
    most: int = 0


COMMANDS = {
    "status": Command("status", "show reserves, Merkle root, pending orders, height, your balance"),
    "commit": Command(
        "commit swap 50 BCH [min 40 Tokens]",
        "commit to a swap without revealing it; asks if none is given",
        2,
        6,
    ),
    "sequence": Command("sequence", "queue every waiting ticket (ticketed, epochs)"),
    "reveal": Command(
        "reveal <hash> <amount> <True|False>",
        "reveal a commitment; True: BCH in, False: tokens in",
        3,
        3,
    ),
    "turn": Command("turn", "begin to reveal an epoch where none is revealed (epochs)"),
    "execute": Command(
        "execute", "execute the revealed orders at the queue's head, or of the epoch"
    ),
    "expire": Command("expire", "expire the order at the queue's head after its deadline"),
    "refund": Command("refund <hash>", "take back a ticket or an order (ticketed, epochs)", 1, 1),
    "withdraw": Command("withdraw [name]", "end the pool; the provider takes everything", 0, 1),
    "open": Command("open [<BCH> <Tokens>]", "make a new pool after the last one has ended", 0, 2),
    "mine": Command(
        "mine [blocks]", "mine blocks, by default one; the first confirms the mempool", 0, 1
    ),
    "show": Command(
        "show <txid>", "show a transaction, the verdict on each input, its costs", 1, 1
    ),
    "export": Command(
        "export <txid> <file>",
        "write it as a VMB test file, or a line for `bchcov verify` (.jsonl)",
        2,
        2,
    ),
    "graph": Command(
        "graph <file>", "write a page of all transactions: who spent what, and of whom", 1, 1
    ),
    "multi": Command(
        "multi <num_users>", "race users on this pool, and on others for comparison", 1, 1
    ),
    "profile": Command(
        "profile [direct|epochs|ticketed]",
        "show the profile, or switch to another one's pool",
        0,
        1,
    ),
    "help": Command("help", "list the commands", 0, 1),
    "exit": Command("exit", "end the session; everything is kept in its file"),
}


def help_lines() -> tuple[str, ...]:
    """Return a line for each command."""
    width = max(len(each.usage) for each in COMMANDS.values())
    return tuple(f"{each.usage:{width}}  {each.summary}" for each in COMMANDS.values())
