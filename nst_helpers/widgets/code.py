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
    sources = {"photo": photo}
    sources |= {f"painting_{number}": source for number, source in enumerate(paintings, 1)}
    in_code = {name: _in_code(source, name) for name, source in sources.items()}
    photo, *paintings = in_code.values()
    lines = [
        f"# {name} is a picture that you gave: load_image(its path)"
        for name, code in in_code.items()
        if name == code
    ]
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


def _in_code(source, name):
    """A path or a sample's name, quoted; for any other picture the name of a variable."""
    return _quoted(os.fspath(source)) if isinstance(source, (str, os.PathLike)) else name


def _quoted(value):
    """The value in code, with double quotes where that is as well."""
    text = repr(value)
    return text if '"' in text or "\\" in text else text.replace("'", '"')
