import type { Violation } from './check.ts'
import type { Fault, History } from './history.ts'
import { type Lane, type Scene, sceneOf } from './lanes.ts'

/** What stands around the picture. */
export interface Caption {
  /** How much time before the violation is shown, in ms. */
  readonly windowMs: number
  /** Δ, to be drawn where the violation is one of the bound. */
  readonly deltaMs: number
  /** The command that repeats the run. */
  readonly repeat: string
  /** The same in words, line by line. */
  readonly timeline: string
}

const LEFT = 120
const WIDTH = 1500
const LINE = 13
const GAP = 14
const TOP = 70
const LEAST = 2

/**
 * A violation as a page of its own: a lane per instance with its reads (by how fresh they were), loads and writes of the key, a mark where
 * Redis had each write, and the faults across. It needs nothing but itself.
 */
export function swimLanes(history: History, violation: Violation, caption: Caption): string {
  const scene = sceneOf(history, violation, caption.windowMs)
  const scale = (at: number): number =>
    LEFT + ((at - scene.from) / (scene.to - scene.from)) * (WIDTH - LEFT - 20)
  const tops: number[] = []
  let bottom = TOP
  for (const lane of scene.lanes) {
    tops.push(bottom)
    bottom += heightOf(lane)
  }
  const svg = [
    axis(scene, violation, scale, bottom),
    ...scene.faults.map((fault, i) => band(fault, scene, scale, TOP - 24, bottom, TOP - 28 - (i % 3) * 13)),
    ...scene.lanes.map((lane, i) => laneOf(lane, tops[i] ?? TOP, scene, violation, scale)),
    due(violation, caption, scene, scale, bottom),
  ].join('\n')
  return page(violation, caption, `<svg viewBox="0 0 ${WIDTH} ${bottom + 40}" role="img">${svg}</svg>`)
}

type Scale = (at: number) => number

function heightOf({ lines }: Lane): number {
  return (Math.max(1, lines.reads) + lines.loads + lines.writes) * LINE + GAP
}

function laneOf(lane: Lane, top: number, scene: Scene, { seen }: Violation, scale: Scale): string {
  const { lines } = lane
  const loadsTop = top + Math.max(1, lines.reads) * LINE
  const writesTop = loadsTop + lines.loads * LINE
  const parts = [
    `<line class="rule" x1="0" x2="${WIDTH}" y1="${top - 6}" y2="${top - 6}"/>`,
    `<text class="name" x="8" y="${top + 10}">instance ${lane.instance}</text>`,
    ...lane.faults.map(fault =>
      band(fault, scene, scale, top - 4, top + heightOf(lane) - 8, top + heightOf(lane) - 10),
    ),
    ...lane.reads.map(({ one, from, to, line, look }) => {
      const says = `${one.how} → ${one.version === undefined ? 'nothing' : `v${one.version}`}${one.stale ? ', stale' : ''}${one.tier ? `, from ${one.tier}` : ''}`
      return bar(look, from, to, top + line * LINE, scale, one.version, tip(says, from, to, seen.t0))
    }),
    ...lane.loads.map(({ one, from, to, line }) =>
      bar(
        'load',
        from,
        to,
        loadsTop + line * LINE,
        scale,
        undefined,
        tip(`load${one.failed ? ', failed' : ''}`, from, to, seen.t0),
      ),
    ),
    ...lane.writes.map(({ one, from, to, line, version }) => {
      const y = writesTop + line * LINE
      const says = tip(`${one.how} ${one.name ?? ''} v${version}: ${one.status}`, from, to, seen.t0)
      const at = one.committedAt
      const mark =
        at >= scene.from && at <= scene.to
          ? `<path class="commit" d="M${px(scale(at))} ${y - 1} l5 5.5 l-5 5.5 l-5 -5.5 z"><title>v${version} is in Redis at ${px(at - seen.t0)} ms</title></path>`
          : ''
      return bar(`write ${one.status}`, from, to, y, scale, version, says) + mark
    }),
  ]
  return parts.join('\n')
}

function bar(
  look: string,
  from: number,
  to: number,
  y: number,
  scale: Scale,
  version: number | undefined,
  title: string,
): string {
  const x = Math.max(LEFT, scale(from))
  const width = Math.max(LEAST, scale(to) - x)
  const label =
    version !== undefined && (width > 22 || look === 'violating' || look.startsWith('write'))
      ? `<text class="version" x="${px(x + width + 2)}" y="${y + 9}">v${version}</text>`
      : ''
  return `<rect class="${look}" x="${px(x)}" y="${y}" width="${px(width)}" height="${LINE - 3}" rx="2"><title>${escape(title)}</title></rect>${label}`
}

function band(
  fault: Fault,
  scene: Scene,
  scale: Scale,
  top: number,
  bottom: number,
  labelAt: number,
): string {
  const x = scale(Math.max(fault.t0, scene.from))
  const width = Math.max(LEAST, scale(Math.min(fault.t1, scene.to)) - x)
  return `<rect class="fault" x="${px(x)}" y="${top}" width="${px(width)}" height="${bottom - top}"><title>${escape(fault.name)}</title></rect>
<text class="fault-name" x="${px(x + 3)}" y="${labelAt}">${escape(fault.name)}</text>`
}

