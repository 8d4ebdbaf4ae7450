"""`predict`: one of the lessons' predictions, asked in a notebook, and the choice kept."""

from ...widgets import ask
from .. import kept
from . import prediction


def predict(key):
    """Ask one of the lessons' predictions: its outcome is shown once an answer is chosen.

    key: its name in the course's files. The first answer chosen is kept for `progress`: whoever
    has seen the outcome does not predict. Where there are no buttons, the outcome is folded. Raises
    `KitError` for a key that there is not.
    """
    found = prediction(key)
    ask(**vars(found), chosen=lambda answer: kept.note_choice(key, answer, found.answers))
