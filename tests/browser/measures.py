"""What is measured on a page: scripts for the developer tools, each of which tells what is wrong."""

from __future__ import annotations

TARGET = 44
"""CSS pixels that buttons and fields are high and wide at least, more than the 24 of WCAG 2.2, 2.5.8."""

FOREIGN = "#api"
"""What Swagger UI draws, which falls short of axe; the table of all routes above it says the same."""

_PRELUDE = """
const own = each => !each.closest("[aria-hidden=true], FOREIGN, svg") && each.checkVisibility();
const all = selector => [...document.querySelectorAll(selector)].filter(own);
const name = each => each.outerHTML.replace(/\\s+/g, " ").slice(0, 90);
const style = (each, part) => getComputedStyle(each, part);
const size = each => parseFloat(style(each).fontSize);
const texts = () => {
    const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; node = walker.nextNode();)
        if (node.data.trim() && !node.parentElement.closest("style, script") && own(node.parentElement))
            found.push(node);
    return found;
};
const wide = () => document.documentElement.scrollWidth > innerWidth
    ? [`scrolls sideways: ${document.documentElement.scrollWidth} of ${innerWidth} px`] : [];
const told = () => document.body.innerText.replace(/\\s+/g, "");
""".replace("FOREIGN", FOREIGN)


def _script(body: str) -> str:
    return f"(() => {{{_PRELUDE}{body}}})()"


SIZES = _script("""
return [...wide(), ...all("button, input:not([type=hidden]), select, textarea, summary")
    .map(each => /radio|checkbox/.test(each.type) && each.closest("label") || each)
    .map(each => [each, each.getBoundingClientRect()])
    .filter(([each, box]) => box.width < TARGET - 0.5 || box.height < TARGET - 0.5)
    .map(([each, box]) => `small: ${name(each)} ${box.width} by ${box.height} px`)];
""").replace("TARGET", str(TARGET))
"""What has to be scrolled sideways (WCAG 2.2, 1.4.10), and what is too small to be pressed with a thumb."""

ORDER = _script("""
const range = document.createRange(), found = [];
let before = {top: -Infinity, right: 0};
for (const node of texts()) {
    range.selectNodeContents(node);
    const box = range.getClientRects()[0];
    if (!box || style(node.parentElement).clipPath !== "none") continue;
    if (box.bottom <= before.top && box.left < before.right)
        found.push(`stands above what is read before it: ${name(node.parentElement)}`);
    before = box;
}
return found;
""")
"""What is read in another order than it stands in, on a narrow screen (WCAG 2.2, 1.3.2)."""

TEXTS = _script("""
window.sizes = new Map(texts().map(each => [each.parentElement, size(each.parentElement)]));
""")
"""Remembers how large each text is."""

GROWN = _script("""
return [...window.sizes].filter(([each, was]) => size(each) < 1.99 * was)
    .map(([each]) => `does not grow: ${name(each)}`);
""")
"""What is not twice as large as it was remembered."""

LARGE = _script("""
return [...wide(), ...all("body *")
    .filter(each => /hidden|clip/.test(style(each).overflow) && style(each).clipPath === "none")
    .filter(each => each.innerText.trim())
    .filter(each => each.scrollWidth > each.clientWidth + 1 || each.scrollHeight > each.clientHeight + 1)
    .map(each => `is cut off: ${name(each)}`)];
""")
"""What does not bear large text (WCAG 2.2, 1.4.4)."""

FOCUS = _script("""
const shown = each => {
    each.focus();
    const {outlineStyle, outlineWidth} = style(each), box = each.getBoundingClientRect();
    return document.activeElement === each && box.right > 0 && box.width > 1
        && (outlineStyle === "auto" || outlineStyle !== "none" && parseFloat(outlineWidth) >= 2);
};
return all("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")
    .filter(each => !shown(each)).map(each => `no focus is seen: ${name(each)}`);
""")
"""What the keyboard reaches without being seen to (WCAG 2.2, 2.4.7), once a key has been pressed."""

UNSTYLED = _script("""
const says = (each, part) => /^"[^"]*[\\p{L}\\p{N}]/u.test(style(each, part).content);
const spoken = all("body *").filter(each => says(each, "::before") || says(each, "::after"))
    .map(each => `the style sheet alone says something: ${name(each)}`);
const styled = told();
document.querySelectorAll("style, link[rel=stylesheet]").forEach(each => each.remove());
document.querySelectorAll("[style]").forEach(each => each.removeAttribute("style"));
const plain = told(), lost = [];
let at = 0;
for (let nth = 0; nth < styled.length && !lost.length; nth++) {
    at = plain.indexOf(styled[nth], at) + 1;
    if (!at) lost.push(`is not there without styles: ${styled.slice(Math.max(0, nth - 20), nth + 20)}`);
}
const levels = all("h1, h2, h3, h4, h5, h6").map(each => Number(each.tagName[1]));
const jumps = levels.filter((each, at) => at && each > levels[at - 1] + 1);
return [
    ...spoken,
    ...lost,
    ...jumps.map(each => `a heading without styles jumps to level ${each}`),
    ...(levels.filter(each => each === 1).length === 1 ? [] : ["not one heading is of the first level"]),
    ...(all("main, [role=main]").length === 1 ? [] : ["there is not one main part"]),
];
""")
"""What is lost without styles. Takes them away, so it comes last."""
