"""Whether a text is about a brand."""

from pipeline.touch import Brand
from pipeline.whole_words import pattern


def is_about(text: str, brand: Brand) -> bool:
    """Say whether a text has one of the brand's names as whole words, in any case."""
    return any(pattern(name).search(text) for name in brand.names() if name.strip())
