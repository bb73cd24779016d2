"""The report as one self-contained HTML file: inline style, inline SVG, no script, nothing from outside."""

import re

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from rack2city.report.document import Document
from rack2city.report.figures.style import INK


def render_html(document: Document) -> str:
    """The document as HTML text that needs no other file."""
    environment = Environment(loader=PackageLoader("rack2city.report"), autoescape=True, undefined=StrictUndefined)
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.filters |= {"inline": inline_svg, "soft": soft}
    return environment.get_template("report.html.j2").render(document=document)


def soft(text: str) -> Markup:
    """A text whose long words (fields, options, paths) may break after a dot, slash, underscore or comma; no other may."""
    words = (
        re.sub(r"(?<=[A-Za-z\])])([._,=/])", r"\1\0", word) if len(word) > 20 else word for word in text.split(" ")
    )
    return Markup(str(escape(" ".join(words))).replace("\0", "<wbr>"))


def inline_svg(svg: str, name: str) -> Markup:
    """The `<svg>` element of an SVG file's text, fit to stand inside an HTML page, its ink the colour of the page's text.

    The name, unique in the page, goes before every id, so that two figures cannot meet.
    """
    body = svg[svg.index("<svg") :]
    body = re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", body).replace("xlink:href=", "href=")
    body = re.sub(r'\b(id="|href="#|url\(#)', rf"\g<1>{name}-", body)
    return Markup(body.replace(INK, "currentColor"))
