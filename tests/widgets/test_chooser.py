"""The chooser without a browser: a click, a path and an upload."""

import pytest
from easel_tools import image_file
from test_easels import as_version_7, as_version_8, press_enter

from nst_helpers import SAMPLES, PictureError, choose_painting, choose_photo, load_image


@pytest.fixture
def photo():
    return choose_photo()


def upload(chooser, name, content):
    shape = as_version_7 if isinstance(chooser.upload.value, dict) else as_version_8
    chooser.upload.set_trait("value", shape(name, content))


def test_every_sample_is_a_button_and_the_latest_is_the_source(photo):
    painting = choose_painting()
    assert [*photo.samples, *painting.samples] == list(SAMPLES)
    for chooser in (photo, painting):
        assert chooser.source in chooser.samples
        for name, button in chooser.samples.items():
            button.click()
            assert chooser.source == name and name in chooser.shown.value
            assert f"nst-{name}" in button._dom_classes
            assert f".nst-{name} " in chooser.children[-1].value


def test_a_path_is_taken_and_a_wrong_one_gets_a_sentence(photo, tmp_path):
    (tmp_path / "phone.png").write_bytes(image_file())
    photo.path.value = str(tmp_path / "phone.png")
    assert photo.source == str(tmp_path / "phone.png") and photo.notice.value == ""
    photo.path.value = "<b>missing.png"
    assert photo.notice.value.startswith("&lt;b&gt;missing.png: there is no such file")
    assert photo.source == str(tmp_path / "phone.png") and "missing" not in photo.shown.value
    photo.path.value = ""
    assert "missing" in photo.notice.value
    photo.samples["horses"].click()
    assert photo.source == "horses" and photo.notice.value == ""


def test_a_path_can_be_given_again_after_another_choice_and_when_its_file_is_there(photo, tmp_path):
    path = str(tmp_path / "later.jpg")
    photo.path.value = path
    assert "no such file" in photo.notice.value
    (tmp_path / "later.jpg").write_bytes(image_file())
    press_enter(photo.path)
    assert photo.source == photo.path.value == path and photo.notice.value == ""
    photo.samples["horses"].click()
    assert photo.path.value == ""
    photo.path.value = path
    assert photo.source == path
    upload(photo, "phone.jpg", image_file())
    assert photo.path.value == ""


def test_what_load_image_takes_is_taken_and_what_is_too_thin_is_called_by_its_name(photo):
    upload(photo, "panorama.jpg", image_file(512, 64))
    assert "Chosen: panorama.jpg" in photo.shown.value
    upload(photo, "line.jpg", image_file(512, 20))
    assert photo.notice.value.startswith("line.jpg is 512 × 20 px")
    assert load_image(photo.source).shape[1:3] == (64, 512)
    assert "Chosen: your picture<" in choose_photo(load_image("horses", 64)).shown.value


def test_an_upload_is_taken_upright_and_a_pdf_or_nothing_gets_a_sentence(photo):
    upload(photo, "phone.jpg", image_file(orientation=6))
    assert load_image(photo.source).shape[1:3] == (60, 40) and "phone.jpg" in photo.shown.value
    taken = photo.source
    for content, sentence in ((b"%PDF-1.4\n", "is not a picture"), (b"", "is empty")):
        upload(photo, "paper.pdf", content)
        assert not photo.upload.value, "the same file can be sent again"
        assert photo.notice.value.startswith(f"paper.pdf {sentence}")
        assert photo.source is taken
    upload(photo, "phone.jpg", image_file())
    assert photo.source is not taken and photo.notice.value == ""


def test_a_first_picture_that_is_none_is_the_callers_mistake():
    with pytest.raises(PictureError, match="missing.png"):
        choose_photo("missing.png")
