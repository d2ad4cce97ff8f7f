"""The plain functions behind the build hooks."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from mkdocs.exceptions import PluginError

HOOKS = Path(__file__).parents[2] / "docs" / "_hooks"


def _hook(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, HOOKS / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_marker_is_filled_in() -> None:
    assert _hook("markers").fill("by {{ who }}.", {"who": "us"}, "page.md") == "by us."


def test_an_unknown_marker_stops_the_build_and_names_page_and_choices() -> None:
    with pytest.raises(PluginError, match=r"page\.md: unknown marker 'whom'\. Use one of: who"):
        _hook("markers").fill("by {{ whom }}.", {"who": "us"}, "page.md")


def test_a_listed_folder_follows_its_index_page_in_the_menu_at_any_depth() -> None:
    nav = [{"Home": "index.md"}, {"About": ["about.md", {"Decisions": "decisions/index.md"}]}]
    got = _hook("navigation").expand(nav, {"Decisions": [{"Theme": "decisions/theme.md"}]})
    assert got[1] == {
        "About": ["about.md", {"Decisions": ["decisions/index.md", {"Theme": "decisions/theme.md"}]}]
    }


def test_a_missing_built_part_names_the_command_that_makes_it(tmp_path: Path) -> None:
    config = SimpleNamespace(config_file_path=str(tmp_path / "mkdocs.yml"), site_dir=str(tmp_path / "site"))
    with pytest.raises(PluginError, match="make runtime"):
        _hook("built_parts").on_post_build(config)


def test_built_parts_are_copied_to_where_the_page_scripts_look_for_them(tmp_path: Path) -> None:
    for part, name in (("build/runtime", "manifest.json"), ("build/web", "app.js")):
        (tmp_path / part).mkdir(parents=True)
        (tmp_path / part / name).write_text("x", encoding="utf-8")
    config = SimpleNamespace(config_file_path=str(tmp_path / "mkdocs.yml"), site_dir=str(tmp_path / "site"))
    _hook("built_parts").on_post_build(config)
    assert (tmp_path / "site/runtime/manifest.json").is_file()
    assert (tmp_path / "site/assets/app/app.js").is_file()
