"""An explanation as a sheet to sign: one page of HTML that needs nothing else, and prints on A4.

It has no scripts and loads nothing, and says so to the browser. The groups are boxes in boxes, so that a page breaks
between clauses; colours go by what the reader's screen prefers, and on paper they are light.
"""

from ..report.display import clean, shown
from ..report.funnel import as_svg as picture_of_count
from ..report.markup import CODE_FONTS, TEXT_FONTS, escaped
from .document import CAMPAIGN, CHOICE, Explanation
from .headings import COUNT, HOW_TO_READ, NARROWER, NOT_CERTAIN, SIGNED, WHO_IS_IN, WHO_IS_OUT, WITHOUT, WRITTEN
from .tree import Group, Member, Statement
from .wording import Words, say, sentence

__all__ = ["as_html", "page", "said", "section", "who_gets_it"]

_LIGHT = (
    "--page:#fff;--ink:#1f2328;--muted:#59636e;--line:#d1d9e0;--soft:#f6f8fa;"
    "--all:#eef5fe;--all-line:#8ab6ee;--on-all:#0a55b8;--one:#fff6e8;--one-line:#dfb36a;--on-one:#874800"
)
_DARK = (
    "--page:#0d1117;--ink:#f0f6fc;--muted:#9198a1;--line:#3d444d;--soft:#151b23;"
    "--all:#10203a;--all-line:#31588f;--on-all:#8fc1ff;--one:#2b2110;--one-line:#7d5c21;--on-one:#f0bd6b"
)
_STYLE = f"""
:root{{color-scheme:light dark;{_LIGHT}}}
@media screen and (prefers-color-scheme:dark){{:root{{{_DARK}}}}}
@page{{size:A4;margin:16mm 17mm}}
*{{box-sizing:border-box}}
body{{margin:0 auto;padding:32px 28px;max-width:860px;background:var(--page);color:var(--ink);
font:15px/1.5 {TEXT_FONTS};overflow-wrap:anywhere}}
h1{{font-size:1.6em;line-height:1.25;margin:0 0 .2em}}
h2{{font-size:1.05em;margin:1.7em 0 .5em;break-after:avoid}}
p{{margin:.4em 0}}
ul{{margin:.4em 0;padding-left:1.3em}}
li{{margin:.25em 0}}
code,pre,.value{{font-family:{CODE_FONTS};font-size:.9em}}
pre{{margin:0;padding:12px 14px;background:var(--soft);border:1px solid var(--line);border-radius:8px;
white-space:pre-wrap}}
.group,.clause{{border:1px solid var(--line);border-radius:8px;margin:0}}
.group{{padding:8px 12px 12px;-webkit-print-color-adjust:exact;print-color-adjust:exact;
-webkit-box-decoration-break:clone;box-decoration-break:clone}}
.deep{{padding:8px 3px 6px}}
.all{{background:var(--all);border-color:var(--all-line)}}
.one{{background:var(--one);border-color:var(--one-line)}}
.label{{margin:0 0 6px;font-weight:600;break-after:avoid}}
.all>.label,.all>.joins{{color:var(--on-all)}}
.one>.label,.one>.joins{{color:var(--on-one)}}
.joins{{margin:2px 0;text-align:center;font-size:.85em;font-weight:600;break-after:avoid}}
.clause{{padding:8px 12px;background:var(--page);break-inside:avoid}}
.long{{break-inside:auto}}
.clause p{{margin:0}}
.clause .as{{color:var(--muted);font-size:.9em}}
.number{{color:var(--muted);font-weight:600;margin-right:.6em}}
.fine{{color:var(--muted);font-size:.87em}}
.sign{{display:grid;grid-template-columns:1fr 1fr;gap:0 32px;break-inside:avoid}}
.sign p{{margin:0;padding-top:34px;border-bottom:1px solid var(--ink);color:var(--muted);font-size:.87em}}
.digests{{margin:1.6em 0 0}}
.digests dt{{color:var(--muted);font-size:.87em}}
.digests dd{{margin:0 0 .4em}}
section{{break-inside:auto}}
.keep{{break-inside:avoid}}
svg{{max-width:100%;height:auto}}
@media print{{body{{padding:0;max-width:none;font-size:10pt}}}}
"""
# What fills much of a page may go over its end; what is shorter stays together.
_LONG = 900
# Boxes further in have less room around them, so that there is room for words.
_DEEP = 6
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def as_html(explanation: Explanation) -> str:
    content = ['<p class="fine">Who gets the message, in plain words.</p>', *who_gets_it(explanation)]
    if explanation.written is not None:
        text = "\n".join(escaped(shown(line)) for line in explanation.written.rstrip().splitlines())
        content += section(WRITTEN, [f"<pre>{text}</pre>"])
    content += section(SIGNED, _signatures(explanation), keep=True)
    return page("The audience" if explanation.title is None else clean(explanation.title, at_most=300), content)


