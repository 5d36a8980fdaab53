"""What we build ourselves has no finding, not even a note."""

from __future__ import annotations

from pathlib import Path

import pytest

from clintrail.define.check.validate import check_define
from clintrail.define.model import DefineVersion
from clintrail.package.build import build_package

ROOT = Path(__file__).resolve().parents[3]
PILOT = ROOT / ".." / "shared" / "pilot"
# Study -> the folders of its raw files and of its documents, where they are not its own.
STUDIES: dict[str, tuple[Path | None, Path | None]] = {
    "melasma": (None, None),
    "cdiscpilot-sdtm": (PILOT / "raw", PILOT / "docs"),
    "cdiscpilot-adam": (PILOT / "pilot_sdtm", PILOT / "docs"),
}


@pytest.mark.parametrize("version", ["2.1", "2.0"])
@pytest.mark.parametrize("study", STUDIES)
def test_a_built_package_is_clean(study: str, version: DefineVersion, tmp_path: Path) -> None:
    raw, documents = STUDIES[study]
    if raw is not None and not raw.is_dir():
        pytest.skip("the pilot's data (../shared/pilot) are not here")
    build_package(ROOT / "specs" / study, tmp_path / "package", raw, documents, define_version=version)
    defines = sorted((tmp_path / "package").rglob("define.xml"))
    assert defines
    for path in defines:
        checked = check_define(path)
        assert [str(problem) for problem in checked.problems] == []
        assert checked.what.startswith(f"Define-XML {version}") and ", 0 data files" not in checked.what
