"""Regions of a photo, found by what the network sees in it: sky, castle and woods come apart.

Late layers answer to things and textures, whatever their brightness. Positions that are alike there
are put together by k-means, and the borders are then moved to the photo's own edges.
"""

import numpy as np
import tensorflow as tf
from scipy.cluster.vq import kmeans2
from scipy.ndimage import center_of_mass, uniform_filter

from ..errors import SettingsError
from ..method import feature_extractor
from ..pictures import load_image, luminance, resize, whole_number, with_longest_side
from .weights import bundled_vgg19

SIDE = 384  # px, at most, of the photo that the network looks at
LAYERS = {"block3_conv4": 1.0, "block4_conv4": 1.0, "block5_conv4": 0.7}  # and how much each counts
COLOR, HEIGHT = 0.4, 0.5  # the same for a position's color, and for how far down it lies
RADIUS, SMOOTH = 8, 1e-3  # px of the window in which edges are followed; how faint ones are
MOST = 8


def regions(picture, count=3, vgg=None, seed=0):
    """Masks of the regions of a picture, from the topmost to the lowest.

    picture: anything `load_image` takes. count: how many, 2 to 8. vgg: what `load_vgg19` returns;
    None for the bundled weights. seed: of k-means, which starts by chance.

    Returns a list of pictures of the same size, each white in its region and gray along its border;
    at each place they add up to white. For `style_masks`, or `painting_masks` of a painting. Raises
    `SettingsError` for another count.
    """
    picture, count = load_image(picture), whole_number("count", count)
    if count not in range(2, MOST + 1):
        raise SettingsError(f"count is {count}: ask for 2 to {MOST} regions.")
    small = picture if max(picture.shape[1:3]) <= SIDE else with_longest_side(picture, SIDE)
    vectors, size = _described(small, vgg or bundled_vgg19())
    _, labels = kmeans2(vectors, count, iter=50, minit="++", seed=seed)
    masks = [np.float32(labels == number).reshape(1, *size, 1) for number in np.unique(labels)]
    masks = [_along_edges(resize(mask, *small.shape[1:3]), small) for mask in masks]
    masks = [resize(mask, *picture.shape[1:3]) for mask in masks]
    together = tf.maximum(tf.add_n(masks), 1e-6)
    masks.sort(key=lambda mask: center_of_mass(np.asarray(mask))[1])  # how far down it is
    return [tf.repeat(mask / together, 3, axis=-1) for mask in masks]


def _described(picture, vgg):
    """`(vectors, (height, width))`: for each 4 × 4 px what is seen, its color and its height."""
    height, width = picture.shape[1] // 4, picture.shape[2] // 4
    features = feature_extractor(vgg, list(LAYERS))(picture)
    parts = []
    for layer, weight in LAYERS.items():
        directions = tf.math.l2_normalize(features[layer], axis=-1)  # a texture, however strong
        parts.append(weight * tf.image.resize(directions, (height, width)))
    parts.append(COLOR * resize(picture, height, width))
    down = tf.linspace(0.0, 1.0, height)[None, :, None, None]
    parts.append(HEIGHT * tf.repeat(down, width, axis=2))
    vectors = tf.concat(parts, axis=-1)
    return np.asarray(vectors, np.float64).reshape(height * width, -1), (height, width)


def _along_edges(mask, picture):
    """The mask made to follow the picture's edges: in each window a line of its brightness.

    He, Sun, Tang, *Guided Image Filtering*, ECCV 2010, with the mask's mean over the windows.
    """
    mask, gray = np.asarray(mask)[0, :, :, 0], np.asarray(luminance(picture))[0, :, :, 0]

    def mean(values):
        return uniform_filter(values, 2 * RADIUS + 1, mode="nearest")

    covariance = mean(gray * mask) - mean(gray) * mean(mask)
    slope = covariance / (mean(gray * gray) - mean(gray) ** 2 + SMOOTH)
    offset = mean(mask) - slope * mean(gray)
    return tf.clip_by_value((mean(slope) * gray + mean(offset))[None, ..., None], 0.0, 1.0)
