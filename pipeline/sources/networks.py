"""Every network source by its type in brand.toml."""

from collections.abc import Mapping

from pipeline.sources import hackernews
from pipeline.sources.network import Network

NETWORKS: Mapping[str, Network] = {
    "hackernews": Network(
        streams=hackernews.streams,
        connect=hackernews.connect,
        fetch=hackernews.fetch,
        to_touch=hackernews.to_touch,
    ),
}
