"""How near a picture is to the photo and to the painting, at layers that no recipe uses for style.

block5_conv2 is the content layer of two of the recipes, which can only count against them for style.
"""

import tensorflow as tf

from nst_helpers import feature_extractor, gram_matrix, load_image, load_vgg19, resize
from nst_helpers.pictures import with_longest_side

STYLE = ("block1_conv2", "block2_conv2", "block3_conv3", "block4_conv3", "block5_conv2")
CONTENT = "block4_conv3"


def error_function(photo, painting, side=512, vgg=None):
    """`f(picture) -> (style error, content error)`, relative errors in float32 at `side` px.

    Style: the mean over the layers of ‖G(picture) − G(painting)‖ / ‖G(painting)‖. Content:
    ‖F(picture) − F(photo)‖ / ‖F(photo)‖. All pictures are brought to `side` px first.
    """
    extract = feature_extractor(vgg or load_vgg19(), [*STYLE, CONTENT])
    photo = with_longest_side(load_image(photo, max_side=None), side)
    features = extract(with_longest_side(load_image(painting, max_side=None), side))
    grams = {layer: gram_matrix(features[layer]) for layer in STYLE}
    target = extract(photo)[CONTENT]

    def errors(picture):
        features = extract(resize(picture, *photo.shape[1:3]))
        style = [_relative(gram_matrix(features[layer]), grams[layer]) for layer in STYLE]
        return float(tf.reduce_mean(style)), float(_relative(features[CONTENT], target))

    return errors


def _relative(value, target):
    return tf.norm(value - target) / tf.norm(target)
