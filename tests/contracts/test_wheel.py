"""The contracts are in the wheel, and are found there by their names."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from contract_examples import ARTIFACT_EXAMPLES, EXAMPLES, ArtifactExample

from bchcov import ContractError
from bchcov.contract import source

ROOT = Path(__file__).parent.parent.parent


def test_the_folder_of_contracts_lies_in_the_wheel_where_sources_are_looked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert included == {"contracts": "bchcov/contracts"}
    # As a wheel is installed: the package alone, with the folder in it.
    package = Path(source.__file__).parent.parent
    assert source._FOLDERS[0] == package / "contracts"
    installed = tmp_path / "contracts"
    installed.symlink_to(ROOT / "contracts")
    monkeypatch.setattr(source, "_FOLDERS", (installed,))
    source.load_source.cache_clear()
    try:
        for example in EXAMPLES:
            for file in example.files:
                assert source.load_source(f"{example.name}/{file}") == example.sources[file]
        with pytest.raises(ContractError, match="'escrow/nothing'"):
            source.load_source("escrow/nothing")
    finally:
        source.load_source.cache_clear()


@pytest.mark.parametrize("example", ARTIFACT_EXAMPLES, ids=lambda each: each.name)
def test_a_source_in_cashscript_has_its_artifact_beside_it(example: ArtifactExample) -> None:
    folder = example.folder
    sources = sorted(each.stem for each in folder.glob("*.cash"))
    assert sources == sorted(each.stem for each in folder.glob("*.json"))
