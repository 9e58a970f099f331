"""The words and phrases of a text."""

import html
import re
from collections.abc import Collection, Iterator, Sequence

LONGEST = 3  # words of a phrase

NOT_WORDS = re.compile(r"https?://\S+|www\.\S+|@\w+")
WORD = re.compile(r"(?<!\d)\d*[^\W\d_][\w']*")  # 17th, 5g and 2x10 are words, 2026 is none

# Words that say nothing of what a message is about; a phrase neither begins nor ends with one.
STOP = frozenset(
    """
    a about above actually after again against ago ain't all almost already also although always am amp an and
    another any anybody anyone anything anyway are aren't around as ask asked at away b back be because been before
    behind being below best better between bit both but by c came can can't cannot come comes coming could couldn't
    d day days did didn't do does doesn't doing don't done dont down during each either else end enough even ever
    every everybody everyone everything far feel few find first for from full further gave get gets getting give
    gives giving go goes going gone gonna good got gotta great gt guess guys had hadn't happen happened has hasn't
    have haven't having he he's hell hello her here here's hers hey hi him his how how's however http https i i'd
    i'll i'm i've id if ill im in instead into is isn't it it's its itself ive just keep keeps kind knew know known
    knows last least left less let let's like literally little ll lol long look looking looks lot lots love lt made
    make makes making many may maybe me mean means might mine more most much must my myself n near need needed needs
    never new next no nobody none nope nor not nothing now o of off often oh ok okay old omg on once one ones only
    or other others our ours out over own part past people per perhaps please pls plz point possible pretty probably
    put quite r rather re real really right rt s said same saw say saying says see seem seemed seems seen several
    shall she she's should shouldn't show since so some somebody someone something sometimes soon sorry sort still
    stop such sure t take taken takes taking tell tells than that that's thats the their theirs them then there
    there's these they they'll they're they've thing things think this those though thought through thru till time
    times to today together told tomorrow tonight too took totally toward tried try trying twice two u under until
    up upon ur us use used using ve very via w want wanted wants was wasn't way we we'd we'll we're we've week weeks
    well went were weren't what what's whatever when where whether which while who who's whole whom whose why will
    wish with within without won't wont would wouldn't wow y ya yeah year years yes yesterday yet you you'd you'll
    you're you've your yours yourself
    """.split()  # noqa: SIM905
)


def words(text: str) -> list[str]:
    """Return the words of a text in lower case, without links and handles; a hashtag is a word."""
    text = NOT_WORDS.sub(" ", html.unescape(html.unescape(text)).replace("’", "'"))
    return [found.strip("'") for found in WORD.findall(text.lower())]


def phrases(text: str, ignored: Collection[str] = (), names: Sequence[str] = ()) -> Iterator[str]:
    """Yield the phrases of a text: up to LONGEST words, none of STOP or ``ignored`` at either end, no brand's name."""
    said = words(text)
    for start in range(len(said)):
        for many in range(1, LONGEST + 1):
            phrase = said[start : start + many]
            if len(phrase) < many or any(len(w) < 2 or w in STOP or w in ignored for w in (phrase[0], phrase[-1])):
                continue
            joined = " ".join(phrase)
            if not any(f" {name} " in f" {joined} " for name in names):
                yield joined


def spelt(name: str) -> str:
    """Return a name as its words stand in phrases."""
    return " ".join(words(name.lstrip("@#")))
