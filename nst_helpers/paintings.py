"""The paintings of a run: one or several, with the share of each, and where each applies.

Gatys, Ecker, Bethge, Hertzmann, Shechtman: *Controlling Perceptual Factors in Neural Style
Transfer*, arXiv 1611.07865: regions (section 4), color (section 5), scale (section 6).
"""

import dataclasses

import tensorflow as tf

from .canvas import starting_point
from .colors import as_bright_as, in_colors_of, luminance, with_colors_of
from .objective import Targets, larger_strength, strength, targets_from
from .pictures import with_longest_side
from .vgg import stride

SHRUNK_FROM = 4  # px a position: from such layers on a position sees far across a region's edge


@dataclasses.dataclass(frozen=True)
class Paintings:
    """The style images of a run.

    pictures: one or more. shares: of each; they add up to 1. masks: how much each applies at each
    place of the photo, `(1, height, width, number)`, adding up to at most 1; None for no regions.
    own_masks: of each painting the part that counts, `(1, height, width, 1)`, or None.
    """

    pictures: tuple
    shares: tuple = (1.0,)
    masks: tf.Tensor | None = None
    own_masks: tuple = (None,)

    def at(self, side, photo, scale):
        """The same for a photo of this side, each painting's longest side being side × scale."""
        return dataclasses.replace(
            at_size_of(photo, self),
            pictures=tuple(with_longest_side(one, round(side * scale)) for one in self.pictures),
        )

    @property
    def regions(self):
        """How many regions there are; 0 without masks."""
        return 0 if self.masks is None else len(self.pictures)

    def parts(self):
        """Of each painting `(picture, its own mask or None, its mask in the photo or None)`."""
        count = len(self.pictures)
        masks = [None] * count if self.masks is None else tf.split(self.masks, count, axis=-1)
        own = (
            None if mask is None else by_area(mask, *picture.shape[1:3])
            for picture, mask in zip(self.pictures, self.own_masks, strict=True)
        )
        return list(zip(self.pictures, own, masks, strict=True))


def one_painting(style):
    """`Paintings` with only this picture; those that are given as such are returned."""
    return style if isinstance(style, Paintings) else Paintings((style,))


def several_paintings(pictures, shares):
    """`Paintings` of these pictures, without regions."""
    return Paintings(tuple(pictures), tuple(shares), None, (None,) * len(pictures))


def by_area(mask, height, width):
    """A mask, or several, at another size, each value the mean over the area that it stands for."""
    return (
        mask
        if mask.shape[1:3] == (height, width)
        else tf.image.resize(mask, (height, width), "area")
    )


def repainted(photo, paintings, original_colors):
    """Photo and paintings as they enter the loop, for a setting `original_colors`."""
    if not original_colors:
        return photo, paintings
    if original_colors == "luminance":
        photo = luminance(photo)
    pictures = tuple(
        as_bright_as(photo, luminance(picture), mask, own)
        if original_colors == "luminance"
        else in_colors_of(photo, picture, mask, own)
        for picture, own, mask in at_size_of(photo, paintings).parts()
    )
    return photo, dataclasses.replace(paintings, pictures=pictures)


def at_size_of(photo, paintings):
    """The same paintings, with masks in the photo's size."""
    masks = None if paintings.masks is None else by_area(paintings.masks, *photo.shape[1:3])
    return dataclasses.replace(paintings, masks=masks)


def start_from(init, photo, paintings, seed):
    """The starting point for several paintings: theirs by their shares, or each in its region."""
    if len(paintings.pictures) == 1 and paintings.masks is None:
        return starting_point(init, photo, paintings.pictures[0], seed)
    if init in ("content", "noise"):
        return starting_point(init, photo, photo, seed)
    points = [
        starting_point(init, photo, picture, seed, (own, mask))
        for picture, own, mask in paintings.parts()
    ]
    if paintings.masks is None:
        return tf.add_n([share * point for share, point in zip(paintings.shares, points)])
    return laid_over(photo, points, paintings.masks)


