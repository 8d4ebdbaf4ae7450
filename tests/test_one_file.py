"""`notebooks/nst_in_one_file.py` is the engine in small."""

import importlib.util
import re
import subprocess
import sys

import pytest
import tensorflow as tf
from notebook_tools import FENCE, NOTEBOOKS, text
from PIL import Image

from nst_helpers import (
    CONTENT_LAYER,
    STYLE_LAYERS,
    compute_targets,
    feature_extractor,
    load_image,
    make_loss_and_gradient,
)
from nst_helpers.engine import DEFAULTS, STYLE_SHARES

FILE = NOTEBOOKS / "nst_in_one_file.py"


def test_its_loss_is_the_engines(vgg):
    spec = importlib.util.spec_from_file_location("nst_in_one_file", FILE)
    alone = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(alone)
    photo, painting = (load_image(name, max_side=80) for name in ("red_panda", "waves"))
    picture = tf.clip_by_value(photo + 0.2 * tf.sin(9.0 * photo), 0.0, 1.0)

    network = alone.load_vgg19()
    loss = alone.compute_loss(network, picture, *alone.compute_targets(network, photo, painting))

    extract = feature_extractor(vgg, [CONTENT_LAYER, *STYLE_LAYERS])
    targets = compute_targets(extract, photo, painting, CONTENT_LAYER, STYLE_LAYERS)
    weights = {"content": DEFAULTS.content_weight, "style": DEFAULTS.style_weight}
    weights |= {"tv": DEFAULTS.tv_weight} | STYLE_SHARES
    of_engine = make_loss_and_gradient(extract, CONTENT_LAYER, STYLE_LAYERS)
    fixed = targets.content, targets.grams, targets.constants
    losses, _ = of_engine(picture, *fixed, {name: tf.constant(w) for name, w in weights.items()})
    assert float(loss) == pytest.approx(float(losses["total"]), rel=1e-4)


def test_it_runs_alone_and_is_short(tmp_path):
    assert len(FILE.read_text().splitlines()) <= 120
    assert "nst_helpers import" not in FILE.read_text()
    for name in ("photo", "painting"):
        Image.effect_noise((90, 60), 60).convert("RGB").save(tmp_path / f"{name}.png")
    shorter = FILE.read_text().replace("= {128: 120, 256: 60, 512: 30}", "= {32: 3, 64: 2, 128: 2}")
    weights = str(FILE.parent.parent)
    shorter = shorter.replace("Path(__file__).resolve().parent.parent", f"Path({weights!r})")
    (tmp_path / "shorter.py").write_text(shorter)
    command = [sys.executable, "shorter.py", "photo.png", "painting.png", "result.png", "96"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "96 px, step 30 of 30" in run.stdout.replace("\r", "\n")
    assert Image.open(tmp_path / "result.png").size == (96, 64)
    nothing = subprocess.run([sys.executable, FILE], capture_output=True, text=True)
    assert nothing.returncode and "PHOTO PAINTING" in nothing.stderr


@pytest.mark.parametrize(
    "path", sorted(NOTEBOOKS.glob("0[1-6]_*.ipynb")), ids=lambda path: path.stem
)
def test_the_lines_that_a_lesson_adds_stand_in_it(path):
    section = re.search(r"^## The program so far\n(.*?)(?=^## |\Z)", text(path), re.M | re.DOTALL)
    assert section and FENCE.findall(section[1])
    for fence in FENCE.findall(section[1]):
        # A line of `...` stands for lines left out.
        for lines in filter(None, re.split(r"^(?: *\.\.\.)?\n", fence, flags=re.M)):
            assert f"\n{lines}" in f"\n{FILE.read_text()}", lines


def test_by_lesson_06_it_is_whole():
    section = text(NOTEBOOKS / "06_starts_optimizers_scales.ipynb")
    section = section[section.index("## The program so far") :]
    assert FENCE.findall(section)[-1] == FILE.read_text()
