"""Many pictures at once: every photo with every painting, going on where it stopped."""

import inspect
from pathlib import Path

from . import card
from .images import PictureError, load_with_sha256, rescue_image, save_image
from .optimize import DEFAULTS, RunStopped, SettingsError, bundled_vgg19, check_settings, stylize, weights_sha256

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif")


def paint_all(photos, paintings, folder, **settings):
    """Paint each photo in the manner of each painting, and save the pictures with their run cards.

    photos, paintings: a folder, or a list of what `load_image` takes by name or path. folder: where
    the pictures go, as PHOTO_x_PAINTING.png; it is made if it is not there. settings: as for
    `stylize`. A picture that is there already, of the same two inputs, with the same settings and weights of
    the network, is not painted again; another one is. One that cannot be saved there is saved elsewhere. A pair that cannot be painted is named with the
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
            if path.exists() and _is_done(card.read(path), asked, photo, painting, settings.get("vgg")):
                message = "there already"
            else:
                result = stylize(photo, painting, **{"progress": False} | settings)
                try:
                    save_image(result.picture, path, card=result.card)
                except PictureError as error:
                    path = rescue_image(result.picture, path, card=result.card)
                    print(f"{words}{error}")
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


def _is_done(made, asked, photo, painting, vgg):
    """Whether a card tells of these settings, inputs and weights, and of a run that came to its end."""
    if made["settings"] != asked:
        return False
    inputs = [load_with_sha256(source, max_side=asked["size"])[1] for source in (photo, painting)]
    return (
        [made.get("content_sha256"), made.get("style_sha256")] == inputs
        and made.get("weights_sha256") == weights_sha256(vgg or bundled_vgg19())
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
