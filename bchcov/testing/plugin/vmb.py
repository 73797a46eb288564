"""VMB files as collected tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ...encoding.printable import printable
from ...errors import VectorError
from ...vectors.files import open_tests
from ...vectors.outcome import Selection, Tests

__all__ = ["VmbFile"]


class VmbFile(pytest.File):
    """A VMB file: a test for each of its rows."""

    def collect(self) -> Iterator[_VmbTest]:
        """Yield the rows. Raises CollectError for a file that cannot be read."""
        try:
            tests = open_tests(self.path)
        except VectorError as error:
            raise self.CollectError(str(error)) from None
        for index in range(len(tests)):
            made: _VmbTest = _VmbTest.from_parent(self, name=f"[{index}]")
            made.tests, made.index = tests, index
            yield made


class _VmbTest(pytest.Item):
    """One row of a VMB file, judged under every rule set and mode that its labels name."""

    tests: Tests
    index: int

    def runtest(self) -> None:
        outcomes = self.tests.judge(self.index, Selection())
        if not outcomes:
            pytest.skip("no label names a known rule set")
        wrong = [each for each in outcomes if not each.agrees]
        if wrong:
            lines = [
                f"{each.id} under {each.rules} ({each.mode}): expected {each.expected},"
                f" got {each.got}\n{each.detail}"
                for each in wrong
            ]
            said = "\n".join(printable(line) for each in lines for line in each.split("\n"))
            pytest.fail(said, pytrace=False)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, f"{self.path.name}{self.name}"
