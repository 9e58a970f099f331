"""Every network source by its type in brand.toml."""

from collections.abc import Mapping

from pipeline.sources import (
    bluesky,
    bluesky_client,
    bluesky_posts,
    bluesky_stream,
    hackernews,
    mastodon,
    mastodon_client,
    mastodon_recheck,
    mastodon_statuses,
    reddit,
    reddit_client,
    reddit_messages,
    rss,
    rss_entries,
    x,
    x_client,
    x_compliance,
    x_posts,
    x_stream,
)
from pipeline.sources.network import Network

NETWORKS: Mapping[str, Network] = {
    "hackernews": Network(
        streams=hackernews.streams,
        connect=hackernews.connect,
        fetch=hackernews.fetch,
        to_touch=hackernews.to_touch,
        recheck=hackernews.recheck,
    ),
    "rss": Network(
        streams=rss.streams,
        connect=rss.connect,
        fetch=rss.fetch,
        to_touch=rss_entries.to_touch,
    ),
    "reddit": Network(
        streams=reddit.streams,
        connect=reddit_client.connect,
        fetch=reddit.fetch,
        to_touch=reddit_messages.to_touch,
        secrets=reddit_client.KEYS,
        recheck=reddit.recheck,
    ),
    "bluesky": Network(
        streams=bluesky.streams,
        connect=bluesky_client.connect,
        fetch=bluesky.fetch,
        to_touch=bluesky_posts.to_touch,
        secrets=(bluesky_client.PASSWORD,),
        recheck=bluesky.recheck,
        follow=bluesky_stream.follow,
    ),
    "mastodon": Network(
        streams=mastodon.streams,
        connect=mastodon_client.connect,
        fetch=mastodon.fetch,
        to_touch=mastodon_statuses.to_touch,
        secrets=(mastodon_client.TOKEN,),
        recheck=mastodon_recheck.recheck,
        recheck_by="found_at",
    ),
    "x": Network(
        streams=x.streams,
        more_streams=x.more_streams,
        connect=x_client.connect,
        fetch=x.fetch,
        to_touch=x_posts.to_touch,
        secrets=x_client.KEYS,
        recheck=x_compliance.recheck,
        recheck_cost=x_compliance.recheck_cost,
        follow=x_stream.follow,
        follow_cost=x_stream.follow_cost,
    ),
}
