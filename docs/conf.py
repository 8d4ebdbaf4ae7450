"""Sphinx's settings for the site. `build.py` writes the pages and starts Sphinx."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import pages  # noqa: E402

project = "Neural style transfer"
author = "the authors of the lessons"
release = pages.version()
language = "en"
smartquotes = False  # quotes in the reference are Python's

extensions = ["myst_nb", "mathml", "social", "snippets", "sphinx.ext.githubpages"]
nb_execution_mode = "off"  # the notebooks are committed as they ran
nb_merge_streams = True
myst_enable_extensions = ["dollarmath", "attrs_block", "attrs_inline"]
myst_heading_anchors = 4
suppress_warnings = ["myst.header"]  # a lesson's parts may begin below its title's level
html_math_renderer = "mathml"

html_theme = "sphinx_book_theme"
html_title = "Neural style transfer"
html_context = {"default_mode": "auto"}  # light or dark, as the reader's system is
html_static_path = ["static"]
templates_path = ["templates"]
html_css_files = ["course.css"]
DARK = """{
const root = document.documentElement.dataset;
if (root.theme == "auto" && matchMedia("(prefers-color-scheme: dark)").matches) root.theme = "dark";
}
"""  # in the head: when the theme's own script sets it, figures for light pages are on their way
html_js_files = [(None, {"body": DARK}), "explorer.js", "prediction.js"]
html_favicon = "static/icon.svg"
html_copy_source = False
html_show_sourcelink = False
html_show_search_summary = False  # pages would be fetched for it: see snippets.py
html_theme_options = {
    "repository_url": pages.repository(),
    "use_repository_button": True,
    "use_download_button": False,
    "use_fullscreen_button": False,
    "home_page_in_toc": True,
    "show_navbar_depth": 1,
    "max_navbar_depth": 1,
    "show_toc_level": 2,
    "footer_content_items": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
