"""How a page looks on paper: no side bar, no tool bars, no buttons, nothing cut."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

WIDEST = 960  # pixels: what a browser still makes small enough for A4; charts keep the width that they have on screen
# Paper does not scroll, so nothing may scroll inside the page; a browser makes smaller what is wider than the paper.
STYLE = f"""
<style>
@media print {{
  @page {{ size: A4; margin: 12mm }}
  [data-testid="stSidebar"], [data-testid="stHeader"], [data-testid="stToolbar"], [data-testid="stElementToolbar"],
  [data-testid="stDownloadButton"], [data-testid="stButton"], [data-testid="stExpander"], [data-testid="stForm"],
  [data-testid="stPopover"], [data-testid="stTooltipContent"], [data-testid="stToastContainer"],
  [data-testid="stPageLink"], [data-testid="stPagination"], .st-key-new_tag,
  .modebar-container {{ display: none !important }}
  html, body, #root, .stApp, [data-testid="stAppViewContainer"], [data-testid="stMain"] {{
    position: static !important; overflow: visible !important; height: auto !important; display: block !important }}
  [data-testid="stMain"] div {{ overflow: visible !important }}
  [data-testid="stMainBlockContainer"] {{ padding-top: 0 !important; padding-bottom: 0 !important }}
  .st-key-paper {{ min-width: {WIDEST}px !important }}
  [data-testid="stPlotlyChart"], [data-testid="stMetric"], [data-testid="stDataFrame"],
  [data-testid="stCaptionContainer"], [data-testid="stHorizontalBlock"],
  [data-testid="stVerticalBlock"]:not(:has([data-testid="stVerticalBlock"])) {{ break-inside: avoid }}
  [data-testid="stElementContainer"]:has(> [data-testid="stHeading"]),
  [data-testid="stLayoutWrapper"]:first-child:has(> [data-testid="stHorizontalBlock"]) {{ break-after: avoid }}
}}
</style>
"""


def style() -> None:
    """Let every page be printed without the frame around it."""
    st.html(STYLE)


def page() -> DeltaGenerator:
    """Return what holds a page whose charts fit on paper, too: ``with _print.page(): ...``."""
    return st.container(width=WIDEST, key="paper")
