"""Run one notebook from the top and print its first error, wherever it shows; on_colab.py calls this.

nbclient ends at an error of a cell. It takes one inside an Output widget or an `interact` for an
output like others, and a traceback that a thread prints too.
"""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError


class Client(NotebookClient):
    """Fills `errors` with the index of the cell and the traceback."""

    def process_message(self, message, cell, cell_index):
        content = message["content"]
        if message["msg_type"] == "error":
            self.errors.append((cell_index, "\n".join(content["traceback"])))
        elif (
            message["msg_type"] == "stream"
            and "Traceback (most recent call last)" in content["text"]
        ):
            self.errors.append((cell_index, content["text"]))
        return super().process_message(message, cell, cell_index)


def first_error(path):
    """Run the notebook in its folder; returns None, or a text with its name, the cell and the error."""
    notebook = nbformat.read(path, as_version=4)
    client = Client(
        notebook, timeout=1800, kernel_name="python3", resources={"metadata": {"path": path.parent}}
    )
    client.errors = []
    try:
        client.execute()
    except CellExecutionError:
        pass  # it is among the errors
    if not client.errors:
        return None
    index, traceback = client.errors[0]
    number = sum(cell.cell_type == "code" for cell in notebook.cells[: index + 1])
    return f"{path.stem}, code cell {number}:\n\n{notebook.cells[index].source}\n\n{traceback}"


if __name__ == "__main__":
    sys.exit(first_error(Path(sys.argv[1])))
