/** The page's looks: light and dark by what the reader prefers, and for paper. Colours have names here only. */
export const styles = `
:root {
  color-scheme: light dark;
  --page: #f7f8f9; --card: #ffffff; --ink: #1a1f26; --faint: #5a6472; --rule: #dfe3e8; --link: #1f5bd0;
  --good: #14713f; --good-soft: #e4f4ea; --bad: #b3261e; --bad-soft: #fdeaea; --ours-soft: #eaf1fe;
  --series-1: #2f6fe0; --series-2: #d9822b; --series-3: #1f9d72; --series-4: #a24bc2; --series-5: #c7425b; --series-6: #6b7787;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #101418; --card: #171c22; --ink: #e6eaf0; --faint: #9aa6b4; --rule: #2b333d; --link: #8ab4ff;
    --good: #5ccb8d; --good-soft: #12301f; --bad: #ff8a80; --bad-soft: #3a1716; --ours-soft: #17263f;
    --series-1: #6ea3ff; --series-2: #f0a558; --series-3: #4fcf9f; --series-4: #cf8be8; --series-5: #f2798f; --series-6: #9aa6b4;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
main, header, footer { max-width: 66rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.5rem; }
h1 { font-size: 1.05rem; font-weight: 600; color: var(--faint); margin: 0; }
h2 { font-size: 1.4rem; line-height: 1.25; margin: 0 0 .4rem; text-wrap: balance; }
h3 { font-size: 1.02rem; margin: 1.6rem 0 .4rem; }
p { max-width: 46rem; margin: .5rem 0; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.verdict { font-size: clamp(1.35rem, 3.6vw, 2rem); font-weight: 650; line-height: 1.25; max-width: 52rem; margin: .35rem 0 .6rem; text-wrap: balance; }
.verdict.good { color: var(--good); } .verdict.bad { color: var(--bad); }
.facts, .note { color: var(--faint); font-size: .9rem; }
.note { margin-top: .4rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; margin: 1.25rem 0; padding: 0; list-style: none; }
.tile { background: var(--card); border: 1px solid var(--rule); border-radius: .6rem; padding: .75rem .9rem; }
.tile .label { display: block; font-size: .82rem; line-height: 1.3; color: var(--faint); }
.tile .value { display: block; font-size: 1.45rem; font-weight: 650; line-height: 1.3; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.tile .value.long { font-size: 1.05rem; }
.tile .unit { font-size: .85rem; font-weight: 500; color: var(--faint); }
.tile .bound { display: block; font-size: .82rem; color: var(--faint); }
.tile.good .value { color: var(--good); } .tile.bad { border-color: var(--bad); background: var(--bad-soft); } .tile.bad .value { color: var(--bad); }
.tile.none { background: none; border-style: dashed; } .tile.none .value { color: var(--faint); }
section { background: var(--card); border: 1px solid var(--rule); border-radius: .75rem; padding: 1.4rem 1.5rem 1.5rem; margin: 1.25rem 0; }
section .tiles { grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); }
section .tile { background: var(--page); } section .tile.bad { background: var(--bad-soft); }
nav ol { display: flex; flex-wrap: wrap; gap: .4rem .5rem; padding: 0; margin: 1rem 0; list-style: none; }
nav a { display: block; text-decoration: none; border: 1px solid var(--rule); border-radius: 2rem; padding: .2rem .75rem; font-size: .88rem; color: var(--ink); background: var(--card); }
nav a:hover { border-color: var(--link); }
.state { display: inline-block; font-size: .8rem; font-weight: 650; border-radius: 2rem; padding: .1rem .65rem; white-space: nowrap; }
.state.passed { color: var(--good); background: var(--good-soft); } .state.failed, .state.interrupted { color: var(--bad); background: var(--bad-soft); }
.headline { display: flex; flex-wrap: wrap; gap: .2rem .75rem; align-items: baseline; justify-content: space-between; }
.summary { font-weight: 600; }
figure { margin: 1.6rem 0 0; }
figcaption { font-weight: 600; margin-bottom: .45rem; }
.scroll { overflow-x: auto; }
.kinds { display: flex; flex-wrap: wrap; gap: 0 1.1rem; margin: 0; font-size: .85rem; color: var(--faint); }
.kind::before { content: ""; display: inline-block; width: .65rem; height: .65rem; border-radius: 50%; margin-right: .4rem; background: var(--series-6); }
.kind-1::before { background: var(--series-1); } .kind-2::before { background: var(--series-2); } .kind-3::before { background: var(--series-3); }
table { border-collapse: collapse; width: 100%; font-size: .9rem; line-height: 1.4; }
th, td { text-align: left; vertical-align: top; padding: .42rem .9rem .42rem 0; border-bottom: 1px solid var(--rule); }
thead th { color: var(--faint); font-weight: 600; font-size: .82rem; vertical-align: bottom; }
tbody th { font-weight: 500; min-width: 9rem; max-width: 26rem; }
.num { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tr > :last-child { padding-right: .3rem; }
tr.ours > * { background: var(--ours-soft); font-weight: 600; } tr.bad > * { background: var(--bad-soft); }
tr.ours > :first-child, tr.bad > :first-child { padding-left: .5rem; border-radius: .3rem 0 0 .3rem; }
td.zero { color: var(--good); } td.broken { color: var(--bad); font-weight: 700; } td.absent { color: var(--faint); }
.id { font-variant-numeric: tabular-nums; font-weight: 650; padding-right: .5rem; }
.chart svg { display: block; width: 100%; min-width: 30rem; height: auto; }
details { margin-top: .5rem; } summary { cursor: pointer; color: var(--link); font-size: .9rem; }
pre { background: var(--page); border: 1px solid var(--rule); border-radius: .5rem; padding: .8rem 1rem; overflow-x: auto; font: .8rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
code { font: .88em ui-monospace, "SF Mono", Menlo, Consolas, monospace; background: var(--page); border: 1px solid var(--rule); border-radius: .3rem; padding: .05rem .35rem; overflow-wrap: anywhere; }
.failure { border-left: 4px solid var(--bad); padding: .2rem 0 .2rem 1rem; margin: 1.2rem 0; }
.failure h3 { color: var(--bad); margin-top: 0; }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); gap: 0 2.5rem; }
ul { padding-left: 1.2rem; margin: .4rem 0; } li { margin: .35rem 0; max-width: 46rem; }
thead .num { white-space: normal; min-width: 3.4rem; text-wrap: balance; }
#promises tbody th { min-width: 14rem; } .tiles li, nav li { margin: 0; }
footer { padding-bottom: 3rem; color: var(--faint); font-size: .9rem; }
@media (max-width: 40rem) { section { padding: 1.1rem 1rem; border-radius: .6rem; } main, header, footer { padding-left: .8rem; padding-right: .8rem; } header { padding-top: 1.5rem; } .tiles, section .tiles { grid-template-columns: repeat(2, 1fr); } }
@media print { body { background: none; } section { break-inside: avoid-page; border: none; padding: 0; } nav { display: none; } }
`
