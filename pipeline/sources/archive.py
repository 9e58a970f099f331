"""Raw records out of the archive that X hands out: the zip as downloaded, or its folder; nothing is unpacked."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from pipeline.sources.files import FileError
from pipeline.sources.json_array import read_json_array
from pipeline.sources.kinds import ZIP, is_workbook, names_in_zip
from pipeline.touch import UNTOLD, DateOrder, Record

# Old archives have the files at the top, newer ones in data/; large ones in parts.
PLACE = r"(?:[^/\\]+/)?(?:data/)?"
POSTS = re.compile(PLACE + r"tweets?(?:-part\d+)?\.js")
MESSAGES = re.compile(PLACE + r"direct-messages?(?:-group)?(?:-part\d+)?\.js")
OWNER = re.compile(PLACE + r"account\.js")
ADDED = re.compile(r"^__MACOSX/|(^|/)\.[^/]*$")  # to a zip, beside what somebody put into it

MOST_BYTES = 1 << 31  # of one file inside; X splits its own far earlier
MOST_RATIO = 200  # of unpacked to packed; JSON packs to a tenth
SMALL_BYTES = 1 << 24  # below which no ratio is suspicious
ENCRYPTED = 1  # bit of a file's flags in a zip


@dataclass(frozen=True)
class Archive:
    """An archive of one account; iterating yields a record for each post and, if wanted, for each direct message.

    Every record holds the ``owner`` (accountId, username) beside its own part, so that it can be mapped by itself.
    """

    path: Path
    owner: Mapping[str, str]
    names: tuple[str, ...]
    encoding: str = "utf-8"
    dates: DateOrder = UNTOLD

    def __iter__(self) -> Iterator[Record]:
        number = 0
        for name in self.names:
            for value in read_array(self.path, name):
                for values, problem in parts(value):
                    number += 1
                    yield Record(number, {"owner": dict(self.owner), **values}, problem)


def is_archive(path: Path) -> bool:
    """Say whether a path is a folder or a zip, perhaps one that is cut off: what no table or JSON file is."""
    if not path.is_file():
        return path.is_dir()
    return (zipfile.is_zipfile(path) or begins_as_zip(path)) and not is_workbook(path) and not files_in(path)


def files_in(path: Path) -> list[str]:
    """Return the files in a plain zip, without those that systems add; none where it is a workbook, X's, or no zip."""
    if not path.is_file() or is_workbook(path):
        return []
    names = names_in_zip(path)
    if any(OWNER.fullmatch(name) or POSTS.fullmatch(name) for name in names):
        return []
    return [name for name in names if not name.endswith("/") and not ADDED.search(name)]


def begins_as_zip(path: Path) -> bool:
    """Say whether a file begins as a zip does; of one that cannot be read, whoever reads it as text says so."""
    try:
        with path.open("rb") as file:
            return file.read(len(ZIP)) == ZIP
    except OSError:
        return False


def open_archive(path: Path, direct_messages: bool = False) -> Archive:
    """Return the archive. Raises FileError where it is none, holds no posts, or is not to be trusted."""
    names = list_names(path)
    wanted = tuple(name for name in names if POSTS.fullmatch(name) or (direct_messages and MESSAGES.fullmatch(name)))
    owners = [name for name in names if OWNER.fullmatch(name)]
    if not owners:
        found = ", ".join(names[:5]) or ("no .js file" if path.is_dir() else "nothing")
        advice = "; --watch takes in the files of a folder" if path.is_dir() else ""
        raise FileError(f"{path}: not an archive of X: no data/account.js in it; it holds {found}{advice}")
    if not wanted:
        raise FileError(f"{path}: the archive holds no posts (data/tweets.js); ask X for a new one")
    return Archive(path, read_owner(path, owners[0]), wanted)


def list_names(path: Path) -> list[str]:
    """Return the names of the files inside, sorted. Raises FileError."""
    if path.is_dir():
        return sorted(file.relative_to(path).as_posix() for file in path.rglob("*.js") if file.is_file())
    try:
        with zipfile.ZipFile(path) as archive:
            return sorted(archive.namelist())
    except (ValueError, NotImplementedError, zipfile.BadZipFile) as error:  # such as of a version that is not known
        raise FileError(f"{path}: a damaged zip ({error}); download it again") from error


def read_array(path: Path, name: str) -> Iterator[Any]:
    """Yield the elements of one file inside. Raises FileError where it cannot be read to its end."""
    try:
        if path.is_dir():
            with as_text((path / name).open("rb")) as file:
                yield from read_json_array(file)
        else:
            with zipfile.ZipFile(path) as archive:
                member = checked(path, archive.getinfo(name))
                with as_text(archive.open(member)) as file:
                    yield from read_json_array(file)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:  # the last: how it is packed
        raise FileError(f"{path}: {name} in it cannot be read ({error}); download it again") from error


def as_text(file: IO[bytes]) -> io.TextIOWrapper:
    """Return a file inside as text; bytes that are not UTF-8 become U+FFFD."""
    return io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace")


def checked(path: Path, member: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """Return a file inside if it can be read and is of a size that an archive can have. Raises FileError."""
    if member.flag_bits & ENCRYPTED:
        raise FileError(f"{path}: {member.filename} in it is encrypted; unpack it, and import the folder")
    suspicious = member.file_size > SMALL_BYTES and member.file_size > MOST_RATIO * max(member.compress_size, 1)
    if suspicious or member.file_size > MOST_BYTES:
        raise FileError(f"{path}: {member.filename} would unpack to {member.file_size:,} bytes; not an archive of X")
    return member


def read_owner(path: Path, name: str) -> dict[str, str]:
    """Return number and handle of the account. Raises FileError where the file does not tell them."""
    for value in [*read_array(path, name)]:
        account = value.get("account") if isinstance(value, dict) else None
        if isinstance(account, dict) and account.get("accountId") and account.get("username"):
            return {"accountId": str(account["accountId"]), "username": str(account["username"])}
    raise FileError(f"{path}: {name} in it does not say whose archive it is")


def parts(value: Any) -> Iterator[tuple[dict[str, Any], str | None]]:
    """Yield the records in one element, each with its problem if any: a post, or the events of a conversation."""
    if isinstance(value, Record):
        yield value.values, value.problem
    elif not isinstance(value, dict):
        yield {"value": value}, "not a JSON object"
    elif "dmConversation" in value:
        yield from events(value["dmConversation"])
    else:
        yield {"tweet": value.get("tweet", value)}, None


def events(conversation: Any) -> Iterator[tuple[dict[str, Any], str | None]]:
    """Yield the messages and other events of one conversation, each with its id."""
    messages = conversation.get("messages") if isinstance(conversation, dict) else None
    if not isinstance(messages, list):
        yield {"dmConversation": conversation}, "conversation without messages"
        return
    for event in messages:
        known = {"conversationId": conversation.get("conversationId")}
        yield known | (event if isinstance(event, dict) else {"value": event}), None