/** Where what was contradicted became known, and from when on it bound everybody. */
function due(
  { because, invariant }: Violation,
  { deltaMs }: Caption,
  scene: Scene,
  scale: Scale,
  bottom: number,
): string {
  if (because === undefined) return ''
  const known = 'committedAt' in because && invariant === 'bound' ? because.committedAt : because.t1
  const lines: [number, string][] = [[known, invariant === 'bound' ? 'committed' : 'settled']]
  if (invariant === 'bound') lines.push([known + deltaMs, 'Δ later'])
  return lines
    .filter(([at]) => at >= scene.from && at <= scene.to)
    .map(
      ([at, text]) =>
        `<line class="due" x1="${px(scale(at))}" x2="${px(scale(at))}" y1="${TOP - 10}" y2="${bottom}"/><text class="due-name" x="${px(scale(at) + 3)}" y="${bottom - 2}">${text}</text>`,
    )
    .join('\n')
}

function axis(scene: Scene, { seen }: Violation, scale: Scale, bottom: number): string {
  const step = niceStep((scene.to - scene.from) / 10)
  const first = Math.ceil((scene.from - seen.t0) / step) * step
  const ticks: string[] = []
  for (let at = first; at + seen.t0 <= scene.to; at += step) {
    const x = px(scale(at + seen.t0))
    ticks.push(
      `<line class="tick" x1="${x}" x2="${x}" y1="${TOP - 10}" y2="${bottom}"/><text class="tick-name" x="${x}" y="${bottom + 16}">${at} ms</text>`,
    )
  }
  return ticks.join('\n')
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, rough)))
  return ([1, 2, 5, 10].find(factor => factor * power >= rough) ?? 10) * power
}

function tip(text: string, from: number, to: number, zero: number): string {
  return `${text} (${px(from - zero)} ms, took ${px(to - from)} ms)`
}

function px(value: number): string {
  return String(Math.round(value * 10) / 10)
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

function page(violation: Violation, { repeat, timeline }: Caption, svg: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(violation.message)}</title>
<style>${STYLE}</style>
<h1>${escape(violation.message)}</h1>
<p>Promise: <b>${violation.invariant}</b>. Key: <code>${escape(violation.key)}</code>. Times are ms before and after the call that shows it.</p>
<ul class="legend">${LEGEND.map(([look, text]) => `<li><svg viewBox="0 0 18 10"><rect class="${look}" width="18" height="10" rx="2"/></svg>${text}</li>`).join('')}</ul>
<div class="lanes">${svg}</div>
<h2>Line by line</h2>
<pre>${escape(timeline)}</pre>
<p>Repeat: <code>${escape(repeat)}</code></p>
</html>
`
}

const LEGEND: readonly (readonly [string, string])[] = [
  ['violating', 'read that breaks the promise'],
  ['fresh', 'read of the last version'],
  ['older', 'read of an older one'],
  ['stale', 'read that says it is stale'],
  ['nothing', 'read that found nothing'],
  ['load', 'load'],
  ['write committed', 'write; ◆ in Redis'],
  ['write deferred', 'write, deferred'],
  ['fault', 'fault'],
]

const STYLE = `
:root { color-scheme: light dark; --ground: #fff; --ink: #1c2330; --soft: #667085; --rule: #d7dce4; --fresh: #2b8a5f; --older: #c98a12;
  --stale: #8257c9; --violating: #d92d3a; --load: #4178be; --write: #111827; --fault: #f4a52633; --fault-ink: #9a5b00; }
@media (prefers-color-scheme: dark) { :root { --ground: #12161d; --ink: #e6eaf0; --soft: #98a2b3; --rule: #2b3340; --fresh: #4cc38a;
  --older: #f0b429; --stale: #b08cf0; --violating: #ff5c68; --load: #6ea8fe; --write: #e6eaf0; --fault: #f4a52622; --fault-ink: #f0b95c; } }
body { margin: 2rem auto; max-width: 1560px; padding: 0 1rem; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.25rem; } h2 { font-size: 1rem; margin-top: 2rem; } pre, code { font: 13px/1.5 ui-monospace, monospace; } pre { overflow-x: auto; }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; padding: 0; list-style: none; color: var(--soft); } .legend svg { width: 18px; height: 10px; margin-right: .4rem; }
.lanes { overflow-x: auto; border: 1px solid var(--rule); border-radius: 8px; } .lanes svg { display: block; min-width: 1100px; width: 100%; }
text { font: 11px system-ui, sans-serif; fill: var(--soft); } .name { font-size: 13px; fill: var(--ink); } .tick-name { text-anchor: middle; }
.rule, .tick { stroke: var(--rule); } .tick { stroke-dasharray: 2 4; } .version { font-size: 10px; }
.fresh { fill: var(--fresh); } .older { fill: var(--older); } .stale { fill: var(--stale); } .violating { fill: var(--violating); stroke: var(--violating); stroke-width: 3; }
.nothing { fill: none; stroke: var(--soft); } .load { fill: var(--load); opacity: .55; } .write { fill: var(--write); } .write.deferred, .write.failed, .write.pending { fill: none; stroke: var(--write); stroke-dasharray: 3 2; }
.commit { fill: var(--violating); stroke: var(--ground); } .fault { fill: var(--fault); } .fault-name { fill: var(--fault-ink); } .due { stroke: var(--violating); stroke-dasharray: 5 3; } .due-name { fill: var(--violating); }
`
