"""A Sphinx extension: what a search engine, or a message with a link to it, shows of a page."""

import html
import re
import textwrap

import pages

LEAST, MOST = 80, 200  # characters of a description
OF_A_LESSON = "You will be able to"  # before the list of what one learns in it
IMAGE = "_static/social.jpg"  # which `build.py` puts there; WebP is not shown everywhere


def description(doctree):
    """What a lesson's learner will be able to do; of other pages, the first long paragraph."""
    from docutils.nodes import paragraph

    texts = [" ".join(node.astext().split()) for node in doctree.findall(paragraph)]
    if OF_A_LESSON in texts:
        first = texts.index(OF_A_LESSON)
        found = f"{OF_A_LESSON} {' '.join(texts[first + 1 : first + 4])}"
    else:
        found = next((text for text in texts if len(text) >= LEAST), "")
    return textwrap.shorten(found, MOST, placeholder=" …")


def add_tags(app, page, template, context, doctree):
    if doctree is None:  # the search, the index
        return
    words = {
        "description": description(doctree) or "Learn neural style transfer by building it.",
        "og:title": html.unescape(re.sub("<.*?>", "", context["title"])),
        "og:type": "website",
        "og:image": f"{pages.site()}/{IMAGE}",
    }
    words["og:description"] = words["description"]
    kinds = {name: "property" if name.startswith("og:") else "name" for name in words}
    context["metatags"] += "".join(
        f'<meta {kinds[name]}="{name}" content="{html.escape(text)}">\n'
        for name, text in words.items()
    )


def setup(app):
    app.connect("html-page-context", add_tags)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
