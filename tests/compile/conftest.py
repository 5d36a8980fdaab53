"""Fixtures of this folder: `build` builds a drawn study, `refused` tells what is wrong with one (see drawn.py)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
pytest.register_assert_rewrite("drawn")

from drawn import Built, build_in, refused_in  # noqa: E402 - the folder must be known first


@pytest.fixture
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Built]:
    """Build a drawn study, each time in a new folder."""
    return lambda *args, **kwargs: build_in(tmp_path_factory.mktemp("study"), *args, **kwargs)


@pytest.fixture
def refused(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., list[str]]:
    """What is wrong with a drawn study that must not build."""
    return lambda *args, **kwargs: refused_in(tmp_path_factory.mktemp("study"), *args, **kwargs)
