"""The style images: where a painting begins, and several paintings, blended or in regions.

Gatys, Ecker, Bethge, Hertzmann, Shechtman: *Controlling Perceptual Factors in Neural Style
Transfer*, arXiv 1611.07865: regions (section 4), color (section 5), scale (section 6).
"""

import dataclasses

import tensorflow as tf

from ..errors import SettingsError
from ..pictures import (
    STARTING_POINTS,
    as_bright_as,
    in_colors_of,
    luminance,
    resize,
    with_colors_of,
    with_longest_side,
)
from .neighbors import by_area, held, matching, room_in
from .objective import compare, strength, undivided
from .vgg import stride

OVERLAID = 0.5  # of the style image, in the start "overlay"; with less its large forms fade again
# On a small picture the style loss sees a whole tree of the painting, and plants it in the sky.
SMALL_SIDE, STYLE_SHARE_WHEN_SMALL = 200, 0.35
NARROWED_FROM = 4  # px a position: from such layers on a position sees far across a region's edge


def starting_point(init, content, style, seed=0, masks=()):
    """The picture that the loop starts from, in the content image's size.

    init: `"recolored"` (the content image in the style image's colors), `"overlay"` (that, with the
    style image laid over it, half and half, so that its large forms come up in their places),
    `"content"`, `"style"` (the style image, stretched) or `"noise"` (white noise; the same seed
    gives the same noise). Another name raises `SettingsError`. content, style: pictures. masks:
    those of style and content whose colors count, as for `colors.in_colors_of`.
    """
    if init not in STARTING_POINTS:
        raise SettingsError(f"init is {init!r}: choose one of {', '.join(STARTING_POINTS)}.")
    if init == "content":
        return content
    if init == "noise":
        return tf.random.stateless_uniform(content.shape, seed=(seed, 0))
    if init == "recolored":
        return in_colors_of(style, content, *masks)
    stretched = resize(style, *content.shape[1:3])
    if init == "style":
        return stretched
    recolored = in_colors_of(style, content, *masks)
    return recolored + OVERLAID * (stretched - recolored)


def enlarged(picture, photo, larger_photo, keep_detail):
    """The picture in the larger photo's size, with the detail that only the larger photo has.

    picture: painted, in the size of photo. Only enlarged, it would be blurred, and the steps left
    would make a woven pattern of the blur. So what the larger photo has and the small one lacks,
    once that is enlarged, is added if keep_detail.
    """
    size = larger_photo.shape[1:3]
    detail = larger_photo - resize(photo, *size) if keep_detail else 0.0
    return tf.clip_by_value(resize(picture, *size) + detail, 0.0, 1.0)


@dataclasses.dataclass(frozen=True)
class Paintings:
    """The style images of a run.

    pictures: one or more. shares: of each; they add up to 1. masks: how much each applies at each
    place of the photo, `(1, height, width, number)`, adding up to at most 1; None for no regions.
    own_masks: of each painting the part that counts, `(1, height, width, 1)` or None; may be empty.
    """

    pictures: tuple
    shares: tuple = (1.0,)
    masks: tf.Tensor | None = None
    own_masks: tuple = ()

    def at(self, side, photo, scale):
        """The same for a photo of this side, each painting's longest side being side × scale."""
        return dataclasses.replace(
            at_size_of(photo, self),
            pictures=tuple(with_longest_side(p, round(side * scale)) for p in self.pictures),
        )

    @property
    def regions(self):
        """How many regions there are; 0 without masks."""
        return 0 if self.masks is None else len(self.pictures)

    def parts(self):
        """Of each painting `(picture, its own mask or None, its mask in the photo or None)`."""
        none = [None] * len(self.pictures)
        masks = none if self.masks is None else tf.split(self.masks, len(none), axis=-1)
        own_masks = [
            None if mask is None else by_area(mask, *picture.shape[1:3])
            for picture, mask in zip(self.pictures, self.own_masks or none, strict=True)
        ]
        return list(zip(self.pictures, own_masks, masks, strict=True))


def one_painting(style):
    """`Paintings` with only this picture; those that are given as such are returned."""
    return style if isinstance(style, Paintings) else Paintings((style,))


def at_size_of(photo, paintings):
    """The same paintings, with masks in the photo's size."""
    masks = None if paintings.masks is None else by_area(paintings.masks, *photo.shape[1:3])
    return dataclasses.replace(paintings, masks=masks)


