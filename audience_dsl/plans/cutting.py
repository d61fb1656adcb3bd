"""Long lists of lines, cut for places that take only so much."""

__all__ = ["cut_lines"]


def cut_lines(
    lines: list[str], *, lines_at_most: int, characters_at_most: int, whole: bool = False
) -> tuple[list[str], int]:
    """The first of the lines, as many as there is room for, and how many are not there, or not whole.

    The last one is cut where the room ends, and left out if lines must be `whole`, since they have markup.
    """
    kept: list[str] = []
    room = characters_at_most
    for line in lines[:lines_at_most]:
        if len(line) > room:
            return ([*kept, line[: room - 1] + "…"] if room > 0 and not whole else kept), len(lines) - len(kept)
        kept.append(line)
        room -= len(line) + 1
    return kept, len(lines) - len(kept)
