"""Colours of the dancers, the same in every kind of result."""

# Colours that stay apart for most eyes (Okabe & Ito 2008), as red, green, blue; those that `viewing` has for left and
# right come last.
_COLOURS = ((240, 228, 66), (204, 121, 167), (0, 158, 115), (86, 180, 233), (213, 94, 0), (230, 159, 0))


def dancer_colour(number: int) -> tuple[float, float, float]:
    """Red, green and blue, 0 to 1 (sRGB), of the dancer at a place in the list; they repeat after six."""
    red, green, blue = _COLOURS[number % len(_COLOURS)]
    return red / 255, green / 255, blue / 255
