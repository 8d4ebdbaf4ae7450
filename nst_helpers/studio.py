"""Many pictures at once: every photo with every painting, going on where it stopped."""

import functools
from dataclasses import asdict
from pathlib import Path

from . import card
from .errors import KitError, PictureError
from .pictures import load_with_sha256
from .run import stylize
from .saving import rescue_image, save_image
from .settings import check_settings, takes_settings
from .weights import bundled_vgg19, weights_sha256

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif")


@takes_settings
def paint_all(photos, paintings, folder, *, vgg=None, progress=False, on_step=None, **settings):
    """Paint each photo in the manner of each painting, and save the pictures with their run cards.

    photos, paintings: a folder, or a list of what `load_image` takes by name or path. folder: where
    the pictures go, as PHOTO_x_PAINTING.png; it is made if it is not there. vgg, progress, on_step:
    as for `stylize`. A picture that is there already, of the same two inputs, with the same
    settings and weights of the network, is not painted again; another one is. One that cannot be
    saved there is saved elsewhere. A pair that cannot be painted is named with the reason, and the
    rest goes on. An interrupt saves the picture that is being painted, and ends the whole.

    Returns `{(photo, painting): path}`, by their names without suffix, for the pictures that are
    there in the end. Raises `PictureError` or `SettingsError` for input with which nothing can be
    painted.
    """
    asked = asdict(check_settings(settings))
    photos, paintings, folder = _sources(photos), _sources(paintings), Path(folder).expanduser()
    folder.mkdir(parents=True, exist_ok=True)
    pairs = [(photo, painting) for photo in photos for painting in paintings]
    sha256_of = functools.cache(lambda source: load_with_sha256(source, max_side=asked["size"])[1])
    done = {}
    for number, (photo, painting) in enumerate(pairs, 1):
        path = folder / f"{_stem(photo)}_x_{_stem(painting)}.png"
        words, interrupted = f"{number} of {len(pairs)}: ", False
        try:
            if path.exists() and _is_done(card.read(path), asked, photo, painting, vgg, sha256_of):
                message = "there already"
            else:
                result = stylize(
                    photo, painting, vgg=vgg, progress=progress, on_step=on_step, **settings
                )
                path = _saved(result, path, words)
                message = f"{result.seconds:.0f} s"
                interrupted = result.message.startswith("Interrupted")
        except KitError as error:
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


def _saved(result, path, words):
    """Save a picture in its place or, if that cannot be, elsewhere; returns where it is."""
    try:
        return save_image(result.picture, path, card=result.card)
    except PictureError as error:
        rescued = rescue_image(result.picture, path, card=result.card)
        print(f"{words}{error}")
        return rescued


def _is_done(made, asked, photo, painting, vgg, sha256_of):
    """Whether a card tells of these settings, inputs and weights, and of a run not cut short."""
    if made["settings"] != asked:
        return False
    inputs = [sha256_of(photo), sha256_of(painting)]
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
            raise PictureError(
                f"{given} is not a folder: give a folder of pictures, or a list of names and paths."
            )
        given = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
        if not given:
            raise PictureError(
                f"There is no picture in {folder}: it should hold files such as photo.jpg."
            )
    sources = [str(source) for source in given]
    stems = [_stem(source) for source in sources]
    for stem in stems:
        if stems.count(stem) > 1:
            raise PictureError(
                f"Two pictures are called {stem}: rename one, so that their results do not collide."
            )
    return sources


def _stem(source):
    return Path(source).stem
