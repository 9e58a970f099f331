"""How a page looks on paper: no side bar, no tool bars, no buttons, nothing cut."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

# Paper does not scroll, so nothing may scroll inside the page; a browser makes smaller what is wider than the paper.
STYLE = """
<style>
@media print {
  @page { size: A4; margin: 12mm }
  [data-testid="stSidebar"], [data-testid="stHeader"], [data-testid="stToolbar"], [data-testid="stElementToolbar"],
  [data-testid="stDownloadButton"], [data-testid="stButton"], [data-testid="stExpander"], [data-testid="stForm"],
  [data-testid="stPopover"],
  .modebar-container { display: none !important }
  html, body, #root, .stApp, [data-testid="stAppViewContainer"], [data-testid="stMain"] {
    position: static !important; overflow: visible !important; height: auto !important; display: block !important }
  [data-testid="stMain"] div { overflow: visible !important }
  [data-testid="stMainBlockContainer"] { padding-top: 0 !important; padding-bottom: 0 !important }
  [data-testid="stPlotlyChart"], [data-testid="stMetric"], [data-testid="stDataFrame"],
  [data-testid="stCaptionContainer"] { break-inside: avoid }
}
</style>
"""
WIDEST = 960  # pixels: what a browser still makes small enough for A4; charts keep the width that they have on screen


def page() -> DeltaGenerator:
    """Return what holds a page that prints well: ``with _print.page(): ...``."""
    st.html(STYLE)
    return st.container(width=WIDEST)
