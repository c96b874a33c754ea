#include "report/ashtml.h"
#include "report/words.h"

#include "base/banned.h"

/*
 * Colours of the TLS states: two blues, vermilion and grey differ for every
 * kind of colour vision; hatching and dots tell them apart without colour.
 * The contrast of text is checked by t/html.t.
 */
static const char colours[] =
":root {\n"
"  --bg: #ffffff; --fg: #1b1f24; --soft: #4d5560; --line: #c9ced6;\n"
"  --panel: #f4f6f9; --head: #e8ecf2; --link: #0b4f9c;\n"
"  --good: #12603a; --bad: #9b1c1c; --dark: #6b4700;\n"
"  --authenticated: #12406f; --encrypted: #3f86bf;\n"
"  --plaintext: #d1530a; --unknown: #7a7f87; --mark: #ffffff;\n"
"}\n";

static const char night[] =
"  :root {\n"
"    --bg: #14181d; --fg: #e7eaee; --soft: #aab2bd; --line: #414a55;\n"
"    --panel: #1d232a; --head: #27303a; --link: #8cc2ff;\n"
"    --good: #7fd6a4; --bad: #ff9d94; --dark: #f0c365;\n"
"    --authenticated: #4f8fd0; --encrypted: #a7d3f5;\n"
"    --plaintext: #ff8a3d; --unknown: #8d949d; --mark: #14181d;\n"
"  }\n";

static const char layout[] =
"* { box-sizing: border-box; }\n"
"html { color-scheme: light dark; -webkit-text-size-adjust: 100%; }\n"
"body { margin: 0 auto; padding: 1rem; max-width: 76rem;\n"
"  background: var(--bg); color: var(--fg);\n"
"  font: 1rem/1.5 system-ui, -apple-system, \"Segoe UI\", Roboto,\n"
"    \"DejaVu Sans\", sans-serif; }\n"
"h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; }\n"
"h2 { font-size: 1.2rem; line-height: 1.3; margin: 2.25rem 0 .5rem;\n"
"  padding-top: .75rem; border-top: 1px solid var(--line); }\n"
"p { margin: .5rem 0; max-width: 48rem; overflow-wrap: anywhere; }\n"
"a { color: var(--link); }\n"
".soft { color: var(--soft); }\n"
".answer { border: 2px solid var(--line); border-left-width: .5rem;\n"
"  background: var(--panel); border-radius: .25rem; padding: .25rem 1rem 1rem;\n"
"  margin-top: 1rem; }\n"
".answer h2 { border: 0; margin: .25rem 0; padding: 0; font-size: 1rem;\n"
"  color: var(--soft); }\n"
".answer.good { border-left-color: var(--good); }\n"
".answer.bad { border-left-color: var(--bad); }\n"
".answer.dark { border-left-color: var(--dark); }\n"
".sentence { font-size: 1.25rem; line-height: 1.4; margin: .25rem 0 1rem;\n"
"  max-width: 60rem; }\n"
"header time, .sentence time, .date { white-space: nowrap; }\n"
".numbers { display: grid; gap: .5rem; margin: 1rem 0; padding: 0;\n"
"  list-style: none;\n"
"  grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); }\n"
".numbers li { background: var(--bg); border: 1px solid var(--line);\n"
"  border-radius: .25rem; padding: .5rem .75rem; }\n"
".numbers strong { display: block; font-size: 1.75rem; line-height: 1.2; }\n"
".numbers .good strong { color: var(--good); }\n"
".numbers .bad strong { color: var(--bad); }\n"
".numbers .dark strong { color: var(--dark); }\n"
"nav ul { margin: .5rem 0; padding: 0; list-style: none; display: flex;\n"
"  flex-wrap: wrap; gap: .25rem 1.25rem; }\n"
"nav a { display: inline-block; padding: .25rem 0; }\n";

static const char tables[] =
".scroll { overflow-x: auto; margin: 1rem 0; }\n"
".scroll:focus-visible { outline: 2px solid var(--link); }\n"
"table { border-collapse: collapse; font-size: .875rem; line-height: 1.4;\n"
"  min-width: 20rem; }\n"
"table.wide { width: 100%; min-width: 66rem; }\n"
"caption { text-align: left; font-weight: 600; font-size: 1rem;\n"
"  padding: .25rem 0 .5rem; }\n"
"th, td { padding: .3rem .6rem; text-align: left; vertical-align: top;\n"
"  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }\n"
"thead th { background: var(--head); border-bottom: 2px solid var(--line);\n"
"  overflow-wrap: normal; hyphens: auto; }\n"
"thead th.code { font-family: inherit; font-size: inherit; }\n"
"tbody th { font-weight: 500; }\n"
".num { text-align: right; font-variant-numeric: tabular-nums;\n"
"  overflow-wrap: normal; white-space: nowrap; }\n"
"thead .num { white-space: normal; }\n"
".time { white-space: nowrap; font-variant-numeric: tabular-nums; }\n"
".code { font-family: ui-monospace, \"DejaVu Sans Mono\", monospace;\n"
"  font-size: .8125rem; }\n"
"td.text, td.word, td.code, tbody th { min-width: 6rem; max-width: 28rem; }\n"
"td.text { min-width: 14rem; }\n"
".wide td.text, .wide td.word, .wide td.code { min-width: 9rem; }\n"
".wide tbody th { min-width: 9rem; }\n"
".sub { display: block; }\n"
".sub.beside { display: inline-block; margin-right: .5em; }\n"
".label { color: var(--soft); }\n"
".cut { border-left: .25rem solid var(--dark); padding-left: .75rem; }\n"
".cut code { font-family: ui-monospace, \"DejaVu Sans Mono\", monospace;\n"
"  font-size: .8125rem; overflow-wrap: anywhere; }\n";

