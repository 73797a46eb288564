"""The parts of a campaign on a Dask cluster, each on a worker of its own."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any
from uuid import uuid4

from ...errors import ContractError, MissingExtra, WorkerLost
from .playing import Plan, Played, Task, play

__all__ = ["connected", "played_on", "workers_of"]

_WAIT_SECONDS = 10


@dataclass(frozen=True)
class _Topic:
    """Tells by events of the cluster; an event of the same name says that it is over."""

    name: str

    def tell(self, number: int, played: Played) -> None:
        """Send it to whoever listens."""
        import_module("distributed").get_worker().log_event(
            self.name, (number, pickle.dumps(played))
        )

    def is_over(self) -> bool:
        """Whether whoever started this has what they need, or has gone."""
        return bool(import_module("distributed").Event(self.name).is_set())


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """Connect to the scheduler at an address, such as `tcp://192.0.2.1:8786`.

    Raises ContractError if none answers, MissingExtra if Dask is not installed.
    """
    try:
        dask: Any = import_module("distributed")
    except ImportError:
        raise MissingExtra("a cluster needs Dask", "cluster") from None
    try:
        client = dask.Client(address, timeout=f"{_WAIT_SECONDS}s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise ContractError(f"no Dask scheduler answers at {address}: {error}") from error
    with client, client.as_current():
        yield client


def workers_of(client: Any) -> list[str]:
    """Return the addresses of a cluster's workers. Raises ContractError if there is none."""
    found = sorted(client.scheduler_info(n_workers=-1)["workers"])
    if not found:
        raise ContractError(f"the Dask cluster at {client.scheduler.address} has no workers")
    return found


def played_on(
    client: Any, plan: Plan, tasks: Iterable[Task], told: Callable[[int, Played], None]
) -> Generator[tuple[int, Played], None, None]:
    """Yield the number of each part and what it has found, in the order of completion.

    `told` is called in a thread of its own with what they tell meanwhile. When the iterator ends,
    those that still run are told to end. Raises WorkerLost if a worker ends early.
    """
    dask: Any = import_module("distributed")
    topic = _Topic(f"bchcov-fuzz-{uuid4().hex}")
    workers = workers_of(client)
    over = dask.Event(topic.name, client=client)

    def listen(event: tuple[float, tuple[int, bytes]]) -> None:
        number, data = event[1]
        # It comes from a worker of the user's own cluster, which runs what it is sent.
        told(number, pickle.loads(data))

    client.subscribe_topic(topic.name, listen)
    try:
        futures = {
            client.submit(
                play,
                replace(plan, channel=topic),
                task,
                pure=False,
                workers=[workers[task.number % len(workers)]],
                allow_other_workers=True,
            ): task.number
            for task in tasks
        }
        for future in dask.as_completed(futures):
            try:
                yield futures[future], future.result()
            except (dask.scheduler.KilledWorker, dask.CancelledError) as error:
                raise WorkerLost(f"a worker of the cluster has ended early: {error}") from error
    finally:
        over.set()
        client.unsubscribe_topic(topic.name)
