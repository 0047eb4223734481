"""How our cards look in Anki: fields, templates and style of the one note type.

No script: a hint opens by `<details>`. Anki's web view may be older than a
browser, so the style does without nesting and `light-dark()`.
"""

FIELDS = ("Question", "Answer", "Context", "Points", "Details", "Mistakes", "Sources", "Hint", "Slug")

FRONT = """\
{{#Context}}<div class="context">{{Context}}</div>{{/Context}}
<div class="question">{{Question}}</div>
{{#Hint}}<details class="hint"><summary>Hint</summary>{{Hint}}</details>{{/Hint}}
"""

BACK = """\
{{FrontSide}}
<hr id="answer">
{{Answer}}
{{#Points}}<h2>Key points</h2>{{Points}}{{/Points}}
{{#Details}}<h2>In depth</h2>{{Details}}{{/Details}}
{{#Mistakes}}<h2>Often said, and wrong</h2>{{Mistakes}}{{/Mistakes}}
{{#Sources}}<div class="sources">Sources: {{Sources}}</div>{{/Sources}}
"""

STYLE = """\
.card {
  --ink: #1d2129; --muted: #5a606c; --ground: #fff; --raised: #f6f7f9; --line: #dfdcd5; --accent: #a8390a;
  --code-keyword: #7a2ea0; --code-string: #0b6b3a; --code-comment: #5b6270;
  --code-number: #a03a00; --code-function: #1450b8; --code-builtin: #00667a;
  max-width: 44rem; margin: 0 auto; padding: 1rem; text-align: left;
  font: 1.1rem/1.55 system-ui, "Segoe UI", Roboto, sans-serif;
  color: var(--ink); background: var(--ground);
}
.card.nightMode, .nightMode .card, .card.night_mode, .night_mode .card {
  --ink: #eceae5; --muted: #a3a9b5; --ground: #14161b; --raised: #1b1e24; --line: #343945; --accent: #ff9d66;
  --code-keyword: #d6a3f5; --code-string: #8fd6a6; --code-comment: #a0a8b6;
  --code-number: #f2b07a; --code-function: #8fbcff; --code-builtin: #7cd3e3;
}
.context, .sources, summary, .level { color: var(--muted); font-size: 0.9em; }
.question { font-size: 1.25em; font-weight: 600; }
.question p, li p { margin: 0; }
h2 { font-size: 1em; margin: 1.5em 0 0.5em; }
hr { border: 0; border-top: 1px solid var(--line); margin: 1.25em 0; }
.must { color: var(--accent); font-size: 0.85em; font-weight: 600; }
.wrong { text-decoration: line-through; color: var(--muted); }
pre, .scroll { max-width: 100%; overflow-x: auto; }
.scroll { padding: 0.15em 0; overflow-y: hidden; }
pre { padding: 0.75em; border-radius: 0.5em; background: var(--raised); text-align: left; }
code { font: 0.9em ui-monospace, "SF Mono", Consolas, "DejaVu Sans Mono", monospace; }
pre code .k { color: var(--code-keyword); font-weight: 600; }
pre code .s { color: var(--code-string); }
pre code .c { color: var(--code-comment); font-style: italic; }
pre code .n { color: var(--code-number); }
pre code .f { color: var(--code-function); }
pre code .b { color: var(--code-builtin); }
table { border-collapse: collapse; }
th, td { padding: 0.3em 0.6em; border-bottom: 1px solid var(--line); text-align: left; }
th.right, td.right { text-align: right; }
th.center, td.center { text-align: center; }
mtd.m-right { text-align: right; }
mtd.m-left { text-align: left; }
mtd.m-pl0 { padding-left: 0; }
mtd.m-pr0 { padding-right: 0; }
mtd.m-pl1 { padding-left: 1em; }
mtd.m-bl { border-left: 0.05em solid currentcolor; }
mtd.m-br { border-right: 0.05em solid currentcolor; }
mtd.m-bt { border-top: 0.05em solid currentcolor; }
mtd.m-bb { border-bottom: 0.05em solid currentcolor; }
menclose { position: relative; display: inline-block; }
menclose[notation~="box"] { border: 0.06em solid currentcolor; padding: 0.2em; }
.menclose-updiagonalstrike, .menclose-downdiagonalstrike {
  --lean: to top left; position: absolute; top: 0; right: 0; bottom: 0; left: 0; display: block;
  background: linear-gradient(var(--lean), transparent 47%, currentcolor 48% 52%, transparent 53%);
}
.menclose-downdiagonalstrike { --lean: to top right; }
"""
