"""What stands on the easel, as lines of Python that paint the same picture."""

import os

from .settings import DEFAULTS


def as_code(photo, paintings, settings, count=0, painted=()):
    """The lines of code, as one string, that paint this picture with `stylize`.

    photo, paintings: a source and a list of sources, as for `load_image`. settings: keywords of
    `stylize`; those that are the default are left out. count: of `regions`, of the photo as it is
    loaded in the settings' size, 0 for none. painted: the number of the region of each painting,
    from 0 at the top. A picture that is no sample and has no path gets a name and a comment.
    """
    given = {"photo": photo}
    given |= {f"painting_{number}": one for number, one in enumerate(paintings, 1)}
    words = {name: _word(name, source) for name, source in given.items()}
    lines = [
        f"# {name} is a picture that you gave: load_image(its path)"
        for name, word in words.items()
        if name == word
    ]
    of_photo, *of_paintings = words.values()
    lines.append(f"from nst_helpers import {'load_image, regions, ' if count else ''}stylize")
    arguments = [of_photo]
    arguments.append(f"[{', '.join(of_paintings)}]" if len(of_paintings) > 1 else of_paintings[0])
    if count:
        size = settings["size"]
        lines.append(f"masks = regions(load_image({of_photo}, max_side={size}), count={count})")
        chosen = ", ".join(f"masks[{number}]" for number in painted)
        arguments.append(f"style_masks=[{chosen}]")
    arguments += [
        f"{name}={_quoted(value)}"
        for name, value in settings.items()
        if value != getattr(DEFAULTS, name)
    ]
    inside = "".join(f"    {argument},\n" for argument in arguments)
    return "\n".join([*lines, f"result = stylize(\n{inside})"])


def _word(name, source):
    """A path or a sample's name, quoted; for any other picture the name."""
    return _quoted(os.fspath(source)) if isinstance(source, (str, os.PathLike)) else name


def _quoted(value):
    """The value in code, with double quotes where that is as well."""
    text = repr(value)
    return text if '"' in text or "\\" in text else text.replace("'", '"')
