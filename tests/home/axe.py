"""Accessibility check of an open page with axe-core (WCAG 2.2 A and AA, and best practices)."""

from pathlib import Path
from typing import Any

AXE = Path(__file__).parent.parent / "vendor" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def findings(page: Any, within: str = "html") -> list[str]:
    """One line per finding: rule, element, and what is wrong. Runs beside the page's CSP, not through it.
    From the top: a field with the focus scrolls what is above it under the bar, which is no fault there."""
    page.evaluate("window.scrollTo(0, 0)")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate(
        "([within, rules]) => axe.run(within, {runOnly: {type: 'tag', values: rules}})", [within, RULES]
    )
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in result["violations"]
        for node in rule["nodes"]
    ]
