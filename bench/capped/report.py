"""``report.html`` and the PNG plots: the same rows as pictures, to be pointed at, and as a table.

The page is one file. It asks nobody for anything: its policy forbids it to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from ...kernel.errors import ServiceFault
from .measure import summary
from .options import size_text
from .plot.pictures import Drawn, pictures, png, svg
from .rows import Row
from .summary import Figure, asked, duration, figures, floor_of, grid, sentence, staged, unpaid

NAME = "report.html"
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<title>{title}</title><style>
body {{ font: 15px/1.5 Inter, system-ui, sans-serif; color: #222; background: #fff; max-width: 1100px;
 margin: 2rem auto; padding: 0 1rem }}
h1 {{ font-size: 1.5rem; font-weight: 600 }} h2 {{ font-size: 1.1rem; margin: 2.2rem 0 .3rem; font-weight: 600 }}
p.lead {{ font-size: 1.1rem }} p.note {{ color: #555; margin: .2rem 0 .6rem }}
svg {{ width: 100%; height: auto; border: 1px solid #e5e5e5; border-radius: 6px }}
[data-tip] {{ cursor: help }}
.wide {{ overflow-x: auto }} table {{ border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 13px }}
th, td {{ padding: .25rem .6rem; text-align: right; border-bottom: 1px solid #eee; white-space: nowrap }}
th:first-child, td:first-child {{ text-align: left }} th {{ font-weight: 600; cursor: pointer }}
td.lost {{ color: #b00020 }} td.some {{ background: #f3e3c3 }}
#tip {{ position: fixed; pointer-events: none; background: #222; color: #fff; padding: .25rem .5rem; border-radius: 4px;
 font-size: 12.5px; display: none; max-width: 24rem }}
@media print {{ body {{ margin: 0; max-width: none }} svg {{ break-inside: avoid }} }}
</style></head><body>
<h1>{title}</h1><p class="lead">{sentence}</p><p class="note">{about}</p>
{body}
<div id="tip"></div><script>
const tip = document.getElementById("tip");
document.addEventListener("mousemove", (event) => {{
  const of = event.target.closest("[data-tip]");
  tip.style.display = of ? "block" : "none";
  if (!of) return;
  tip.textContent = of.dataset.tip;
  tip.style.left = Math.min(event.clientX + 12, innerWidth - tip.offsetWidth - 8) + "px";
  tip.style.top = event.clientY + 14 + "px";
}});
document.querySelectorAll("th").forEach((head) => head.addEventListener("click", () => {{
  const table = head.closest("table"), column = [...head.parentNode.children].indexOf(head);
  const value = (row) => row.children[column].dataset.v ?? row.children[column].textContent;
  const rows = [...table.tBodies[0].rows], down = head.dataset.down = head.dataset.down === "1" ? "0" : "1";
  rows.sort((a, b) => {{
    const x = value(a), y = value(b), n = x - y;
    return (Number.isNaN(n) ? x.localeCompare(y) : n) * (down === "1" ? 1 : -1);
  }});
  table.tBodies[0].append(...rows);
}}));
</script></body></html>
"""


def write_report(rows: Sequence[Row], folder: Path) -> list[Path]:
    """The page and the plots; returns the files. Raises ServiceFault when they cannot be written."""
    drawn = pictures(rows)
    files = []
    try:
        for picture in drawn:
            path = folder / f"{picture.name}.png"
            png(picture, path)
            files.append(path)
        page = folder / NAME
        page.write_text(_page(rows, drawn), "utf-8")
    except OSError as error:
        raise ServiceFault(f"{folder}: the report cannot be written: {error.strerror or error}") from None
    return [page, *files]


def _page(rows: Sequence[Row], drawn: Sequence[Drawn]) -> str:
    first = rows[0]
    machine = first.machine
    caps = sorted({row.cap.mechanism for row in rows if row.cap.bytes is not None})
    about = (
        f"{machine.cpu}, {machine.cores} cores, {machine.ram / (1 << 30):.1f} GiB; Linux {machine.kernel}, "
        f"Python {machine.python}; caps by {', '.join(caps) or 'nothing'}; seed {first.seed}; {len(rows)} rows; load "
        f"{min(row.machine.load for row in rows):.1f} to {max(row.machine.load for row in rows):.1f}. "
        + "; ".join(f"{name} {version}" for name, version in first.build.items())
    )
    shown = [
        f'<h2>{escape(picture.title)}</h2><p class="note">{escape(picture.says)}</p>{svg(picture)}' for picture in drawn
    ]
    body = [_grid(rows), *shown, _parts(rows), _loadgen(rows), _stress(rows), _table(rows)]
    title = f"bluerill bench, {first.at[:16].replace('T', ' ')} UTC"
    return _PAGE.format(title=escape(title), sentence=escape(sentence(rows)), about=escape(about), body="\n".join(body))


def _grid(rows: Sequence[Row]) -> str:
    heads, lines = grid(rows, asked(rows))
    return _html(heads, [[(text, None) for text in line] for line in lines])


