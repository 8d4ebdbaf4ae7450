"""How the server that `nst lab` starts reads notebooks: so that JupyterLab need not change them.

As soon as a kernel answers, JupyterLab notes in the notebook which language it speaks, down to
Python's third version number. Where the file says anything else, the notebook counts as *unsaved*
before its reader has touched it.
"""

from ipykernel.ipkernel import IPythonKernel
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager


class Contents(AsyncLargeFileManager):
    """Jupyter's own, but for what a Python notebook says of its language once it has been read."""

    async def get(self, *arguments, **options):
        """As Jupyter's own."""
        model = await super().get(*arguments, **options)
        metadata = (model["type"] == "notebook" and model["content"] or {}).get("metadata", {})
        if metadata.get("kernelspec", {}).get("name") == "python3":
            metadata["language_info"] = IPythonKernel.language_info
        return model
