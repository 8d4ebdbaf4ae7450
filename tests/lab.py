"""JupyterLab in a real browser, for the browser's tests and for `benchmarks/widgets_latency.py`.

Playwright drives a Chromium that is installed already and downloads none.
"""

import base64
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

from nst_helpers.cli import lab as command_lab

SCREENSHOTS = Path(__file__).parent / "screenshots"
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},  # every cell stays in the page
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
WATCH = """async () => {
    await jupyterapp.restored;
    const context = jupyterapp.shell.currentWidget.sessionContext;
    await context.ready;
    await context.session.kernel.info;
    window.troubles = [];
    context.iopubMessage.connect((_, {header, content}) => {
        if (header.msg_type == 'error') troubles.push(content.ename + ': ' + content.evalue);
        if (header.msg_type == 'stream' && /Traceback|Exception/.test(content.text)) troubles.push(content.text);
    });
}"""
IMAGE_BYTES = """async image => {
    const buffer = await fetch(image.src).then(answer => answer.arrayBuffer()).catch(() => new ArrayBuffer(0));
    return btoa(Array.from(new Uint8Array(buffer), byte => String.fromCharCode(byte)).join(''));
}"""


def what_is_missing():
    """A sentence on what the tests of JupyterLab in a browser lack here, or None."""
    missing = what_a_browser_misses()
    if missing:
        return missing
    if not shutil.which("jupyter-lab", path=str(Path(sys.executable).parent)):
        return "JupyterLab is not installed: pip install 'nst_helpers[lab]'"


def what_a_browser_misses():
    """A sentence on what any test in a browser lacks here, or None."""
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return "Playwright is not installed: pip install 'nst_helpers[test]'"
    if chromium() is None:
        return "no Chromium is installed: apt-get install chromium, or any Chromium or Chrome on the PATH"


def chromium():
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@contextmanager
def serve(folder, scratch):
    """JupyterLab on loopback, with `folder` as its root and none of the user's own settings.

    scratch: an empty folder for its settings and its log. Gives `.url`, `.token`, `.folder`, `.log`.
    """
    for name, values in SETTINGS.items():
        path = Path(
            scratch, "config", "lab", "user-settings", "@jupyterlab", f"{name}.jupyterlab-settings"
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    lab = SimpleNamespace(
        url=f"http://127.0.0.1:{port}", token=secrets.token_hex(16), folder=Path(folder)
    )
    lab.log = Path(scratch, "server.log")
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.open_browser": False,
        "ServerApp.allow_root": True,
        "ServerApp.root_dir": folder,
        "IdentityProvider.token": lab.token,
        "LabApp.expose_app_in_browser": True,
        "LabApp.news_url": None,
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    }
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        command_lab.CONTENTS,
        *(f"--{name}={value}" for name, value in options.items()),
    ]
    folders = {"JUPYTER_CONFIG_DIR": f"{scratch}/config", "JUPYTER_DATA_DIR": f"{scratch}/data"}
    folders["JUPYTER_CONFIG_PATH"] = str(command_lab.QUIET)
    with open(lab.log, "w") as log:
        server = subprocess.Popen(
            command,
            env=os.environ | folders,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_for_the_server(lab, server)
        yield lab
    finally:
        server.terminate()
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_for_the_server(lab, server, seconds=120):
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        try:
            return urllib.request.urlopen(
                f"{lab.url}/api/status?token={lab.token}", timeout=5
            ).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"JupyterLab does not answer:\n{lab.log.read_text()[-3000:]}")


@contextmanager
def browser():
    """One Chromium. While it is open this thread has a running asyncio loop: close it before other tests."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium())
        try:
            yield opened
        finally:
            opened.close()


@contextmanager
def opened(lab, browser, name, width=1280, height=1000, scale=1):
    """The page of one notebook, its kernel running. An error leaves a screenshot; the kernel is shut down at the end.

    Errors are also what no cell shows: an exception in a callback, in a thread, or in the page.
    """
    page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=scale)
    page_errors, log_before = [], lab.log.stat().st_size
    page.on("pageerror", lambda error: page_errors.append(f"in the page: {error}"))

    def troubles():
        in_the_log = lab.log.read_text()[log_before:]
        logged = [in_the_log] if "Traceback" in in_the_log or "Exception" in in_the_log else []
        return (
            page.evaluate("() => window.troubles ?? []") + page_errors + cell_errors(page) + logged
        )

    try:
        page.goto(f"{lab.url}/lab/tree/{name}?reset&token={lab.token}")
        page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=120_000)
        page.evaluate(WATCH)
        yield page
        assert not troubles(), "errors were shown or logged"
    except BaseException as error:
        SCREENSHOTS.mkdir(exist_ok=True)
        path = SCREENSHOTS / f"{Path(name).stem}_{time.strftime('%H%M%S')}.png"
        page.screenshot(path=path)
        error.add_note("\n".join([f"Screenshot: {path}", *troubles()]))
        raise
    finally:
        page.evaluate("() => window.jupyterapp?.serviceManager.sessions.shutdownAll()")
        page.close()


def run_all(page, seconds=600):
    """Run all cells, to the end or to the first error."""
    page.evaluate(
        """() => {
            window.ran = false;
            jupyterapp.commands.execute('notebook:run-all-cells').then(() => { window.ran = true; });
        }"""
    )
    page.wait_for_function("() => window.ran", timeout=1000 * seconds, polling=200)


def cell_errors(page):
    """The errors that the cells show, also those of widgets that could not be made."""
    return page.evaluate(
        """() => {
            const found = [];
            for (const {model} of window.jupyterapp?.shell.currentWidget?.content.widgets ?? [])
                for (const {output_type, ename, evalue} of model.type == 'code' ? model.outputs.toJSON() : [])
                    if (output_type == 'error') found.push(`${ename}: ${evalue} in: ${model.sharedModel.getSource()}`);
            for (const node of document.querySelectorAll('.jp-OutputArea-output'))
                if (/Error (displaying|creating) widget/.test(node.innerText)) found.push(node.innerText);
            return found;
        }"""
    )


def cell(page, words):
    """The first code cell whose source holds the words."""
    number = page.evaluate(
        """words => jupyterapp.shell.currentWidget.content.widgets.findIndex(
            ({model}) => model.type == 'code' && model.sharedModel.getSource().includes(words))""",
        words,
    )
    assert number >= 0, f"no code cell has {words}"
    return page.locator(".jp-Notebook .jp-Cell").nth(number)


def ask(page, code):
    """Let the kernel run code beside the notebook's cells, and return what it prints."""
    return page.evaluate(
        """async code => {
            const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
            const future = kernel.requestExecute({code, silent: false, store_history: false});
            let said = '';
            future.onIOPub = ({content}) => { said += content.text ?? ''; };
            const {content} = await future.done;
            if (content.status == 'error') throw new Error(`${content.ename}: ${content.evalue}`);
            return said;
        }""",
        code,
    )


def image_bytes(image):
    """What an image widget shows; empty in the moment in which a new picture replaces it."""
    return base64.b64decode(image.evaluate(IMAGE_BYTES))


def wait(page, condition, seconds=120, words="waited in vain"):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, words() if callable(words) else words
        page.wait_for_timeout(50)
