"""Questions to Reddit through praw, and every fault in words."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.source_settings import RedditSource
from pipeline.sources.network import Secrets, SourceError, need, reason

HOW = "an app of the kind `script` has them, at https://www.reddit.com/prefs/apps, once Reddit has approved its use"
LOGIN = ("REDDIT_USERNAME", "REDDIT_PASSWORD")
KEYS = ("REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET", *LOGIN)
AGAIN = "the next refresh asks again"
MEANING = {
    400: f"does not take the question; {AGAIN}",
    401: "does not take the keys: check REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET",
    402: "wants to be paid: its terms ask for an agreement on commercial use",
    403: "does not let this app read there: it is private or quarantined, or the app is not approved for it",
    404: "knows nothing of that name: it is banned or misspelt",
    429: "was asked too often",
}
ALONE = frozenset({403, 404})  # of one subreddit or user; the others may well be read


def connect(settings: RedditSource, secrets: Secrets) -> Any:
    """Return the client, which logs in with its first question. Raises SourceError naming the missing secret.

    Without user name and password it reads as the app, which is enough for all but ``inbox``.
    """
    import praw
    from prawcore import Requestor

    class Timed(Requestor):
        """The time-out of the settings holds for every request; the library has one of its own for most."""

        def request(self, *args: Any, timeout: float | None = None, **values: Any) -> Any:
            return super().request(*args, timeout=settings.timeout_seconds, **values)

    login = [need(secrets, name, HOW) if settings.inbox else secrets.get(name) or None for name in LOGIN]
    return praw.Reddit(
        client_id=need(secrets, "REDDIT_CLIENT_ID", HOW),
        client_secret=need(secrets, "REDDIT_CLIENT_SECRET", HOW),
        username=login[0],
        password=login[1],
        refresh_token=None,
        user_agent=settings.user_agent,
        oauth_url=settings.api_base,
        reddit_url=settings.login_base,
        requestor_class=Timed,
        check_for_updates=False,
        check_for_async=False,
    )


def ask(client: Any, path: str, values: Mapping[str, str | int], about: str) -> Any:
    """Return Reddit's answer as it is in JSON. Raises SourceError; ``about`` names what was asked for.

    The library asks again by itself, twice, after a lost connection or a fault of the server.
    """
    from praw.exceptions import PRAWException
    from prawcore import exceptions

    try:
        return client.request(method="GET", path=path, params=dict(values))
    except exceptions.OAuthException as error:
        raise SourceError(f"Reddit refuses the login ({error.error}): check {', '.join(KEYS)}") from error
    except (exceptions.BadJSON, ValueError, KeyError, TypeError, RecursionError) as error:
        raise not_documented(about) from error
    except PRAWException as error:
        raise fault(400, {}, about) from error
    except exceptions.Redirect as error:
        raise fault(404, {}, about) from error
    except exceptions.ResponseException as error:
        raise fault(error.response.status_code, error.response.headers, about) from error
    except exceptions.RequestException as error:
        raise unreachable(error.original_exception, about) from error
    except exceptions.PrawcoreException as error:
        raise SourceError(f"Reddit, {about}: {error}; {AGAIN}") from error


def fault(status: int, headers: Mapping[str, str], about: str) -> SourceError:
    """Return the error of an answer that is none."""
    until = reset(headers) if status == 429 else None
    meaning = MEANING.get(status, f"has trouble of its own; {AGAIN}" if status >= 500 else f"is unexpected; {AGAIN}")
    later = f"; it may be asked again from {until:%d %b %Y %H:%M:%S} UTC" if until else ""
    later = later or (f"; {AGAIN}" if status == 429 else "")
    return SourceError(f"Reddit, {about}, answered {status}: it {meaning}{later}", until, alone=status in ALONE)


def reset(headers: Mapping[str, str]) -> datetime | None:
    """Return from when Reddit may be asked again, as naive UTC, if it says so in seconds."""
    for name in ("retry-after", "x-ratelimit-reset"):
        try:
            return datetime.now(UTC).replace(tzinfo=None) + timedelta(seconds=float(headers[name]))
        except (KeyError, ValueError, OverflowError):
            continue
    return None


def unreachable(error: Exception, about: str) -> SourceError:
    """Return the error of a question without answer."""
    if type(error).__name__.endswith("Timeout"):
        return SourceError(f"Reddit, {about}, did not answer in time; timeout_seconds in brand.toml may be raised")
    return SourceError(
        f"Reddit cannot be reached: {reason(error)}; check the network, then api_base and login_base in brand.toml"
    )


def not_documented(about: str) -> SourceError:
    """Return the error of an answer that is of another form than Reddit documents."""
    return SourceError(f"Reddit, {about}, answered something that is not its documented JSON; {AGAIN}")
