"""The exercises of lessons 01 to 05 and 07: what is right, and which mistakes are known.

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
    lesson_07_colors,
    lesson_07_paintings,
)

LESSONS = {  # the exercises of each, in its order
    1: lesson_01.EXERCISES,
    2: lesson_02.EXERCISES,
    3: lesson_03.EXERCISES,
    4: lesson_04.EXERCISES,
    5: lesson_05.EXERCISES | capstone.EXERCISES,
    7: lesson_07_colors.EXERCISES | lesson_07_paintings.EXERCISES,
}
EXERCISES = {name: exercise for lesson in LESSONS.values() for name, exercise in lesson.items()}
