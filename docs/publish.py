"""Give the course the address of a repository of your own, and say what is left to do:

    python3 docs/publish.py USER/REPOSITORY

Needs nothing but Python. The address stands in pyproject.toml; from there this command takes the
old one, and puts the new one in its place in all badges, setup cells, links and in CITATION.cff.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = (
    "*.md",
    "docs/*.md",
    "*.toml",
    "*.cff",
    "notebooks/*.ipynb",
    "notebooks/solutions/*.ipynb",
)
NAME = r"[A-Za-z0-9][\w.-]*"
TOPICS = "neural-style-transfer jupyter-notebook tensorflow keras course deep-learning vgg19"
LEFT = """\
{files} files now say {address}. What is left:

git commit --all --message "The repository's address"
git remote add origin {address}.git
git push --set-upstream origin main
gh api --method POST repos/{repository}/pages --raw-field build_type=workflow
gh repo edit {repository} --homepage {site}/ \\
  --description "{about}" \\
  {topics}

Without GitHub's command gh: choose "GitHub Actions" in Settings, Pages, and write the description,
the topics and the site's address into the About box. Either way, upload
benchmarks/results/social.jpg in Settings, Social preview."""


def site(repository):
    """The address at which GitHub publishes the site of a repository, given as USER/NAME."""
    owner, name = repository.split("/")
    return f"https://{owner.lower()}.github.io/{name}"


def field(root, name):
    """A line of pyproject.toml, which Python itself can read only from 3.11 on."""
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    return re.search(rf'^{name} = "(.*)"', text, re.M)[1]


def address_of(root):
    """USER/NAME, as pyproject.toml has it."""
    return field(root, "Repository").removeprefix("https://github.com/")


def write(root, new):
    """Replace the old address by the new one. Returns how many files have changed."""
    old, changed = address_of(root), 0
    for path in sorted({path for pattern in SOURCES for path in root.glob(pattern)}):
        before = path.read_bytes()  # line ends stay what they are
        text = before.decode("utf-8").replace(site(old), site(new))
        named = rf"((?:github(?:\.com)?|gh)/){re.escape(old)}(?![\w-])"  # gh: in Binder's links
        after = re.sub(named, rf"\g<1>{new}", text)
        if after.encode() != before:
            path.write_bytes(after.encode())
            changed += 1
    return changed


def main(arguments):
    if len(arguments) != 1 or not re.fullmatch(f"{NAME}/{NAME}", arguments[0]):
        sys.exit(__doc__)
    (new,) = arguments
    print(
        LEFT.format(
            files=write(ROOT, new),
            address=f"https://github.com/{new}",
            repository=new,
            site=site(new),
            about=field(ROOT, "description"),
            topics=" ".join(f"--add-topic {topic}" for topic in TOPICS.split()),
        )
    )


if __name__ == "__main__":
    main(sys.argv[1:])
