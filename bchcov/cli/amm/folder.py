"""The settings folder, where sessions keep their chain and their history."""

from __future__ import annotations

import os
from pathlib import Path

import click

__all__ = ["settings_folder"]


def settings_folder() -> Path:
    """Return the folder, created if missing. Raises OSError if that fails."""
    for name in ("HOME", "XDG_CONFIG_HOME"):
        # An empty value means unset; else the folder would be relative to the current one.
        if os.environ.get(name) == "":
            del os.environ[name]
    folder = Path(click.get_app_dir("bchcov"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
