"""Packaged data is found in a wheel and in a checkout."""

from pathlib import Path

import pytest

from ccm_tui.resources import ResourceMissingError, data_roots, resource


@pytest.fixture
def roots(tmp_path: Path) -> tuple[Path, Path]:
    wheel, checkout = tmp_path / "wheel", tmp_path / "checkout"
    (checkout / "forms").mkdir(parents=True)
    (checkout / "forms" / "a.toml").write_text("ä", encoding="utf-8")
    return wheel, checkout


def test_a_checkout_serves_when_there_is_no_wheel(roots: tuple[Path, Path]) -> None:
    assert resource("forms", "a.toml", roots=roots).read_text(encoding="utf-8") == "ä"


def test_the_wheel_comes_first(roots: tuple[Path, Path]) -> None:
    wheel, _checkout = roots
    (wheel / "forms").mkdir(parents=True)
    (wheel / "forms" / "a.toml").write_text("from the wheel", encoding="utf-8")
    assert resource("forms", "a.toml", roots=roots).read_text(encoding="utf-8") == "from the wheel"


def test_missing_data_names_every_place_that_was_tried(roots: tuple[Path, Path]) -> None:
    with pytest.raises(ResourceMissingError) as caught:
        resource("forms", "none.toml", roots=roots)
    assert "forms/none.toml" in str(caught.value)
    assert all(str(root) in str(caught.value) for root in roots)
    assert caught.value.hint


@pytest.mark.parametrize("part", ["..", ".", "", "a/b", "a\\b", "/etc/passwd"])
def test_a_path_cannot_leave_the_data(roots: tuple[Path, Path], part: str) -> None:
    with pytest.raises(ValueError):
        resource("forms", part, roots=roots)


def test_this_checkout_has_its_data_folder() -> None:
    _wheel, checkout = data_roots()
    assert checkout.is_dir()
