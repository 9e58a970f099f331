"""What is told outside of the dashboard: each thing once, to each address, and never a word of the address."""

import json
import logging
import re
import shutil
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from pipeline import __main__ as command
from pipeline import addresses, locks, noticed, notices, notify, run, settings, store
from pipeline.addresses import Message
from pipeline.sections import NotifySettings
from pipeline.settings import Settings
from pipeline.store import Workspace
from tests.conftest import orchard_here
from tests.servers import smtp
from tests.test_digest import alert, copy_of
from tests.test_pages import Look

SECRET = "hunter2-t0ken"
SUNDAY = datetime(2026, 11, 15, 6)  # alerts and digests of before are history to whoever is told since then
MONDAY = SUNDAY + timedelta(days=1)


class Inbox:
    """Web hooks under several paths, of which some may refuse what they are sent."""

    def __init__(self, server: HTTPServer) -> None:
        self.got: list[tuple[str, str, str]] = []
        self.refusing: set[str] = set()
        self.refused = 0
        self.meanwhile: Callable[[], None] = lambda: None
        self.base = f"json://{SECRET}@127.0.0.1:{server.port}"
        server.expect_request(re.compile("/.*"), method="POST").respond_with_handler(self.take)

    def take(self, request: Request) -> Response:
        self.meanwhile()
        if request.path in self.refusing:
            self.refused += 1
            return Response(f"no, {SECRET}", 500)
        said = json.loads(request.data)
        self.got.append((request.path, said["title"], said["message"]))
        return Response("ok")

    def titles(self) -> list[str]:
        """Return what came since the last look; of a digest without its numbers."""
        came, self.got = [f"{path} {title.partition(': feeling')[0]}" for path, title, _ in self.got], []
        return came


