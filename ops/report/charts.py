"""Plots as Vega-Lite, drawn to SVG and PNG by vl-convert: no browser, no network."""

from typing import Any

Spec = dict[str, Any]

# Mid tones that stand out on white and on black; text and axes take the colour of the page around them.
COLOURS = ["#3b82f6", "#f59e0b", "#10b981", "#ef4444", "#a855f7"]
TEXT = "currentColor"
THEME: Spec = {
    "background": None,
    "view": {"stroke": None},
    "range": {"category": COLOURS},
    "axis": {"labelColor": TEXT, "titleColor": TEXT, "domainColor": TEXT, "tickColor": TEXT, "gridOpacity": 0.2},
    "legend": {"labelColor": TEXT, "titleColor": TEXT},
    "title": {"color": TEXT, "anchor": "start"},
}
WIDTH, HEIGHT = 640, 220
SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
BY_ITSELF = "<style>svg{color:#1a1a1a}@media(prefers-color-scheme:dark){svg{color:#e6e6e6}}</style>"
PNG_SCALE = 2  # pixels for each unit: sharp on screens that have twice as many


def svg(spec: Spec) -> str:
    """Return the plot as an SVG element; its text takes the colour of what is around it."""
    import vl_convert

    drawn: str = vl_convert.vegalite_to_svg({"$schema": SCHEMA, **spec})
    return drawn[drawn.index("<svg") :]


def svg_file(spec: Spec) -> str:
    """Return the plot as an SVG document of its own, whose text is dark on light and light on dark."""
    drawn = svg(spec)
    end = drawn.index(">") + 1
    return drawn[:end] + BY_ITSELF + drawn[end:]


def png(spec: Spec) -> bytes:
    """Return the plot as a PNG on white, which can be read wherever it is shown."""
    import vl_convert

    white = {**spec, "config": {**spec.get("config", {}), "background": "white"}}
    drawn: bytes = vl_convert.vegalite_to_png({"$schema": SCHEMA, **white}, scale=PNG_SCALE)
    return drawn


def chart(title: str, values: list[Spec], mark: Spec | str, encoding: Spec, **more: Any) -> Spec:
    """Return one plot of the usual size and look."""
    shape = {"width": WIDTH, "height": HEIGHT, "config": THEME, "title": title, "data": {"values": values}}
    return {**shape, "mark": mark, "encoding": encoding, **more}


def axis(field: str, kind: str, title: str, **more: Any) -> Spec:
    """Return what an axis or a colour shows: the field, its type, its title."""
    return {"field": field, "type": kind, "title": title, **more}