def laid_over(photo, pictures, masks):
    """The pictures, each where its mask is white, and the photo where none is."""
    weights = tf.split(masks, len(pictures), axis=-1)
    covered = tf.reduce_sum(masks, axis=-1, keepdims=True)
    return (
        tf.add_n([weight * one for weight, one in zip(weights, pictures)]) + (1 - covered) * photo
    )


def targets_at(measure, photo, paintings, layers):
    """`(f, guides)` at one size; guides are None for no regions.

    f: from the share of the second of two paintings to the `Targets`; None for the shares that they
    have. measure: from `graphs_for`. layers: the style loss's.
    """
    grams = [_grams(measure, picture, own, layers) for picture, own, _ in paintings.parts()]
    if paintings.masks is not None:
        guides, areas = guides_for(paintings.masks, layers)
        targets = targets_for_regions(*measure(photo, guides), grams, areas)
        return lambda second=None: targets, guides
    measured = measure(photo)

    def targets_for(second=None):
        if len(grams) == 1:
            return targets_from(*measured, *grams)
        shares = paintings.shares if second is None else (1 - second, second)
        return targets_from(*measured, blended(grams, shares))

    return targets_for, None


def _grams(measure, painting, part, layers):
    """`{layer: Gram matrix}` of the part of a painting that counts."""
    if part is None:
        return measure(painting)[1]
    _, grams = measure(painting, guides_for(part, layers)[0])
    return {layer: gram for layer, (gram,) in grams.items()}


def blended(grams, shares):
    """The Gram matrices of several paintings, `{layer: matrix}` each, mixed into one such dict.

    shares: one each; they add up to 1. Paintings differ in contrast, and the square of that is in
    their Gram matrices. So each matrix is divided by its own strength, and the sum has the strength
    that they have in the mean: the share alone says how much a painting counts.
    """
    mixed = {}
    for layer in grams[0]:
        roots = [tf.sqrt(strength(one[layer])) for one in grams]
        parts = [share * one[layer] / root for one, root, share in zip(grams, roots, shares)]
        mixed[layer] = tf.add_n(parts) * tf.add_n([s * root for root, s in zip(roots, shares)])
    return mixed


def targets_for_regions(features, photo_grams, grams, areas):
    """`targets_from` for several paintings, each with a region of the photo to itself.

    photo_grams: `{layer: [matrix of each region]}`. grams: of each painting, `{layer: matrix}`.
    areas: of each region, as a share of the photo: so much its style loss counts, which is as much
    as these pixels would count in an undivided photo.
    """
    targets, constants = {}, {"content": strength(features)}
    for layer, of_regions in photo_grams.items():
        targets[layer] = [one[layer] for one in grams]
        constants[layer] = [
            larger_strength(gram, photo_gram) / area
            for gram, photo_gram, area in zip(targets[layer], of_regions, areas, strict=True)
        ]
    return Targets(features, targets, constants)


def guides_for(masks, layers):
    """`({layer: [guide of each mask, (1, height, width, 1)]}, [share of the area of each])`.

    A position of a deep layer sees far around itself. So there a region is made one position
    smaller all around, if anything of it is left then.
    """
    count, (height, width) = masks.shape[-1], masks.shape[1:3]
    areas = [tf.reduce_mean(mask) for mask in tf.split(masks, count, axis=-1)]
    guides = {}
    for layer in layers:
        pixels = stride(layer)
        masks_here = by_area(masks, height // pixels, width // pixels)
        guides[layer] = [
            _shrunk(mask) if pixels >= SHRUNK_FROM else mask
            for mask in tf.split(masks_here, count, axis=-1)
        ]
    return guides, areas


def _shrunk(mask):
    inner = -tf.nn.max_pool2d(-mask, 3, 1, "SAME")
    return inner if tf.reduce_sum(inner) > 0.1 * tf.reduce_sum(mask) else mask


def finished(picture, photo, paintings, original_colors):
    """The painted picture as it is shown: in the photo's colors, and the photo where no mask is."""
    if original_colors == "luminance":
        picture = with_colors_of(photo, picture)
    if paintings.masks is None:
        return picture
    covered = tf.reduce_sum(paintings.masks, axis=-1, keepdims=True)
    return covered * picture + (1 - covered) * photo
