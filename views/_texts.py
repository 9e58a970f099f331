"""Every word that a page says and no other place does, from one folder with a file per page."""

from functools import partial
from pathlib import Path

from pipeline.telling import texts
from pipeline.telling.texts import Say as Say

FOLDER = Path(__file__).parent / "texts"

of = partial(texts.of, folder=FOLDER)