static const char charts[] =
"figure { margin: 1rem 0; }\n"
"figcaption { margin: .5rem 0; }\n"
"figcaption ul { list-style: none; margin: .25rem 0; padding: 0;\n"
"  display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; }\n"
".chart { display: block; width: 100%; height: 15rem; overflow: visible; }\n"
".chart text { font-size: 12px; fill: var(--fg); paint-order: stroke;\n"
"  stroke: var(--bg); stroke-width: 3px; }\n"
".chart line { stroke: var(--line); }\n"
".swatch { width: 1rem; height: 1rem; vertical-align: -.15rem;\n"
"  margin-right: .35rem; }\n"
".authenticated { fill: var(--authenticated); }\n"
".encrypted { fill: var(--encrypted); }\n"
".plaintext { fill: var(--plaintext); }\n"
".unknown { fill: var(--unknown); }\n"
".mark { stroke: var(--mark); stroke-width: 2px; fill: none; }\n"
".dot { fill: var(--mark); }\n"
".hatch { fill: url(#hatch); }\n"
".dots { fill: url(#dots); }\n"
"footer { margin-top: 2rem; padding-top: .75rem;\n"
"  border-top: 1px solid var(--line); color: var(--soft); }\n"
"@media (max-width: 30rem) {\n"
"  body { padding: .75rem; }\n"
"  .sentence { font-size: 1.125rem; }\n"
"  .numbers { grid-template-columns: repeat(3, 1fr); }\n"
"  .numbers li { padding: .4rem; font-size: .8125rem; }\n"
"  .numbers { gap: .25rem; }\n"
"  .answer { padding: .25rem .5rem .5rem; }\n"
"  .numbers strong { font-size: 1.375rem; }\n"
"}\n";

/* Wide tables on a phone: the cells of a row one below the other. */
static const char phone[] =
"@media screen and (max-width: 40rem) {\n"
"  table.wide, .wide caption, .wide tbody, .wide tr, .wide th, .wide td {\n"
"    display: block; min-width: 0 !important; max-width: none; }\n"
"  .wide thead { position: absolute; width: 1px; height: 1px;\n"
"    overflow: hidden; clip-path: inset(50%); white-space: nowrap; }\n"
"  .wide tr { border-bottom: 2px solid var(--line); padding: .5rem 0; }\n"
"  .wide th, .wide td { border: 0; padding: .15rem 0; text-align: left;\n"
"    white-space: normal; }\n"
"  .wide [data-title]:not([data-title=\"\"])::before {\n"
"    content: attr(data-title) \": \"; color: var(--soft);\n"
"    font-family: system-ui, \"DejaVu Sans\", sans-serif; }\n"
"}\n";

static const char paper[] =
"@page { margin: 14mm 12mm; }\n"
"@media print {\n"
"  body { max-width: none; padding: 0; font-size: 9.5pt; }\n"
"  h1 { font-size: 15pt; }\n"
"  h2 { font-size: 12pt; margin-top: 14pt; break-after: avoid; }\n"
"  .sentence { font-size: 12.5pt; }\n"
"  .numbers { grid-template-columns: repeat(3, 1fr); }\n"
"  .scroll { overflow: visible; margin: 8pt 0; }\n"
"  table, table.wide { min-width: 0; max-width: 100%; font-size: 7.5pt; }\n"
"  th, td { padding: 2pt 4pt; }\n"
"  td, tbody th { min-width: 0 !important; max-width: none !important; }\n"
"  .code, .cut code { font-size: 7pt; }\n"
"  .time { white-space: normal; }\n"
"  caption { font-size: 9.5pt; break-after: avoid; }\n"
"  thead { display: table-header-group; }\n"
"  tr, figure, .answer, .numbers li { break-inside: avoid; }\n"
"  nav { display: none; }\n"
"  a { color: inherit; text-decoration: none; }\n"
"  .answer, .numbers li, thead th, .chart, .swatch {\n"
"    -webkit-print-color-adjust: exact; print-color-adjust: exact; }\n"
"}\n";

void
ashtml_style(struct buf *b)
{
	words(b, "<style>\n");
	words(b, colours);
	words(b, "@media screen and (prefers-color-scheme: dark) {\n");
	words(b, night);
	words(b, "}\n");
	words(b, layout);
	words(b, tables);
	words(b, charts);
	words(b, phone);
	words(b, paper);
	words(b, "</style>\n");
}
