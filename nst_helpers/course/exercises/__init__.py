"""The exercises of lessons 01 to 06 and 08 to 10: what is right, and which mistakes are known.

Each lesson's modules hold its exercises as data for `checks.verdict`; `exercise.Exercise` says
what belongs to one. The messages speak to the learner.
"""

from . import (
    capstone,
    lesson_01,
    lesson_02,
    lesson_03,
    lesson_04,
    lesson_05,
    lesson_06,
    lesson_08_colors,
    lesson_08_paintings,
    lesson_09,
    lesson_10_network,
    lesson_10_training,
)

LESSONS = {  # the exercises of each, in its order
    1: lesson_01.EXERCISES,
    2: lesson_02.EXERCISES,
    3: lesson_03.EXERCISES,
    4: lesson_04.EXERCISES,
    5: lesson_05.EXERCISES | capstone.EXERCISES,
    6: lesson_06.EXERCISES,
    8: lesson_08_paintings.REGIONS | lesson_08_colors.EXERCISES | lesson_08_paintings.EXERCISES,
    9: lesson_09.EXERCISES,
    10: lesson_10_network.EXERCISES | lesson_10_training.EXERCISES,
}
EXERCISES = {name: exercise for lesson in LESSONS.values() for name, exercise in lesson.items()}
