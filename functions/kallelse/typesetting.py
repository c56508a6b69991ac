"""Setting documents as PDF: tagged for screen readers (PDF/UA-1), with bookmarks, fonts embedded.

A document reaches Typst as data, a tree that the template ``document/page.typ`` walks, so that no text
can ever be code. The same document gives the same bytes.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from .markup import tree


def pdf(template: Path, markdown: str, made_at: datetime, **about: Any) -> bytes:
    """The document as PDF. ``about``: what else the template asks for; ``made_at`` is its date.

    A text with characters that Typst's fonts lack shows boxes for them, and is then no PDF/UA.
    """
    import typst  # 80 MB, which only the publisher has

    document = json.dumps({**about, "blocks": tree(markdown)}, ensure_ascii=False)

    def compiled(*standards: Any) -> bytes:
        return typst.compile(
            template.read_bytes(),
            format="pdf",
            ignore_system_fonts=True,
            sys_inputs={"document": document},
            pdf_standards=list(standards),
            timestamp=int(made_at.timestamp()),
        )

    try:
        return compiled("ua-1")
    except typst.TypstError:
        return compiled()


def picture(template: Path, **shown: Any) -> bytes:
    """A picture (PNG) of what the template makes of ``shown``, one pixel for each point of its page."""
    import typst  # 80 MB, which only the publisher has

    return typst.compile(
        template.read_bytes(),
        format="png",
        ppi=72,
        ignore_system_fonts=True,
        sys_inputs={"shown": json.dumps(shown, ensure_ascii=False)},
    )
