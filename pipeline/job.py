"""One network source of brand.toml with its client and its keys, which no error of it tells."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from pipeline import cursors, secrets
from pipeline.settings import Settings
from pipeline.source_settings import NetworkSource
from pipeline.sources.network import Network, Secrets, SourceError, Stream
from pipeline.sources.networks import NETWORKS
from pipeline.store import StoreError, Workspace, now
from pipeline.touch import Brand

CONVERSATION_DAYS = 14  # threads that were silent for longer are not asked for again

Tick = Callable[[int], None]


@dataclass(frozen=True)
class Job:
    """One ``[[sources]]`` entry with what its network is read by.

    ``elsewhere`` are the brands of which another entry of the network looks up again what is stored, each with the name
    of that entry.
    """

    workspace: Workspace
    settings: NetworkSource
    network: Network
    brand: Brand
    found: Secrets
    client: Any
    elsewhere: Mapping[str, str] = field(default_factory=dict)

    @property
    def instead(self) -> str:
        """Return the name of the entry that looks up again what is stored of the brand, where another one does."""
        return self.elsewhere.get(self.brand.key, "")

    def hide(self, text: str) -> str:
        """Return a message without the secrets of the source."""
        return secrets.hide(text, self.found, self.network.secrets)

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Let an error leave a block as told() does."""
        with told(self.found, self.network.secrets):
            yield


@contextmanager
def told(found: Secrets, names: Iterable[str]) -> Iterator[None]:
    """Let every error leave a block as a SourceError without these secrets; one of the workspace stays what it is.

    One that no source foresees, such as a library's own, is told with its type: it must not end a whole refresh.
    """
    try:
        yield
    except StoreError:
        raise
    except SourceError as error:
        words = secrets.hide(str(error), found, names)
        raise SourceError(words, error.until, error.alone, error.billed) from None
    except Exception as error:
        words = secrets.hide(f"unforeseen {type(error).__name__}: {error}", found, names)
        raise SourceError(words, alone=True) from None


def open_job(workspace: Workspace, settings: Settings, source: NetworkSource) -> Job:
    """Return a source with its client. Raises SourceError where a secret is missing, or no client can be made."""
    network = NETWORKS[source.type]
    found = secrets.read(workspace.folder)
    with told(found, network.secrets):
        client = network.connect(source, found)
    brand = settings.find_brand(source.brand)
    return Job(workspace, source, network, brand, found, client, elsewhere(settings, source, network))


def elsewhere(settings: Settings, source: NetworkSource, network: Network) -> dict[str, str]:
    """Return the brands that other entries look after, with their names, where every entry can look up every post.

    Of several entries for one brand the first one that looks up by itself does so for all: each question may cost.
    """
    if network.recheck_by:
        return {}
    first: dict[str, str] = {}
    for each in settings.networks():
        if each.type == source.type and each.recheck_days:
            first.setdefault(settings.find_brand(each.brand).key, each.name)
    return {brand: name for brand, name in first.items() if name != source.name}


def nothing_to_read(job: Job) -> str:
    """Return the words for a source that has no stream."""
    return f"nothing to ask for with these settings; docs/sources/{job.settings.type}.md tells what each needs"


def streams(job: Job) -> Sequence[Stream]:
    """Return what a source reads. Raises SourceError."""
    since = now() - timedelta(days=CONVERSATION_DAYS)
    known = cursors.read_conversations(job.workspace, job.settings.type, job.brand.key, since)
    with job.hidden():
        found = list(job.network.streams(job.settings, job.brand, known))
        if job.network.more_streams:
            posts = cursors.read_own(job.workspace, job.settings.type, job.brand.key, since)
            found += job.network.more_streams(job.settings, job.brand, posts)
    return found
