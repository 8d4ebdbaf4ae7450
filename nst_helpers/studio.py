"""Many pictures at once: every photo with every painting, going on where it stopped."""

import inspect
from pathlib import Path

from . import card
from .images import PictureError, load_image, save_image
from .optimize import DEFAULTS, RunStopped, SettingsError, check_settings, fingerprint, stylize

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif")


def paint_all(photos, paintings, folder, **settings):
    """Paint each photo in the manner of each painting, and save the pictures with their run cards.

    photos, paintings: a folder, or a list of what `load_image` takes by name or path. folder: where
    the pictures go, as PHOTO_x_PAINTING.png; it is made if it is not there. settings: as for
    `stylize`. A picture that is there already, of the same two inputs and with the same settings,
    is not painted again; one with other settings is. A pair that cannot be painted is named with the
    reason, and the rest goes on. An interrupt saves the picture that is being painted, and ends the whole.

    Returns `{(photo, painting): path}`, by their names without suffix, for the pictures that are
    there in the end. Raises `PictureError` or `SettingsError` for input with which nothing can be
    painted.
    """
    inspect.signature(stylize).bind("", "", **settings)  # a misspelled name, before anything is painted
    asked = check_settings(**DEFAULTS | {name: value for name, value in settings.items() if name in DEFAULTS})
    photos, paintings, folder = _sources(photos), _sources(paintings), Path(folder).expanduser()
    folder.mkdir(parents=True, exist_ok=True)
    pairs = [(photo, painting) for photo in photos for painting in paintings]
    done = {}
    for number, (photo, painting) in enumerate(pairs, 1):
        path = folder / f"{_stem(photo)}_x_{_stem(painting)}.png"
        words, interrupted = f"{number} of {len(pairs)}: ", False
        try:
            content = load_image(photo, max_side=asked["size"])
            style = load_image(painting, max_side=max(content.shape[1:3]))
            if path.exists() and _is_done(card.read(path), asked, content, style):
                message = "there already"
            else:
                result = stylize(content, style, **{"progress": False} | settings)
                save_image(result.picture, path, card=result.card)
                message = f"{result.seconds:.0f} s"
                interrupted = result.message.startswith("Interrupted")
        except (PictureError, card.CardError, SettingsError, RunStopped) as error:
            print(f"{words}{error}")
            continue
        except KeyboardInterrupt:
            print(f"{words}interrupted before its first step.")
            break
        done[_stem(photo), _stem(painting)] = path
        print(f"{words}{path}, {message}")
        if interrupted:
            break
    return done


def _is_done(made, asked, content, style):
    """Whether a card tells of these settings and inputs, and of a run that came to its end."""
    inputs = fingerprint(content), fingerprint(style)
    return (
        made["settings"] == asked
        and (made.get("content_sha256"), made.get("style_sha256")) == inputs
        and made.get("steps_done") == sum((made.get("painted") or {}).get("steps") or [])
    )


def _sources(given):
    """The pictures of a folder in alphabetical order, or the list that was given, as strings."""
    if isinstance(given, (str, Path)):
        folder = Path(given).expanduser()
        if not folder.is_dir():
            raise PictureError(f"{given} is not a folder: give a folder of pictures, or a list of names and paths.")
        given = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
        if not given:
            raise PictureError(f"There is no picture in {folder}: it should hold files such as photo.jpg.")
    sources = [str(source) for source in given]
    stems = [_stem(source) for source in sources]
    for stem in stems:
        if stems.count(stem) > 1:
            raise PictureError(f"Two pictures are called {stem}: rename one, so that their results do not collide.")
    return sources


def _stem(source):
    return Path(source).stem
