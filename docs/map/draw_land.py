"""Draw templates/members/_land.svg, the land of the directory's map.

    python docs/map/draw_land.py land-110m.json > templates/members/_land.svg

The input is the land of Natural Earth at 1:110 million as TopoJSON, which is in the
public domain; the package world-atlas 2 has it. Coordinates are rounded to the units of
the map of members/places.py, and what is smaller than a unit is left out.
"""

import json
import re
import sys
from pathlib import Path

# The same as in members/places.py.
WIDTH, HEIGHT = 1000, 394
UNITS = WIDTH / 360
NORTH = 84
HEAD = """\
{# Land of Natural Earth, 1:110 million, public domain; by docs/map/draw_land.py. #}
<path class="map-land" d="%s"/>
"""
DETAIL = 2  # parts of a unit


def arcs_of(topology):
    scale_x, scale_y = topology["transform"]["scale"]
    move_x, move_y = topology["transform"]["translate"]
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * scale_x + move_x, y * scale_y + move_y))
        yield points


def ring_points(ring, arcs):
    for number in ring:
        points = arcs[number] if number >= 0 else arcs[~number][::-1]
        yield from points[1:]


def placed(longitude, latitude):
    x = min(max((longitude + 180) * UNITS, 0), WIDTH)
    y = min(max((NORTH - latitude) * UNITS, -10), HEIGHT + 10)
    return round(x * DETAIL), round(y * DETAIL)


def path(ring, arcs):
    points = [placed(*point) for point in ring_points(ring, arcs)]
    kept = [
        p for p, before in zip(points, [None, *points], strict=False) if p != before
    ]
    return "".join(drawn(piece) for piece in cut(kept))


def cut(points):
    """What goes over the edge of the map begins anew on the other side."""
    pieces = [[]]
    for point, (before, _) in zip(points, [*points[:1], *points], strict=False):
        if are_apart(point[0], before):
            pieces.append([])
        pieces[-1].append(point)
    if len(pieces) > 1 and not are_apart(points[0][0], points[-1][0]):
        pieces[0] = pieces.pop() + pieces[0]
    return pieces


def are_apart(x, other):
    return abs(x - other) > WIDTH * DETAIL / 2


def drawn(points):
    inside = any(-10 * DETAIL < y < (HEIGHT + 10) * DETAIL for _, y in points)
    if len(points) < 3 or not inside:
        return ""
    steps = [
        f"{written(x - bx)}{written(y - by, after=True)}"
        for (x, y), (bx, by) in zip(points[1:], points, strict=False)
    ]
    x, y = points[0]
    return f"M{written(x)}{written(y, after=True)}l{' '.join(steps)}z"


def written(number, *, after=False):
    text = re.sub(r"^(-?)0\.", r"\1.", f"{number / DETAIL:g}")
    return text if not after or text.startswith("-") else f" {text}"


def main(source):
    topology = json.loads(Path(source).read_text())
    arcs = list(arcs_of(topology))
    land = topology["objects"]["land"]["geometries"][0]["arcs"]
    rings = (ring for polygon in land for ring in polygon)
    sys.stdout.write(HEAD % "".join(path(ring, arcs) for ring in rings))


if __name__ == "__main__":
    main(sys.argv[1])
