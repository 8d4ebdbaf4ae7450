"""What `static/paint.js` needs to paint a photo: its controls, and its data as scripts."""

import base64
import html
import io
from pathlib import Path

from pages import title
from PIL import Image

from nst_helpers.fast import load_network

DATA = Path(__file__).parents[1] / "nst_helpers" / "data"
PHOTOS = ("neuschwanstein", "red_panda", "horses", "roebling_bridge")
SIDES = (256, 384, 512)  # px, the longest
ELEMENT = """\
<script src="_static/paint.js" defer></script>
<noscript>
<p>The page paints by JavaScript, which is switched off here.</p>
</noscript>
<nst-paint>
<fieldset><legend>Photo</legend>
<label class="file"><input type="file" accept="image/*" data-part="file">Choose a photo</label>
<span>or drop or paste one anywhere on this page, or take one of these.</span>
<div class="pictures">
{photos}</div>
</fieldset>
<form method="dialog" data-part="settings">
<fieldset><legend>Painting</legend>
<div class="pictures">
{paintings}</div>
<div class="mixture" data-part="mixture">
<label for="second">Mix in</label>
<select name="second" id="second"></select>
<input type="range" name="mix" min="0" max="100" step="5" value="0" aria-label="Share, in percent">
<span aria-hidden="true" data-part="mixed"></span>
</div>
</fieldset>
<fieldset class="choice"><legend>Longest side</legend>
{sides}</fieldset>
</form>
<div class="told">
<p role="status" data-part="status" {words}></p>
<progress value="0" aria-label="Painted so far" data-part="progress"></progress>
<span class="percent" aria-hidden="true" data-part="percent"></span>
<a data-part="save">Save as PNG</a>
</div>
<div class="pair">
<canvas role="img" aria-label="Your photo" data-part="photo"></canvas>
<canvas role="img" aria-label="Your photo, painted" data-part="painted"></canvas>
</div>
</nst-paint>
"""
WORDS = {  # of each state; `paint.js` itself says what is done
    "busy": "Painting …",
    "unreadable": "Your browser cannot read this file as a picture. Try a JPEG, PNG or WebP file.",
    "small": "This picture is too small or too narrow: its shorter side needs at least 32 pixels, "
    "and at least an eighth of the longer one.",
    "unloaded": "This could not be loaded. Check your connection, and choose it again.",
    "failed": "The painting failed. Try a smaller size, or load the page again.",
}


def networks():
    """The files of the networks that come with the kit. Raises `ValueError` if there are none."""
    files = sorted((DATA / "networks").glob("*.safetensors"))
    if not files:
        raise ValueError(f"{DATA / 'networks'} holds no network that could paint.")
    return files


def paintings(files):
    """`{"network place": name}`, as `paint.js` names them, of all paintings that networks know."""
    return {
        f"{path.stem} {place}": name
        for path in files
        for place, name in enumerate(load_network(path).paintings)
    }


def pictures(files):
    """The files of all pictures that the controls show, to be made thumbnails."""
    yield from (DATA / "photos" / f"{name}.jpg" for name in PHOTOS)
    yield from (DATA / "paintings" / f"{name}.jpg" for name in paintings(files).values())


def write(folder, files):
    """Write a script `NAME.js` for each network and each photo, which holds it as base64."""
    folder.mkdir(parents=True)
    held = {path.stem: base64.b64encode(path.read_bytes()).decode() for path in files}
    for name in PHOTOS:
        with Image.open(DATA / "photos" / f"{name}.jpg") as photo:
            photo.thumbnail((SIDES[-1], SIDES[-1]), Image.Resampling.LANCZOS)
            file = io.BytesIO()
            photo.save(file, "WEBP", quality=90)
        held[name] = f"data:image/webp;base64,{base64.b64encode(file.getvalue()).decode()}"
    for name, text in held.items():
        script = f'(window.nstPaint ??= {{}})["{name}"] = "{text}";\n'
        (folder / f"{name}.js").write_text(script, encoding="utf-8")


def element(files):
    """The painter in a page, its first painting and its smallest size chosen."""
    photos = (
        f'<button type="button" value="{name}">{_thumbnail(name, title(name))}</button>\n'
        for name in PHOTOS
    )
    return ELEMENT.format(
        photos="".join(photos),
        paintings=_choices(
            "painting",
            {
                value: f"{_thumbnail(name)}<span>{title(name)}</span>"
                for value, name in paintings(files).items()
            },
        ),
        sides=_choices("side", {side: f"{side} px" for side in SIDES}),
        words=" ".join(f'data-{state}="{html.escape(text)}"' for state, text in WORDS.items()),
    )


def _thumbnail(name, words=""):
    return f'<img src="_static/thumbnails/{name}.webp" alt="{words}">'


def _choices(name, labels):
    """Radio buttons, the first one checked. labels: `{value: HTML}`."""
    rows = [
        f'<input type="radio" name="{name}" id="{name}-{n}" value="{value}">'
        f'<label for="{name}-{n}">{label}</label>\n'
        for n, (value, label) in enumerate(labels.items())
    ]
    return "".join(rows).replace(">", " checked>", 1)
