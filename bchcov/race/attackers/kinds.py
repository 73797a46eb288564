"""The attackers of a race by name, and how each begins on each pool."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ...errors import SettingsError
from ..actors.miner import Miner
from ..pools.cpmm import CpmmPoolModel
from ..pools.direct import DirectPoolModel
from ..pools.epochs import EpochsPoolModel
from ..pools.ticketed import TicketedPoolModel
from ..settings import ATTACKERS
from .attacker import Attacker
from .desk import Desk
from .direct_desk import DirectDesk
from .epoch_look import EpochMonopolist, LastInEpoch
from .epoch_spoilers import EpochCopier, EpochPoisoner
from .epochs_desk import EpochsDesk
from .last_look import Retractor, Revoker, SelectiveRevealer
from .poisoner import Poisoner
from .provider import BaitingProvider
from .reorganiser import Reorganiser
from .spoilers import BatchVoider, TicketCopier
from .stallers import Flooder, LateRevealer, Monopolist
from .ticketed_desk import TicketedDesk

__all__ = ["make_attacker"]

_ANYWHERE: Mapping[str, Callable[[Desk], Attacker]] = {
    "late": LateRevealer,
    "flooder": Flooder,
    "monopolist": Monopolist,
}
_TICKETED: Mapping[str, Callable[[TicketedDesk], Attacker]] = {
    "selective": SelectiveRevealer,
    "revoker": Revoker,
    "retractor": Retractor,
    "provider": BaitingProvider,
    "poisoner": Poisoner,
    "copier": TicketCopier,
    "voider": BatchVoider,
}

_EPOCHS: Mapping[str, Callable[[EpochsDesk], Attacker]] = {
    "selective": LastInEpoch,
    "monopolist": EpochMonopolist,
    "poisoner": EpochPoisoner,
    "copier": EpochCopier,
}


def make_attacker(
    name: str,
    model: CpmmPoolModel | DirectPoolModel | TicketedPoolModel | EpochsPoolModel,
    miner: Miner,
) -> Attacker | None:
    """Make an attacker; None if there is none, or none of this kind on this pool."""
    if model.name not in ATTACKERS.get(name, ()):
        return None
    if model.world.stage is not None:
        raise SettingsError("attackers take no part in a race on a given stage")
    if isinstance(model, EpochsPoolModel):
        place = EpochsDesk(model)
        return _EPOCHS[name](place) if name in _EPOCHS else _ANYWHERE[name](place)
    if name == "reorganiser":
        return Reorganiser(model, miner)
    if isinstance(model, TicketedPoolModel):
        desk = TicketedDesk(model)
        return _TICKETED[name](desk) if name in _TICKETED else _ANYWHERE[name](desk)
    assert isinstance(model, DirectPoolModel)
    return _ANYWHERE[name](DirectDesk(model))
