"""Many pictures at once: every photo with every painting, going on where it stopped."""

import functools
import itertools
import os
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import tensorflow as tf

from ..console import say
from ..errors import CardError, KitError, PictureError, SettingsError, as_path
from ..pictures import (
    GIVEN_PICTURE,
    card,
    check_output_path,
    load_image,
    load_with_sha256,
    make_folder,
    read_file,
    rescue_image,
    save_image,
)
from .run import stylize
from .settings import check_settings, takes_settings
from .weights import bundled_vgg19, weights_sha256

SUFFIXES = {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif"}
SUFFIXES |= {".avif", ".heic", ".heif"}  # a phone's; where they cannot be read, it is said


@takes_settings
def paint_all(
    photos, paintings, folder, *, sequence=False, vgg=None, progress=False, on_step=None, **settings
):
    """Paint each photo in the manner of each painting, and save the pictures with their run cards.

    photos, paintings: a folder, or a list of what `load_image` takes by name or path. Files of a
    folder that are no pictures, or that this function painted into it, are left out and named.
    folder: where the pictures go, as PHOTO_x_PAINTING.png; it is made if it is not there.
    sequence: whether the photos are frames in this order, so that each picture goes on from the one
    before, changed as the photo has changed: a clip of them flickers less. vgg, progress, on_step:
    as for `stylize`.

    A picture that is there already, of the same inputs, settings and weights, is not painted again.
    One that cannot be saved there is saved elsewhere. A pair that cannot be painted is named with
    the reason, and the rest goes on. An interrupt saves the picture that is being painted, and ends
    the whole. Returns `{(photo, painting): path}`, by their names without suffix, for the pictures
    there in the end. Raises `PictureError` or `SettingsError` if nothing can be painted.
    """
    asked, folder = asdict(check_settings(settings)), as_path(folder)
    paths = _paths(_sources(photos, folder), _sources(paintings, folder), folder)
    make_folder(folder)
    sha256_of = functools.cache(lambda source: load_with_sha256(source, max_side=asked["size"])[1])
    options = settings | {"vgg": vgg, "progress": progress, "on_step": on_step}
    done, before = {}, {}
    for number, ((photo, painting), path) in enumerate(paths.items(), 1):
        prefix, interrupted = f"{number} of {len(paths)}: ", False
        try:
            going_on = _carried_over(photo, before.get(painting), asked["size"])
            if _is_done(path, asked, going_on, photo, painting, vgg, sha256_of):
                message = "there already"
            else:
                check_output_path(path)  # before the minutes that a picture takes
                result = stylize(photo, painting, **options | going_on)
                try:
                    save_image(result.picture, path, card=result.card)
                except PictureError as error:
                    path = rescue_image(result.picture, path, card=result.card)
                    say(f"{prefix}{error}")
                message, interrupted = f"{result.seconds:.0f} s", result.interrupted
                if result.message and on_step is not None:  # else `stylize` has said it
                    say(f"{prefix}{result.message}")
        except KitError as error:
            say(f"{prefix}{error}")
            continue
        except KeyboardInterrupt:
            say(f"{prefix}interrupted before its first step.")
            break
        done[Path(photo).stem, Path(painting).stem] = path
        if sequence:
            before[painting] = photo, path
        say(f"{prefix}{path}, {message}")
        if interrupted:
            break
    return done


def _carried_over(photo, before, size):
    """Where to start, as a setting: the picture of the photo before, changed as the photo has.

    before: `(photo, path of its picture)`. Empty if there is none, or if it had another shape.
    """
    if before is None:
        return {}
    photo, photo_before, picture = (load_image(source, size) for source in (photo, *before))
    if photo.shape != photo_before.shape:
        return {}
    return {"init": tf.clip_by_value(picture + photo - photo_before, 0.0, 1.0)}


def _is_done(path, asked, going_on, photo, painting, vgg, sha256_of):
    """Whether a whole picture is there, of these settings, inputs and weights, not cut short.

    Raises `CardError` if what is there is not this kit's, and so must not be written over.
    """
    if not os.path.exists(path) or path.stat().st_size == 0:  # empty, as a crash can leave it
        return False
    made = card.read(path)
    try:
        settings = asdict(check_settings(made["settings"]))  # an older kit had not got all of them
        read_file(path)
    except (SettingsError, TypeError, PictureError):  # of a kit that had others; or cut off
        return False
    return (
        settings == asked | dict.fromkeys(going_on, GIVEN_PICTURE)
        and made.get("content_sha256") == sha256_of(photo)
        and made.get("style_sha256") == sha256_of(painting)
        and made.get("weights_sha256") == weights_sha256(vgg or bundled_vgg19())
        and made.get("steps_done") == sum((made.get("painted") or {}).get("steps") or [])
    )


def _sources(given, results_folder):
    """The pictures of a folder, frame 2 before frame 10, or the list that was given, as strings."""
    if isinstance(given, (str, os.PathLike)):
        folder = as_path(given)
        if not os.path.isdir(folder):
            raise PictureError(
                f"{given} is not a folder: give a folder of pictures, or a list of names and paths."
            )
        given = _pictures_in(folder, results_folder)
        if not given:
            raise PictureError(
                f"There is no picture in {folder}: it should hold files such as photo.jpg."
            )
    sources = list(given) if isinstance(given, Iterable) else [given]
    for source in sources:
        if not isinstance(source, (str, os.PathLike)):
            raise PictureError(
                f"A value of type {type(source).__name__} is not the name or path of a picture: "
                "give a list of those, or a folder."
            )
    return [str(source) for source in sources]


def _pictures_in(folder, results_folder):
    """The paths of its pictures; those painted into it before, and other files, are named."""
    files = sorted((path for path in folder.iterdir() if path.is_file()), key=_in_order)
    files = [path for path in files if not path.name.startswith(".")]  # macOS adds some
    pictures = [path for path in files if path.suffix.lower() in SUFFIXES]
    if results_folder.is_dir() and results_folder.samefile(folder):
        pictures = [path for path in pictures if not _has_card(path)]
    left_out = [path.name for path in files if path not in pictures]
    if left_out:
        say(f"Skipped in {folder} (results, or not pictures): {', '.join(left_out)}.")
    return pictures


def _in_order(path):
    """What to sort by, so that numbers in names count as such."""
    parts = re.split(r"(\d+)", path.name.casefold())  # every second one is a number
    return [int(part) if number % 2 else part for number, part in enumerate(parts)], path.name


def _has_card(path):
    try:
        return bool(card.read(path))
    except CardError:
        return False


def _paths(photos, paintings, folder):
    """`{(photo, painting): path of their picture}`. Raises `PictureError` if two are the same."""
    paths, names = {}, set()
    for photo, painting in itertools.product(photos, paintings):
        name = f"{Path(photo).stem}_x_{Path(painting).stem}.png"
        anywhere = unicodedata.normalize("NFC", name).casefold()  # some disks take "A" for "a"
        if anywhere in names:
            raise PictureError(
                f"Two results would be called {name}: rename one of the input pictures."
            )
        names.add(anywhere)
        paths[photo, painting] = folder / name
    return paths