def _loadgen(rows: Sequence[Row]) -> str:
    lines: list[list[tuple[str, float | None]]] = []
    for row in rows:
        said = row.loadgen
        if said is not None:
            pairs = [_pair(said.theirs_ms, said.ours_ms, at) for at in ("p50", "p90", "p99")]
            tokens = [
                _pair(theirs, ours, at)
                for theirs, ours in (
                    (said.theirs_ttft_ms, said.ours_ttft_ms), (said.theirs_tpot_ms, said.ours_tpot_ms),
                )
                for at in ("p50", "p99")
            ]  # fmt: skip
            lines.append(
                [(text, None) for text in (
                    row.workload, size_text(row.cap.bytes), said.scenario, "VALID" if said.valid else "INVALID",
                    str(said.queries), f"{row.latency.per_s or 0:.4g}", *pairs, f"{said.agreement:.2%}",
                    f"{said.late_ms['p50']:.4g}" if said.late_ms else "", *tokens, said.result,
                )]
            )  # fmt: skip
    if not lines:
        return ""
    heads = [
        "workload",
        "cap",
        "scenario",
        "verdict",
        "queries",
        "per s",
        "p50 ms, LoadGen / ours",
        "p90",
        "p99",
        "apart",
        "its lateness, p50 ms",
        "ttft p50",
        "ttft p99",
        "tpot p50",
        "tpot p99",
        "LoadGen's words",
    ]
    note = (
        "LoadGen's percentiles and ours, both from the moment at which it wanted to ask. Its lateness is how long "
        "after that it did ask: for want of a processor on this machine, and no time of the device."
    )
    return f'<h2>MLPerf LoadGen</h2><p class="note">{note}</p>{_html(heads, lines)}'


def _pair(theirs: Mapping[str, float], ours: Mapping[str, float], at: str) -> str:
    return f"{theirs[at]:.4g} / {ours.get(at, 0):.4g}" if at in theirs else ""


def _parts(rows: Sequence[Row]) -> str:
    """Stages of an item, and classes of requests."""
    lines: list[list[tuple[str, float | None]]] = []
    for row in staged(rows):
        cap = (size_text(row.cap.bytes), 1e18 if row.cap.bytes is None else float(row.cap.bytes))
        for name, times in row.parts.items():
            figures = [(duration(times[at]), times[at]) for at in ("p50_ms", "p90_ms", "p99_ms")]
            lines.append([(row.workload, None), cap, (name, None), (f"{times['n']:g}", times["n"]), *figures])
    if not lines:
        return ""
    note = "What the stages of a request took, and requests of each class: to the first token (ttft) and to the end."
    heads = ["workload", "cap", "stage or class", "n", "p50", "p90", "p99"]
    return f'<h2>Stages and classes</h2><p class="note">{note}</p>{_html(heads, lines)}'


def _stress(rows: Sequence[Row]) -> str:
    lines: list[list[tuple[str, float | None]]] = [
        [
            (text, None)
            for text in (
                row.workload, row.scenario, size_text(row.cap.bytes), row.outcome, summary(row.quality), row.error,
            )
        ]
        for row in rows
        if row.loadgen is None and row.scenario != "single"
    ]  # fmt: skip
    if not lines:
        return ""
    heads = ["workload", "scenario", "cap", "outcome", "quality", "how it ended"]
    return f"<h2>Shrinking caps and kills</h2>{_html(heads, lines)}"


def _table(rows: Sequence[Row]) -> str:
    heads = [
        "workload", "cap", "survived", "outcome", "p50", "p90", "p99", "cpu p50", "first", "start", "ttft", "tpot",
        "prefill/s", "decode/s", "quality", "peak", "+libs", "refaults", "read/weight", "estimate",
    ]  # fmt: skip
    lines = []
    for by_cap in figures(rows).values():
        floor = floor_of(by_cap)
        lines += [_line(figure, cap == floor) for cap, figure in by_cap.items()]
    note = "Every cell, near the floors too; a click on a head sorts. Times are medians over the repetitions."
    return f'<h2>All cells</h2><p class="note">{note}</p>{_html(heads, lines)}'


def _line(figure: Figure, floor: bool) -> list[tuple[str, float | None]]:
    best = figure.best
    memory = (best or figure.rows[-1]).memory
    libs = unpaid(figure)
    estimate = best.estimate if best is not None else None

    def time(name: str) -> tuple[str, float | None]:
        value = figure.median(name)
        return ("" if value is None else duration(value), value)

    def rate(name: str) -> tuple[str, float | None]:
        value = figure.median(name)
        return ("" if value is None else f"{value:.4g}", value)

    def number(value: float | None, form: str = ".4g") -> tuple[str, float | None]:
        return ("" if value is None else format(value, form), value)

    cap = f"{size_text(figure.cap)}{' (floor)' if floor else ''}"
    survived = f"{figure.survived}/{len(figure.rows)}"
    size = 1e18 if figure.cap is None else float(figure.cap)
    error = None if estimate is None or estimate.error is None else estimate.error * 100
    return [
        (figure.workload, None), (cap, size), (survived, figure.survived / len(figure.rows)),
        ((best or figure.rows[-1]).outcome, None), time("p50_ms"), time("p90_ms"), time("p99_ms"), time("cpu_ms"),
        time("first_ms"), time("start_ms"), time("ttft_ms"), time("tpot_ms"), rate("prefill_tps"), rate("decode_tps"),
        (summary(best.quality) if best is not None else "", None),
        (size_text(memory.peak) if memory.peak else "", memory.peak),
        (size_text(libs) if libs is not None else "", libs),
        number(memory.refaults), number(memory.reads_per_weight),
        ("" if error is None else f"{error:+.0f} %", error),
    ]  # fmt: skip


def _html(heads: Sequence[str], lines: Sequence[Sequence[tuple[str, float | None]]]) -> str:
    made = [
        '<div class="wide"><table><thead><tr>',
        *(f"<th>{escape(head)}</th>" for head in heads),
        "</tr></thead><tbody>",
    ]
    for line in lines:
        made.append("<tr>")
        for text, value in line:
            lost = ' class="lost"' if text in ("oom", "timeout", "failed", "refused") else ""
            sort = "" if value is None else f' data-v="{value:g}"'
            made.append(f"<td{lost}{sort}>{escape(text)}</td>")
        made.append("</tr>")
    return "".join([*made, "</tbody></table></div>"])
