"""Whether a text is about a brand."""

import re

from pipeline.touch import Brand


def is_about(text: str, brand: Brand) -> bool:
    """Say whether a text has one of the brand's names as whole words, in any case."""
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) for name in brand.names() if name)
