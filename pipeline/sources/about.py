"""Whether a text is about a brand."""

from pipeline.touch import Brand
from pipeline.whole_words import decoded, names


def is_about(text: str, brand: Brand) -> bool:
    """Say whether a text has one of the brand's names, as the model finds them there, or has it in a link."""
    own = names(brand.names())
    return own is not None and bool(own.search(decoded(text)))
