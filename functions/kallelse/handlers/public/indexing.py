"""What search engines ask for: which pages there are, and which are nobody's business."""

from __future__ import annotations

from typing import Any

from ...gateway import Response, Router
from ...http import kept, plain, resource
from ...indexing import events, tours
from .wiring import DEFAULT_LANGUAGE, base_url, wiring

HOUR, DAY = 3600, 86400

PRIVATE = (
    "/admin/",
    "/data/",
    "/manage/",
    "/join/",
    "/organiser",
    "/summaries/",
    "/unsubscribe/",
    "/*/embed",
)
"""What the addresses of pages begin with that are for one person, or a part of another page."""

router = Router()


@router.get("/sitemap.xml")
def show_sitemap() -> Response[Any]:
    """The pages of events that are not over and of their tours, in every language (sitemaps.org 0.9)."""
    base, found = base_url(router.current_event), events(wiring().desk, wiring().now())
    paths = [f"/events/{each.id}" for each in found]
    paths += [f"/tours/{each}" for each in tours(wiring().desk, found)]
    languages = wiring().renderer.languages()
    context = {"base": base, "paths": paths, "languages": languages}
    xml = wiring().renderer.render("web/sitemap.xml", DEFAULT_LANGUAGE, **context)
    return kept(resource(xml, "application/xml; charset=utf-8"), router.current_event, HOUR)


@router.get("/robots.txt")
def show_rules() -> Response[Any]:
    """What crawlers are to leave alone (RFC 9309), and where the sitemap is."""
    rules = "".join(f"Disallow: {each}\n" for each in PRIVATE)
    text = f"User-agent: *\n{rules}\nSitemap: {base_url(router.current_event)}/sitemap.xml\n"
    return kept(plain(text), router.current_event, DAY)