def page(title: str, content: list[str], *, heading: str | None = None, style: str = "") -> str:
    """A whole page, whose `content` is HTML, as is the `heading`, if it is not the title. `style` is added to ours."""
    parts = [
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escaped(title)}</title>",
        f"<style>{_STYLE}{style}</style>",
        "</head>",
        "<body>",
        f"<h1>{escaped(title) if heading is None else heading}</h1>",
        *content,
    ]
    return "\n".join([*parts, "</body>", "</html>"]) + "\n"


def who_gets_it(explanation: Explanation) -> list[str]:
    """All that an explanation says, in sections."""
    parts = [
        *section(WHO_IS_IN, _tree(explanation)),
        *section(WHO_IS_OUT, [f"<p>{said(sentence(explanation.others))}</p>"]),
        *section(WITHOUT, _items([sentence(each) for each in explanation.without])),
        *section(NARROWER, [f"<p>{escaped(CAMPAIGN)}</p>"]),
    ]
    if explanation.count is not None:
        parts += section(COUNT, [picture_of_count(explanation.count).rstrip("\n")], keep=True)
    if explanation.notes:
        parts += section(HOW_TO_READ, _items(explanation.notes))
    if explanation.assumptions:
        parts += section(NOT_CERTAIN, _items([each.words for each in explanation.assumptions]))
    return parts


def section(heading: str, content: list[str], *, keep: bool = False) -> list[str]:
    head = '<section class="keep">' if keep else "<section>"
    return [head, f"<h2>{escaped(heading)}</h2>", *content, "</section>"]


def _items(items: list[Words]) -> list[str]:
    return ["<ul>", *(f"<li>{said(each)}</li>" for each in items), "</ul>"]


def _tree(explanation: Explanation) -> list[str]:
    """The boxes, each opened and closed; no box is written before the one around it."""
    root = explanation.root
    parts: list[str] = []
    pending: list[Member | str] = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, str):
            parts.append(node)
            continue
        if node.index > 0 and node.parent is not None:
            parts.append(f'<p class="joins">{node.parent.joined}</p>')
        if isinstance(node, Statement):
            parts += _clause(node, said(sentence(explanation.who)) if node is root else None)
            continue
        label = sentence(explanation.who, ":") if node is root else sentence(say(CHOICE[node.joined]), ":")
        kind = f"group {'all' if node.all else 'one'}{' deep' * (node.depth >= _DEEP)}"
        parts += [f'<div class="{kind}">', f'<p class="label">{_numbered(node)}{said(label)}</p>']
        pending.append("</div>")
        pending.extend(reversed(node.members))
    return parts


def _clause(statement: Statement, whole: str | None) -> list[str]:
    """`whole` is what the one clause of an audience says."""
    words = whole or _numbered(statement) + said(sentence(statement.reading.listed))
    code = escaped(statement.text)
    kind = "clause long" if len(words) + len(code) > _LONG else "clause"
    return [f'<div class="{kind}">', f"<p>{words}</p>", f'<p class="as"><code>{code}</code></p>', "</div>"]


def _numbered(member: Statement | Group) -> str:
    return f'<span class="number">{member.number}</span>' if member.number else ""


def _signatures(explanation: Explanation) -> list[str]:
    fields = "".join(f"<p>{escaped(field)}</p>" for field in ("Name", "Role", "Date", "Signature"))
    return [
        "<p>The message goes to this audience, as it is described above, and to nobody else.</p>",
        '<div class="sign">',
        f"<div>{fields}</div>",
        f"<div>{fields}</div>",
        "</div>",
        '<dl class="digests">',
        "<dt>SHA-256 of the audience&#39;s JSON, on one line without a line break</dt>",
        f"<dd><code>{explanation.digest}</code></dd>",
        "<dt>SHA-256 of the settings: time zone, and what is assumed of users without a value</dt>",
        f"<dd><code>{explanation.settings_digest}</code></dd>",
        "</dl>",
    ]


def said(words: Words) -> str:
    """Words as HTML, with what users wrote marked."""
    tags = {"code": ("<code>", "</code>"), "value": ('<span class="value">', "</span>"), "": ("", "")}
    return "".join(escaped(text).join(tags[kind]) for kind, text in words.parts)
