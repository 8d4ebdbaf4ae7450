"""A Sphinx extension: search results with the words around what was found, without a request.

Sphinx fetches each page that it found, which a page from the file system may not. So the texts of
all sections go into one script, which only the search loads, and `static/search.js` reads them.
A solution is found by its title alone: all else in it is its lesson's.
"""

import json
from pathlib import Path

TEXTS = "_static/texts.js"
SOLUTIONS = "lessons/solutions/"


def sections(doctree):
    """`[[anchor, text]]` of a page's sections, without their titles and code."""
    from docutils.nodes import paragraph, section

    found = []
    for part in doctree.findall(section):
        texts = [
            " ".join(node.astext().split())
            for child in part.children
            if not isinstance(child, section)
            for node in child.findall(paragraph)
        ]
        found.append([part["ids"][0], " ".join(texts)])
    return found


def add_scripts(app, page, template, context, doctree):
    if page == "search":
        for file in ("texts.js", "search.js"):
            app.add_js_file(file)
    elif doctree is not None:
        app.env.nst_texts[page] = sections(doctree)


def begin(app):
    app.env.nst_texts = {}


def leave_out(app, env):
    for page in env.found_docs:
        if page.startswith(SOLUTIONS):
            env.metadata[page]["nosearch"] = True


def write(app, error):
    if error is None:
        text = json.dumps(app.env.nst_texts, separators=(",", ":"), ensure_ascii=False)
        Path(app.outdir, TEXTS).write_text(f"window.nstTexts = {text};\n", encoding="utf-8")


def setup(app):
    app.connect("builder-inited", begin)
    app.connect("env-updated", leave_out)
    app.connect("html-page-context", add_scripts)
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
