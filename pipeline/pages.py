"""One page of a network source is saved with the cursor after it, and what became of its records is counted."""

from collections.abc import Sequence

from pipeline import cursors, reworded
from pipeline.cursors import Cursor, Place, Saved, Sorted
from pipeline.job import Job
from pipeline.sources.network import Page, outcome
from pipeline.tally import Tally
from pipeline.touch import Gone, Mapped, Outcome, Reject


def save(job: Job, place: Place, page: Page, cursor: Cursor, tally: Tally) -> None:
    """Save one page and the cursor after it, all or nothing, and add what became of its records to the tally."""
    mapped = [outcome(record, job.brand, job.network.to_touch) for record in page.records]
    found = to_sorted(reworded.settle(job.workspace, job.settings.type, job.brand, mapped))
    saved = cursors.save_page(job.workspace, place, found, page, cursor)
    count(tally, page, found, saved)
    tally.notes += [job.hide(note) for note in page.notes]
    if page.gap:
        since, until = (f"{moment:%d %b %Y %H:%M}" for moment in page.gap)
        tally.notes.append(f"nothing can be had any more of {since} to {until}")


def to_sorted(found: Sequence[Outcome]) -> Sorted:
    """Return the outcomes of one page by what becomes of them; those that are not about the brand are left out."""
    return Sorted(
        [each for each in found if isinstance(each, Mapped)],
        [each for each in found if isinstance(each, Reject)],
        [each for each in found if isinstance(each, Gone)],
    )


def count(tally: Tally, page: Page, found: Sorted, saved: Saved) -> None:
    """Add a saved page to a tally."""
    tally.requests += page.requests
    tally.cost += page.cost
    tally.read += len(page.records)
    tally.stored += saved.stored
    tally.changed += saved.changed
    tally.already += len(found.mapped) - saved.stored - saved.changed
    tally.gone += len(found.gone)
    tally.not_about += len(page.records) - len(found.mapped) - len(found.rejects) - len(found.gone)
    for reason, many in saved.removed.items():
        tally.removed += many
        tally.reasons |= {reason: tally.reasons.get(reason, 0) + many} if many else {}
    for reject in found.rejects:
        tally.rejected[reject.reason] = tally.rejected.get(reject.reason, 0) + 1
