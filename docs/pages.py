"""Pages of the site that are not written but follow from the sources: examples, rooms' doors, the keys of a case.

MkDocs calls these functions by name (`hooks` in mkdocs.yml).
"""

import ast
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]
BORROWED = ("meshes/README.md", "hpc/README.md")  # pages that live beside what they describe


def examples() -> dict[str, str]:
    """Text of the page of each example, by its place in the site: the prose of its docstring, then its code."""
    pages = {}
    for file in sorted((ROOT / "examples").glob("*.py")):
        source = file.read_text(encoding="utf-8")
        tree = ast.parse(source)
        title, _, prose = (ast.get_docstring(tree) or file.stem).partition("\n")
        code = "".join(source.splitlines(keepends=True)[tree.body[0].end_lineno :]).strip()
        run = f"```sh\npython examples/{file.name}\n```"
        pages[f"examples/{file.stem}.md"] = f"# {title.rstrip('.')}\n{prose}\n\n```python\n{code}\n```\n\n{run}\n"
    return pages


def rooms() -> dict[str, str]:
    """Text of the page of each room with a door: what others may use of it."""
    pages = {}
    for root in (ROOT / "solver", ROOT / "meshes"):
        for door in sorted(root.rglob("__init__.py")):
            name, source = ".".join(door.parent.relative_to(root).parts), door.read_text(encoding="utf-8")
            if "\n__all__ = sorted(" in source:  # found by the door itself, where a reader of sources cannot follow
                inside = "".join(
                    f"\n::: {home}\n    options: {{heading_level: 2, show_root_heading: true}}\n"
                    for home in homes(source)
                )
                pages[f"reference/{name}.md"] = f"# {name}\n\n{ast.get_docstring(ast.parse(source))}\n{inside}"
            elif "\n__all__ =" in source:
                pages[f"reference/{name}.md"] = f"# {name}\n\n::: {name}\n"
    return pages


def homes(source: str) -> list[str]:
    """Full names of what a door loads when it is asked for, by where they are written."""
    checked = (
        node for node in ast.parse(source).body if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
    )
    return [f"{line.module}.{alias.name}" for node in checked for line in node.body for alias in line.names]


def keys() -> str:
    """Text of the page of all keys of a case."""
    from rack2city.case import key_tables

    prose = (
        "What a case file may have, from the schema that reads it: `rack2city schema --keys TEXT` prints the tables whose "
        "heading has that text, `rack2city schema` the JSON schema for editors. Every table also takes `source`, where its "
        'values come from, and `status`, and every quantity can be a table, `{ value = "40 mm", source = "drawing 7" }`. '
        "What is told under *without it* is in SI units."
    )
    return "\n\n".join(
        ["# Every key of a case", prose, *(f"## {title}\n\n{rows}" for title, rows in key_tables().items()), ""]
    )


def on_config(config: Any) -> Any:
    """Put the pages into the navigation."""
    config.nav += [{"Examples": list(examples())}, {"Reference": list(rooms())}]
    config.watch += [str(ROOT / "examples"), str(ROOT / "solver")]
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add the pages to the site."""
    borrowed = {name: (ROOT / name).read_text(encoding="utf-8") for name in BORROWED}
    for name, text in (examples() | rooms() | borrowed | {"keys.md": keys()}).items():
        files.append(File.generated(config, name, content=text))
    for picture in sorted((ROOT / "meshes" / "figures").glob("*.png")):
        files.append(File.generated(config, f"meshes/figures/{picture.name}", content=picture.read_bytes()))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Let links to what lies beside docs/ find it in the site, too."""
    return markdown if "/" in page.file.src_uri else markdown.replace("](../", "](")