@pytest.fixture
def inbox(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Inbox:
    made = Inbox(httpserver)
    monkeypatch.setenv(addresses.NAME, f"{made.base}/a, {made.base}/b")
    return made


@pytest.fixture
def place(sample: Workspace, tmp_path: Path) -> Workspace:
    """The sample's published numbers of a Monday morning."""
    return copy_of(sample, tmp_path, "update meta set published_at = timestamp '2026-11-16 05:55'")


def passed(place: Workspace, now: datetime, outcome: notify.Outcome = "done", **chosen) -> list[str]:
    """Do what a refresh that ended so does at the end."""
    return notify.after_refresh(place, Settings(notify=NotifySettings(**chosen)), outcome, now)


def add(place: Workspace, *changes: str) -> None:
    with duckdb.connect(place.published) as con:
        for change in changes:
            con.execute(change)


DIGEST = "Tamrow Design-Build, week of 09 Nov 2026"


def test_a_digest_is_told_on_its_day_once_to_each_address(
    place: Workspace, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(addresses.NAME, f"{inbox.base}/a")
    assert passed(place, SUNDAY) == [] and inbox.titles() == []  # the one of last Monday is of before
    monkeypatch.setenv(addresses.NAME, f"{inbox.base}/a, {inbox.base}/b")  # b is new on the day itself
    first = passed(place, MONDAY)
    assert first == [f"digest told to address {number} of ORCHARD_NOTIFY_URLS" for number in (1, 2)]
    assert sorted(inbox.titles()) == [f"/a {DIGEST}", f"/b {DIGEST}"]
    assert passed(place, MONDAY + timedelta(days=1), on="sunday") == []  # another day, and the same week
    assert passed(place, MONDAY + timedelta(days=6)) == [] and inbox.titles() == []
    assert len(passed(place, MONDAY + timedelta(days=9))) == 2  # late, since nothing was refreshed on the next Monday


@pytest.mark.parametrize(
    ("how", "on", "today", "day"),
    [
        ("weekly", "monday", "2026-11-16", "2026-11-16"),
        ("weekly", "friday", "2026-11-16", "2026-11-13"),
        ("monthly", "monday", "2026-11-30", "2026-11-02"),
        ("monthly", "monday", "2026-12-06", "2026-11-02"),
        ("monthly", "monday", "2026-12-07", "2026-12-07"),
    ],
)
def test_a_digest_is_due_on_its_weekday_or_on_the_first_such_of_a_month(how: str, on: str, today: str, day: str):
    chosen = NotifySettings(digest=how, on=on)
    assert str(notify.last_day(chosen, datetime.fromisoformat(today).date())) == day


def test_what_an_address_refuses_is_kept_and_told_to_it_alone_at_the_next_pass(place: Workspace, inbox: Inbox):
    passed(place, SUNDAY)
    inbox.refusing.add("/b")
    done = passed(place, MONDAY)
    failed = "digest not told: address 2 of ORCHARD_NOTIFY_URLS (JSON) did not take it"
    assert done == ["digest told to address 1 of ORCHARD_NOTIFY_URLS", failed]
    assert noticed.read(place) == [failed]
    inbox.refusing.clear()
    inbox.titles()
    assert passed(place, MONDAY) == ["digest told to address 2 of ORCHARD_NOTIFY_URLS"]
    assert inbox.titles() == [f"/b {DIGEST}"] and noticed.read(place) == []


def test_an_address_that_goes_on_refusing_is_asked_ever_more_seldom(
    workspace: Workspace, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
):
    """One of several who share an address may refuse for good: the others have each try."""
    inbox.refusing.add("/a")
    monkeypatch.setenv(addresses.NAME, f"{inbox.base}/a")
    asked = list[int]()
    for minutes in (0, 15, 44, 45, 104, 105):
        passed(workspace, MONDAY + timedelta(minutes=minutes), "failed")
        asked.append(inbox.refused)
    assert asked == [1, 2, 2, 3, 3, 4]
    monkeypatch.setenv(addresses.NAME, f"{inbox.base}/new {inbox.base}/a")
    told, untold = passed(workspace, MONDAY + timedelta(minutes=106), "failed")
    assert untold.startswith("failure not told: address 2 of ORCHARD_NOTIFY_URLS (JSON) did not take it")
    assert untold.endswith("; it is tried again later") and inbox.refused == 4
    assert told == "failure told to address 1 of ORCHARD_NOTIFY_URLS"
    assert untold in noticed.read(workspace)


def test_a_web_hook_may_take_its_time_to_answer():
    address = addresses.Address("key", "address 1", "json://127.0.0.1/a")
    with addresses.quiet():
        assert addresses.opened(address).request_timeout == (4.0, 25.0)


def test_an_alert_is_told_once_and_only_if_it_is_newer_than_the_address(
    place: Workspace, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
):
    add(place, alert("tamrow", "2026-11-02"))
    assert passed(place, SUNDAY, digest="never") == []
    add(place, alert("tamrow", "2026-11-09", survives=False, person="p"), alert("quillstone", "2025-11-10"))
    monkeypatch.setenv(addresses.NAME, f"{inbox.base}/a {inbox.base}/b {inbox.base}/late")
    assert len(passed(place, MONDAY, digest="never")) == 2
    (_, title, message), _ = inbox.got
    assert title == "Tamrow Design-Build: out of the ordinary"
    assert message.startswith("Week of 09 Nov 2026: far colder than expected, −0.60 (90 %: −0.76 … −0.44)")
    assert message.endswith("without one of them it would be nothing unusual.")
    assert passed(place, MONDAY, digest="never") == []


def test_a_failed_refresh_is_told_once_until_one_succeeds_and_not_more_than_once_a_day(
    workspace: Workspace, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(addresses.NAME, f"{inbox.base}/a")
    hours = [MONDAY + timedelta(hours=number) for number in range(60)]
    alone = {"digest": "never", "alerts": False, "dashboard": "https://orchard.example.org"}
    assert passed(workspace, hours[0], "failed", **alone, failures=False) == []
    assert len(passed(workspace, hours[1], "failed", **alone)) == 1
    assert inbox.got[0][2].startswith("The refresh of 16 Nov 2026 07:00 UTC failed: the numbers are still those of")
    assert inbox.got[0][2].endswith("Open the dashboard: https://orchard.example.org")
    assert passed(workspace, hours[30], "failed", **alone) == []
    assert passed(workspace, hours[31], **alone) == []
    assert len(passed(workspace, hours[32], "failed in part", **alone)) == 1  # another one, a day later
    assert passed(workspace, hours[33], **alone) == []
    assert passed(workspace, hours[34], "failed", **alone) == []  # which comes and goes
    assert len(passed(workspace, hours[57], "failed", **alone)) == 1
    assert inbox.titles() == ["/a Orchard: a refresh failed"] * 3


def test_a_clock_that_was_ahead_keeps_nothing_from_being_told(workspace: Workspace, inbox: Inbox):
    alone = {"digest": "never", "alerts": False}
    assert len(passed(workspace, MONDAY + timedelta(days=4000), "failed", **alone)) == 2
    assert passed(workspace, MONDAY + timedelta(days=4000, hours=1), **alone) == []
    assert len(passed(workspace, MONDAY, "failed", **alone)) == 2


def test_who_is_cut_off_before_the_record_tells_twice_and_no_more(
    workspace: Workspace, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
):
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(notices, "save", killed)
        passed(workspace, MONDAY, "failed")
    for _ in range(2):
        passed(workspace, MONDAY, "failed")
    assert [title[:2] for title in inbox.titles()] == ["/a", "/a", "/b"]


@pytest.mark.parametrize("command", ["refresh", "digest --send"])
def test_others_may_work_in_the_workspace_while_something_is_sent(
    command: str, place: Workspace, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
):
    worked = list[str]()

    def work() -> None:
        with locks.working(place, "test"), store.connect(place.mentions):
            worked.append("done")

    def fail(*_: object) -> list[str]:
        raise store.StoreError("the disk is full")

    (place.folder / "brand.toml").write_text("[notify]\ndigest = 'never'\n")
    monkeypatch.setattr(run, "refresh", fail)
    inbox.meanwhile = work
    orchard_here(place.folder, *command.split())
    assert worked == ["done", "done"] and len(inbox.got) == 2


def test_of_two_that_would_tell_at_once_one_does_and_the_other_sees_what_was_told(workspace: Workspace, inbox: Inbox):
    with ThreadPoolExecutor(1) as beside:
        others = list[Future[list[str]]]()

        def begin() -> None:
            if not others:
                others.append(beside.submit(passed, workspace, MONDAY, "failed"))
                wait(others, timeout=0.3)  # for as long as a message may well take

        inbox.meanwhile = begin
        assert len(passed(workspace, MONDAY, "failed")) == 2
        assert others[0].result() == []
    assert len(inbox.got) == 2


def test_nothing_is_told_where_nobody_asked_for_it_or_there_is_no_address(
    place: Workspace, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
):
    assert notify.after_refresh(place, Settings(), "failed", MONDAY) == [] and not place.mentions.exists()
    monkeypatch.setenv(addresses.NAME, "")
    untold = "nothing can be told: [notify] is set, but ORCHARD_NOTIFY_URLS holds no address"
    assert passed(place, MONDAY) == [untold] and noticed.read(place) == [untold]
    (place.folder / ".env").write_text(f"{addresses.NAME}={inbox.base}/a\n")
    monkeypatch.delenv(addresses.NAME)
    assert len(passed(place, MONDAY, "failed")) == 1 and inbox.titles() == ["/a Orchard: a refresh failed"]


@pytest.mark.parametrize(
    "url",
    [
        f"nosuch://{SECRET}@example.org",
        f"json://{SECRET}@127.0.0.1:1/x",
        f"mailto://me:{SECRET}@127.0.0.1:1?to=a@b.co&from=a@b.co",
        SECRET,
    ],
)
def test_an_address_is_never_told_whatever_is_wrong_with_it(
    url: str,
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture,
):
    monkeypatch.setenv(addresses.NAME, url)
    caplog.set_level(logging.NOTSET)
    (line,) = passed(workspace, MONDAY, "failed")
    assert line.startswith("failure not told: address 1 of ORCHARD_NOTIFY_URLS")
    (address,) = addresses.read(workspace)
    kept = b"".join(file.read_bytes() for file in workspace.folder.iterdir() if file.suffix != ".lock").decode("latin1")
    assert noticed.read(workspace) == [line]
    for said in (line, repr(address), kept, caplog.text, *capfd.readouterr()):
        assert SECRET not in said


def test_an_error_that_a_library_raises_is_told_by_its_kind_alone(
    workspace: Workspace, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
):
    def fall(address: addresses.Address, message: Message) -> str:
        raise RuntimeError(f"cannot reach {address.url}")

    monkeypatch.setattr(addresses, "try_to_send", fall)
    place = [f"failure not told: address {number} of {addresses.NAME}: unforeseen RuntimeError" for number in (1, 2)]
    assert passed(workspace, MONDAY, "failed") == place


def test_mail_gets_the_page_and_a_web_hook_the_text(place: Workspace, inbox: Inbox, monkeypatch: pytest.MonkeyPatch):
    with smtp.running() as (port, mails):
        mailto = f"mailto://127.0.0.1:{port}?from=orchard@example.org&to=mo@example.org"
        monkeypatch.setenv(addresses.NAME, f"{inbox.base}/a,{mailto}")
        message = notify.digest(place, settings.load(place.folder), "month")
        assert [is_told for _, is_told in notify.send_now(place, message)] == [True, True]
    (mail,) = mails
    assert mail["subject"] == message.title
    assert mail.get_body(("html",)).get_content().replace("\r\n", "\n").strip() == message.page.strip()
    assert "TAMROW" in inbox.got[0][2] and "<" not in inbox.got[0][2]


def test_a_digest_can_be_sent_by_hand_and_its_failure_is_the_exit_status(place: Workspace, inbox: Inbox):
    sent = orchard_here(place.folder, "digest", "--brand", "Fenmarsh", "--send")
    assert sent.returncode == 0 and sent.stdout.count("digest told to address") == 2 and len(inbox.titles()) == 2
    inbox.refusing.add("/a")
    assert orchard_here(place.folder, "digest", "--brand", "Fenmarsh", "--send").returncode == 1


def test_a_refresh_tells_and_whatever_happens_to_that_it_stays_a_success(
    place: Workspace, inbox: Inbox, in_workspace: Look, monkeypatch: pytest.MonkeyPatch
):
    """`run.refresh` is played here: what it does is tested elsewhere, and takes seconds."""
    in_workspace(place)
    (place.folder / "brand.toml").write_text("[notify]\ndigest = 'never'\n")
    monkeypatch.setattr(run, "refresh", lambda *_: ["3 relationships"])
    assert command.refresh_once(0) == ["3 relationships"]
    inbox.refusing |= {"/a", "/b"}

    def fail(*_: object) -> list[str]:
        raise run.CollectError(["x failed"], ["3 relationships"])

    monkeypatch.setattr(run, "refresh", fail)
    done = orchard_here(place.folder, "refresh")
    assert done.returncode == 1 and "error: x failed" in done.stderr
    assert done.stdout.splitlines()[0] == "3 relationships" and done.stdout.count("failure not told") == 2
    assert "failure not told: address 1" in orchard_here(place.folder, "status").stdout
    (place.folder / "brand.toml").write_text("")
    monkeypatch.setattr(run, "refresh", lambda *_: [])
    assert noticed.read(place) and command.refresh_once(0) == [] == noticed.read(place)  # nobody wants it told any more
    (place.folder / "brand.toml").write_text("[notify]\ndigest = 'never'\n")
    shutil.move(place.published, place.folder / "away")
    monkeypatch.setattr(run, "refresh", lambda *_: ["3 relationships"])
    assert command.refresh_once(0)[1].startswith("notices failed: nothing is published in")
