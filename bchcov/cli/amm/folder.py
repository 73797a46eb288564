"""The folder of settings, where sessions keep their chain and what was typed."""

from __future__ import annotations

import os
from pathlib import Path

import click

__all__ = ["settings_folder"]


def settings_folder() -> Path:
    """The folder, made if it is not there. Raises OSError where it cannot be."""
    for name in ("HOME", "XDG_CONFIG_HOME"):
        # Set to nothing means not set; else the folder would be relative to wherever we are.
        if os.environ.get(name) == "":
            del os.environ[name]
    folder = Path(click.get_app_dir("bchcov"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
