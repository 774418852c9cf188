"""Reading what an address or a sent form says outside of a form's fields: anybody can write anything there,
and nonsense is as good as nothing."""

#: PostgreSQL's bigint has 19 digits; one fewer always fits.
MOST_DIGITS = 18
FIRST_YEAR, LAST_YEAR = 1900, 2100


def whole_number(text: str | None) -> int | None:
    """A key or another number of digits only. "²" is a digit to str.isdigit() and no number to int()."""
    if text and text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS:
        return int(text)
    return None


def whole_numbers(texts: list[str]) -> list[int]:
    """Those of the texts that are numbers."""
    return [number for number in map(whole_number, texts) if number is not None]
