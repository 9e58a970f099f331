"""A browser for the page tests: the system's, else Playwright's own, else the system's packages."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

SYSTEM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
ADVICE = "the page tests need a browser: apt install chromium, or .venv/bin/playwright install chromium"


def find() -> str | None:
    """Return the path of a browser that is here already."""
    system = next((path for name in SYSTEM if (path := shutil.which(name))), None)
    if system or MAC.exists():
        return system or str(MAC)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def get() -> str | None:
    """Return a browser, having fetched one where there was none."""
    own = [sys.executable, "-m", "playwright", "install", "chromium"]
    if find() is None and not installed([own]):
        as_root()
    return find()


def installed(steps: list[list[str]]) -> bool:
    """Run installers one after the other; say whether all went well."""
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        return all(subprocess.run(step, env=env, timeout=600, check=False).returncode == 0 for step in steps)
    except subprocess.TimeoutExpired:
        return False


def as_root() -> bool:
    """Install Debian's chromium where we may; say whether that worked."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    return installed([["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]])


if __name__ == "__main__":
    print(get() or f"NO BROWSER, so the page tests will be skipped: {ADVICE}")
