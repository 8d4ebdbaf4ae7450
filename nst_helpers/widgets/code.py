"""What stands on the easel, as lines of Python that paint the same picture."""

import os

from ..engine import DEFAULTS


def as_code(photo, paintings, settings, regions=None):
    """The lines of code, as one string, that paint this picture with `stylize`.

    photo, paintings: a source and a list of sources, as for `load_image`. settings: keywords of
    `stylize`; those that are the default are left out. regions: where the photo is divided,
    `{"count": as for `regions`, "painted": number of each painting's region, from 1 at the top}`. A
    picture that is no sample and has no path gets a name and a comment.
    """
    names = ["photo", *(f"painting_{number}" for number in range(1, len(paintings) + 1))]
    lines, in_code = [], []
    for name, source in zip(names, [photo, *paintings]):
        if isinstance(source, (str, os.PathLike)):
            name = _quoted(os.fspath(source))
        else:
            lines.append(f"# {name} is a picture that you gave: load_image(its path)")
        in_code.append(name)
    photo, *paintings = in_code
    lines.append(f"from nst_helpers import {'load_image, regions, ' if regions else ''}stylize")
    arguments = [photo, f"[{', '.join(paintings)}]" if len(paintings) > 1 else paintings[0]]
    if regions:
        loaded = f"load_image({photo}, max_side={settings['size']})"
        lines.append(f"masks = regions({loaded}, count={regions['count']})")
        masks = ", ".join(f"masks[{number - 1}]" for number in regions["painted"])
        arguments.append(f"style_masks=[{masks}]")
    arguments += [
        f"{name}={_quoted(value)}"
        for name, value in settings.items()
        if value != getattr(DEFAULTS, name)
    ]
    inside = "".join(f"    {argument},\n" for argument in arguments)
    return "\n".join([*lines, f"result = stylize(\n{inside})"])


def _quoted(value):
    """The value in code, with double quotes where that is as well."""
    text = repr(value)
    return text if '"' in text or "\\" in text else text.replace("'", '"')