def repainted(photo, paintings, original_colors):
    """Photo and paintings as they enter the loop, for a setting `original_colors`."""
    if not original_colors:
        return photo, paintings
    parts = at_size_of(photo, paintings).parts()
    if original_colors == "luminance":
        photo = luminance(photo)
        pictures = (
            as_bright_as(photo, luminance(picture), mask, own) for picture, own, mask in parts
        )
    else:
        pictures = (in_colors_of(photo, picture, mask, own) for picture, own, mask in parts)
    return photo, dataclasses.replace(paintings, pictures=tuple(pictures))


def start_from(init, photo, paintings, seed):
    """The starting point for a run's paintings: theirs by their shares, or each in its region."""
    if init in ("content", "noise"):
        return starting_point(init, photo, photo, seed)
    parts = paintings.parts()
    points = [starting_point(init, photo, picture, seed, masks) for picture, *masks in parts]
    if paintings.masks is None:
        return tf.add_n([share * point for share, point in zip(paintings.shares, points)])
    painted = tf.add_n([mask * point for (*_, mask), point in zip(parts, points)])
    return painted + (1 - covered(paintings)) * photo


def covered(paintings):
    """How much of each place of the photo is painted, `(1, height, width, 1)`."""
    return tf.reduce_sum(paintings.masks, axis=-1, keepdims=True)


def finished(picture, photo, paintings, original_colors):
    """The painted picture as it is shown: in the photo's colors, and the photo where no mask is."""
    if original_colors == "luminance":
        picture = with_colors_of(photo, picture)
    if paintings.masks is not None:
        painted = covered(paintings)
        picture = painted * picture + (1 - painted) * photo
    return tf.clip_by_value(picture, 0.0, 1.0)  # of what rounding added


def style_share(side, sides):
    """The share of the style weight that counts at the scale of this side."""
    return STYLE_SHARE_WHEN_SMALL if side < min(SMALL_SIDE, sides[-1]) else 1.0


def measure_pictures(measure, photo, paintings, layers, neighbor_share=0.5):
    """`targets_for(second, picture)`, which gives the `Targets` at this size.

    second: the share of the second of two paintings; None for those that they have. picture: the
    one painted so far, for `neighbors.matching`. measure: from `graphs_for`. layers: the style
    loss's.
    """
    parts = paintings.parts()
    own_guides = [None if own is None else guides_for(own, layers)[0] for _, own, _ in parts]
    measured = [measure(picture, guides) for (picture, *_), guides in zip(parts, own_guides)]
    grams = [undivided(of_painting.grams) for of_painting in measured]
    guides, masks = None, [mask for *_, mask in parts]
    if paintings.masks is not None:
        guides, areas = guides_for(paintings.masks, layers)
        in_regions = {layer: [painting[layer] for painting in grams] for layer in layers}
    of_photo = measure(photo, guides)
    if of_photo.columns:
        columns = [of_painting.columns for of_painting in measured]
        own_masks = [own for _, own, _ in parts]
        room = room_in(photo)
        match = matching(of_photo.columns, columns, own_masks, masks, room)
        counts = held(room, *of_photo.content.shape[1:3])

    def targets_for(second, picture=photo):
        shares = paintings.shares
        if second is not None and len(shares) == 2:  # the easel names it for one painting, too
            shares = (1 - second, second)
        if guides:
            targets = compare(of_photo, in_regions, guides, areas)
        else:
            mixed = grams[0] if len(grams) == 1 else blended(grams, shares)
            targets = compare(of_photo, {layer: [gram] for layer, gram in mixed.items()})
        if not of_photo.columns:
            return targets
        columns = measure(picture, guides).columns
        return targets._replace(neighbors=match(columns, shares, neighbor_share), held=counts)

    return targets_for


def blended(grams, shares):
    """The Gram matrices of several paintings, `{layer: matrix}` each, mixed into one such dict.

    shares: one each; they add up to 1. Paintings differ in contrast, and the square of that is in
    their Gram matrices. So each matrix is divided by its own strength, and the sum has the strength
    that they have in the mean: the share alone says how much a painting counts.
    """
    mixed = {}
    for layer in grams[0]:
        roots = [tf.sqrt(strength(painting[layer])) for painting in grams]
        parts = [
            share * painting[layer] / root for painting, root, share in zip(grams, roots, shares)
        ]
        mean = tf.add_n([share * root for root, share in zip(roots, shares)])
        mixed[layer] = tf.add_n(parts) * mean
    return mixed


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
        here = tf.split(by_area(masks, height // pixels, width // pixels), count, axis=-1)
        guides[layer] = [_narrowed(mask) for mask in here] if pixels >= NARROWED_FROM else here
    return guides, areas


def _narrowed(mask):
    inner = -tf.nn.max_pool2d(-mask, 3, 1, "SAME")
    return inner if tf.reduce_sum(inner) > 0.1 * tf.reduce_sum(mask) else mask
