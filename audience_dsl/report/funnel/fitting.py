"""Text that fits: cut or broken at columns, as `display.width` counts them or another measure does."""

from collections.abc import Callable

from ..display import clean, width

__all__ = ["fitted", "padded", "wrapped"]


def fitted(text: str, columns: int, cut: str = "…", *, measure: Callable[[str], float] = width) -> str:
    """One clean line of at most so many columns."""
    text = clean(text)
    if measure(text) <= columns:
        return text
    room = columns - len(cut)
    return _taken(text, room, measure).rstrip() + cut if room > 0 else _taken(text, columns, measure)


def padded(text: str, columns: int) -> str:
    return text + " " * (columns - width(text))


def wrapped(text: str, columns: int, *, hanging: int = 0, measure: Callable[[str], float] = width) -> list[str]:
    """The text on lines of at most so many columns, `hanging` blanks before all but the first."""
    indent = " " * hanging
    lines = [""]
    for word in text.split():
        line = lines[-1]
        if line.strip() and measure(line) + 1 + measure(word) <= columns:
            lines[-1] += f" {word}"
            continue
        if line.strip():
            lines.append(indent)
        rest = word
        # A word that fits on no line, such as a path.
        while measure(lines[-1]) + measure(rest) > columns:
            part = _taken(rest, columns - measure(lines[-1]), measure) or rest[0]
            lines[-1] += part
            rest = rest[len(part) :]
            if not rest:
                break
            lines.append(indent)
        lines[-1] += rest
    return lines


def _taken(text: str, room: float, measure: Callable[[str], float]) -> str:
    """As much of the beginning as fits."""
    count = 0
    for character in text:
        room -= measure(character)
        if room < 0:
            break
        count += 1
    return text[:count]
