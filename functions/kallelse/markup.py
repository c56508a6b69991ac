"""Markdown of documents: as HTML, as a tree, and made to fit into a document around it.

Documents know no HTML in Markdown: it stands there as it was written. So HTML and PDF say the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from markupsafe import Markup

PARSER = MarkdownIt("commonmark", {"html": False}).enable("table")

LEADS_SOMEWHERE = re.compile(r"(https?://|mailto:|tel:)", re.IGNORECASE)
"""What a link in a document may begin with: it is read where no other address means anything."""

DEEPEST = 6
"""The lowest level that a heading may have."""

Node = str | dict[str, Any]
"""A text, or a part of a document: its ``kind``, its ``content``, and what else the kind has."""


def html(markdown: str) -> str:
    """The document as HTML without anything that could run or load."""
    rendered: str = PARSER.renderer.render(_tokens(markdown), PARSER.options, {})
    return nh3.clean(
        rendered,
        tags=nh3.ALLOWED_TAGS - {"img"},
        attributes={**nh3.ALLOWED_ATTRIBUTES, "th": {"style"}, "td": {"style"}},
        filter_style_properties={"text-align"},
        url_schemes={"http", "https", "mailto", "tel"},
    )


def tree(markdown: str) -> list[Node]:
    """The document as a tree of plain values."""
    return list(_nodes(SyntaxTreeNode(_tokens(markdown)).children))


def plain(value: object) -> object:
    """A text as Markdown that shows it as it is, unless it is marked as Markdown already.

    For one line: a paragraph, or a part of one.
    """
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    shown = re.sub(r"[\\`*_\[\]<>&|#~]", r"\\\g<0>", value)
    # What makes a list or underlines a heading does so only at the beginning of a line.
    shown = re.sub(r"^[-+=]", r"\\\g<0>", shown)
    return re.sub(r"^(\d+)([.)])(?=\s|$)", r"\1\\\2", shown)


def fitted(markdown: str, level: int) -> str:
    """The text for a place in a larger document where its highest headings are at ``level``.

    No level is skipped on the way down, and nothing that was left open swallows what follows.
    """
    lines = re.sub(r"\r\n?", "\n", markdown).split("\n")
    tokens = PARSER.parse("\n".join(lines))
    found = [n for n, token in enumerate(tokens) if token.type == "heading_open" and not token.level]
    highest = min((_level(tokens[n].tag) for n in found), default=1)
    edits, above = [], level - 1
    for n in found:
        above = min(_level(tokens[n].tag) - highest + level, above + 1, DEEPEST)
        edits.append((tokens[n].map or [0, 0], _heading(above, tokens[n + 1].content)))
    for (first, end), heading in reversed(edits):
        lines[first:end] = [heading]
    return _closed("\n".join(lines).strip("\n"))


def _level(tag: str) -> int:
    return int(tag[1])


def _heading(level: int, content: str) -> str:
    marks = "#" * level
    line = f"{marks} {' '.join(content.split())}"
    # A last # would be taken for the closing sequence, which is then needed after it.
    return f"{line} {marks}" if content.endswith("#") else line


def _closed(markdown: str) -> str:
    last = PARSER.parse(f"{markdown}\n\n# ")[-1]
    if last.type == "fence":
        return f"{markdown}\n{last.markup}"
    if last.type != "heading_close":
        # Lists are nested deeper than the parser follows, which then reads nothing more.
        return "\n".join(str(plain(line.strip())) for line in markdown.split("\n"))
    return markdown


def _tokens(markdown: str) -> list[Token]:
    tokens = PARSER.parse(markdown)
    for opening, inline, closing in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if inline.type == "inline":
            inline.children = list(map(_alternative, inline.children or []))
            if opening.type == "heading_open" and opening.level:
                _lower(opening, inline, closing)
    return tokens


def _lower(opening: Token, inline: Token, closing: Token) -> None:
    """Within a list or a quotation a heading would break the order of the document's headings."""
    opening.type, closing.type = "paragraph_open", "paragraph_close"
    opening.tag = closing.tag = "p"
    begin, end = Token("strong_open", "strong", 1), Token("strong_close", "strong", -1)
    inline.children = [begin, *(inline.children or []), end]


def _alternative(token: Token) -> Token:
    """A picture from elsewhere would tell that elsewhere who reads; its words take its place."""
    if token.type != "image":
        return token
    return Token("text", "", 0, content="".join(child.content for child in token.children or []))


def _nodes(nodes: Sequence[SyntaxTreeNode]) -> Iterator[Node]:
    for node in nodes:
        if node.type == "text":
            yield node.content
        elif node.type == "softbreak":
            yield " "
        elif node.type == "inline" or (node.type == "link" and not LEADS_SOMEWHERE.match(_target(node))):
            yield from _nodes(node.children)
        else:
            yield _details(node) | {"kind": _kind(node), "content": list(_nodes(node.children))}


def _kind(node: SyntaxTreeNode) -> str:
    return "line" if node.type == "paragraph" and node.hidden else node.type


def _target(node: SyntaxTreeNode) -> str:
    return str(node.attrs["href"])


def _details(node: SyntaxTreeNode) -> dict[str, Any]:
    match node.type:
        case "heading":
            return {"level": _level(node.tag)}
        case "link":
            return {"target": _target(node)}
        case "ordered_list":
            return {"start": int(node.attrs.get("start", 1))}
        case "table":
            return {"columns": len(node.children[0].children[0].children)}
        case "th" | "td":
            return {"align": str(node.attrs.get("style", "")).removeprefix("text-align:") or "left"}
        case "code_inline" | "code_block" | "fence":
            return {"text": node.content}
    return {}
