"""The maintainers' tools for the notebooks."""

import nbclient
import nbformat
import pytest
from notebook_tools import run


@pytest.mark.parametrize("has_ended", [True, False])
def test_a_notebook_runs_without_the_pictures_of_earlier_runs(tmp_path, monkeypatch, has_ended):
    """Or lesson 07 would say of each picture that it is "there already", as it is for no learner."""
    pictures, path = tmp_path / "my_pictures", tmp_path / "lesson.ipynb"
    nbformat.write(nbformat.v4.new_notebook(), path)
    found = []

    class Client:
        def __init__(self, *_, **__):
            pass

        def execute(self):
            found.append(pictures.exists())
            pictures.mkdir()
            (pictures / "painted.png").touch()
            if not has_ended:
                raise KeyboardInterrupt

    monkeypatch.setattr(nbclient, "NotebookClient", Client)

    def once():
        if has_ended:
            return run(path)
        with pytest.raises(KeyboardInterrupt):
            run(path)

    once()  # where there were none, they stay
    assert [file.name for file in pictures.iterdir()] == ["painted.png"]
    (pictures / "painted.png").rename(pictures / "mine.png")
    once()
    assert [file.name for file in pictures.iterdir()] == ["mine.png"]
    assert found == [False, False]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["lesson.ipynb", "my_pictures"]
