"""What of this app passes to the successor when an employer is handed over; see portfolios.sources."""

from employers.portfolios import sheet, sources

__all__ = ["sheet", "sources"]
