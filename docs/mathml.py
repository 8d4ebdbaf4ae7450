"""A Sphinx extension: formulas become MathML while the site is built.

No page then needs a script or a font for them.
"""

import html

from latex2mathml.converter import convert


def mathml(formula, display):
    """One formula as MathML. display: "inline" or "block". Its TeX stays in it, for copying."""
    markup = convert(formula, display=display)
    return markup.replace("<math ", f'<math alttext="{html.escape(formula.strip())}" ', 1)


def write_inline(translator, node):
    translator.body.append(mathml(node.astext(), "inline"))
    raise _skip()


def write_block(translator, node):
    translator.body.append(f'<div class="formula">{mathml(node.astext(), "block")}</div>\n')
    raise _skip()


def _skip():
    from docutils.nodes import SkipNode

    return SkipNode()


def setup(app):
    app.add_html_math_renderer("mathml", (write_inline, None), (write_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
