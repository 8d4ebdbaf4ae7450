"""The reference: every public name of the package, with its signature and docstring.

Docstrings are written in Markdown, so they are pages as they stand.
"""

import inspect
import re

import nst_helpers

GROUPS = {  # heading: names. A public name that stands in none comes last.
    "Painting": ["stylize", "Result", "paint_all", "plan", "Settings"],
    "In one pass": [
        "paint_fast", "train_fast", "load_network", "save_network", "bundled_networks", "Network",
        "in_one_pass", "instance_norm",
    ],
    "Pictures": ["load_image", "resize", "show", "save_image", "card"],
    "The network": ["load_vgg19", "feature_extractor", "preprocess"],
    "The losses": [
        "content_loss", "gram_matrix", "guided_gram_matrix", "style_loss", "total_variation",
        "total_loss",
    ],
    "The loop": [
        "compute_targets", "make_loss_and_gradient", "starting_point", "enlarged", "paint", "LBFGS",
        "color_at_half_resolution",
    ],
    "Colors, masks and regions": [
        "in_colors_of", "luminance", "half", "circle", "color_range", "regions",
    ],
    "In the lessons": [
        "setup", "predict", "check", "yours", "progress", "explorer", "easel", "live_network",
        "choose_photo", "choose_painting", "feature_maps", "gram_heatmap", "loss_curves",
        "picture_grid", "strongest_patches", "explain_pixels",
    ],
    "Names of layers and samples": [
        "CONTENT_LAYER", "STYLE_LAYERS", "PHOTOS", "PAINTINGS", "PATTERNS", "SAMPLES",
    ],
}  # fmt: skip
OTHERS, ERRORS = "Others", "Errors"


def grouped():
    """`{heading: names}` of every public name."""
    names = list(nst_helpers.__all__)
    errors = [name for name in names if is_error(name)]
    groups = {
        heading: [name for name in group if name in names] for heading, group in GROUPS.items()
    }
    placed = {name for group in groups.values() for name in group} | set(errors)
    groups[OTHERS] = [name for name in names if name not in placed]
    groups[ERRORS] = sorted(errors, key=lambda name: (name != "KitError", name))
    return {heading: group for heading, group in groups.items() if group}


def is_error(name):
    one = getattr(nst_helpers, name)
    return inspect.isclass(one) and issubclass(one, Exception)


def entries():
    """The page's Markdown, below its head."""
    parts = []
    for heading, names in grouped().items():
        parts.append(f"## {heading}\n\n")
        parts += [entry(name) for name in names]
    return "".join(parts)


def entry(name):
    """One name: what kind of thing it is, how it is called, and what its docstring says."""
    one = getattr(nst_helpers, name)
    if inspect.ismodule(one):
        members = "".join(
            described("function", f"{name}.{member}", signature(function), function)
            for member, function in functions(one)
        )
        return described("data", name, "", one) + members
    if inspect.isclass(one):
        return described("exception" if is_error(name) else "class", name, signature(one), one)
    if callable(one):
        return described("function", name, signature(one), one)
    return described("data", name, "", None, value=one)


def functions(module):
    """The functions that a module defines for others."""
    return [
        (name, one)
        for name, one in vars(module).items()
        if inspect.isfunction(one)
        and one.__module__ == module.__name__
        and not name.startswith("_")
        and one.__doc__
    ]


def described(kind, name, call, one, value=None):
    words = inspect.cleandoc(one.__doc__) if one is not None and one.__doc__ else ""
    if kind in ("class", "exception") and call.startswith("(*"):
        call = ""  # of an exception, which takes a sentence
    if value is not None:
        words = f"`{', '.join(map(str, value)) if not isinstance(value, str) else value}`"
    words = linked(listed(words, parameters(one)), name)
    return f"````{{py:{kind}}} {name}{call}\n\n{words}\n````\n\n"


def parameters(one):
    """The names that a docstring explains as `name: ...`."""
    fields = getattr(one, "__dataclass_fields__", {})
    try:
        return {*fields, *inspect.signature(one).parameters}
    except (TypeError, ValueError):
        return set(fields)


def listed(words, names):
    """A docstring whose paragraphs of `name: what it is. other: ...` have become lists."""
    one = "|".join(sorted(map(re.escape, names), key=len, reverse=True)) or "(?!)"
    begins = re.compile(rf"(?:^|(?<=[.;:]\s)|(?<=\)\s))((?:{one})(?:,\s(?:{one}))*):\s", re.M)
    paragraphs = []
    for paragraph in words.split("\n\n"):
        if begins.match(paragraph):
            before, *parts = begins.split(paragraph)
            items = zip(parts[::2], parts[1::2])
            paragraph = "\n".join(
                f"- **{' '.join(name.split())}**: {text.strip()}" for name, text in items
            )
            paragraph = re.sub(r"\n(?!- \*\*)", "\n  ", paragraph)
            paragraph = re.sub(r"\n  (Returns|Raises) ", r"\n\n\1 ", paragraph)
        paragraphs.append(paragraph)
    return "\n\n".join(paragraphs)


def signature(one):
    """How it is called, without annotations, which say less than the docstring does."""
    try:
        found = inspect.signature(one)
    except (TypeError, ValueError):
        return ""
    bare = [
        parameter.replace(annotation=inspect.Parameter.empty)
        for parameter in found.parameters.values()
    ]
    call = str(inspect.Signature(bare))
    return re.sub(r"<function (\w+) at \w+>|<factory>", lambda default: default[1] or "...", call)


def linked(words, own):
    """Names in backticks that stand on this page lead to their entries."""
    public = set(nst_helpers.__all__) - {own}

    def link(found):
        name = found[1]
        return f"{{py:obj}}`{name}`" if name in public else found[0]

    return re.sub(r"(?<![`\w}])`(\w+)`(?!`)", link, words)
