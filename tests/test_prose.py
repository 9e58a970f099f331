"""HTML of networks becomes the text that a person would read."""

import pytest

from pipeline.sources.prose import to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("plain words", "plain words"),
        ("Tamrow &amp; sons &#x27;26 &lt;3", "Tamrow & sons '26 <3"),
        ("one<p>two</p><br/><br>three", "one\ntwo\nthree"),
        ("a  <b>b</b>\t\n c", "a b\nc"),
        ("<ul><li>late<li>dear</ul>", "late\ndear"),
        ("good<script>alert('x')</script> work<style>p{}</style>", "good work"),
        ("<!-- hidden -->seen", "seen"),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("</script></p>after", "after"),
    ],
)
def test_html_is_read_as_a_person_reads_it(html: str, text: str):
    assert to_text(html) == text
