import {
  type Content,
  formatSeconds,
  html,
  type Markup,
  plural,
  renderMethod,
  renderPage,
  renderTable,
  renderTiles,
  type Tile,
} from '@tiercache/report'
import type { Results, Row, SuiteReport } from '../results.ts'
import { renderComparison } from './comparison.ts'
import { boundOf, figureOf, summaryOf, titleAt } from './format.ts'
import { comparisonsOf, type Goal, goalsOf, isMeasured, type Loss, lossesOf } from './judge.ts'
import { limits, method } from './method.ts'

const TITLE = 'tiercache: what it costs, and where others are better'

/** A run as one page, to be read by somebody who does not believe it. */
export function renderReport(results: Results): string {
  const { suites } = results
  const goals = goalsOf(results)
  const losses = lossesOf(results)
  return renderPage(
    TITLE,
    html`
      <header>
        <h1>${TITLE}</h1>
        <p class="verdict">${verdictOf(results, goals, losses)}</p>
        ${factsOf(results)} ${renderTiles(tilesOf(results, goals, losses))}
        <nav aria-label="Suites">
          <ol>
            <li><a href="#method">method</a></li>
            <li><a href="#losses">where others are better</a></li>
            ${suites.map(({ name }) => html`<li><a href="#${name}">${name}</a></li> `)}
            <li><a href="#settings">settings</a></li>
            <li><a href="#repeat">repeat it</a></li>
          </ol>
        </nav>
      </header>
      <main>
        ${renderMethod('How this was measured, and what it does not show', method, limits)}
        ${renderLosses(losses, goals)} ${suites.map(renderSuite)} ${renderSettings(results)}
        ${renderRepeat(results)}
      </main>
    `,
  )
}

function verdictOf({ suites, quick }: Results, goals: readonly Goal[], losses: readonly Loss[]): string {
  const broken = suites.flatMap(({ failures }) => failures).length
  if (broken > 0) return `${plural(broken, 'promise')} not kept: see below.`
  const reached = goals.filter(({ state }) => state === 'reached').length
  const beaten = losses.filter(({ beaten: n, of }) => n === of).length
  const short = quick ? 'Short form, not to be quoted. ' : ''
  return `${short}${reached} of ${plural(goals.length, 'goal')} reached; in ${plural(beaten, 'case')} another cache is better than every line of ours.`
}

function factsOf({ date, machine, versions }: Results): Markup {
  const { cores, cpu, memoryGb, system, loadBefore } = machine
  const parts = Object.entries(versions).filter(([, version]) => version !== undefined)
  return html`<p class="facts">
    ${date}, ${cores} cores of ${cpu}, ${memoryGb} GB, ${system}; load of the machine before the run:
    ${loadBefore} (0 is quiet).<br />${parts.map(([name, version]) => `${name} ${version}`).join(', ')}.
  </p>`
}

function tilesOf({ suites }: Results, goals: readonly Goal[], losses: readonly Loss[]): Tile[] {
  const count = (state: Goal['state']): number => goals.filter(goal => goal.state === state).length
  const rows = comparisonsOf(suites).flatMap(comparison => comparison.rows)
  const beaten = losses.filter(({ beaten: n, of }) => n === of).length
  const failures = suites.flatMap(suite => suite.failures).length
  const failed = count('failed')
  return [
    {
      label: 'Goals reached',
      value: `${count('reached')} of ${goals.length}`,
      state: goals.length === 0 ? 'none' : count('short') + failed === 0 ? 'good' : 'bad',
    },
    { label: 'Behind a gate', value: failed, bound: '= 0', state: failed === 0 ? 'good' : 'bad' },
    {
      label: 'Another cache is better',
      value: beaten,
      unit: plural(beaten, 'case').replace(/^\S+ /, ''),
      state: beaten === 0 ? 'good' : 'bad',
    },
    { label: 'Promises broken', value: failures, bound: '= 0', state: failures === 0 ? 'good' : 'bad' },
    {
      label: 'Lines measured',
      value: rows.filter(isMeasured).length,
      bound: `${rows.filter(row => !isMeasured(row)).length} failed`,
      state: 'none',
    },
  ]
}

function renderLosses(losses: readonly Loss[], goals: readonly Goal[]): Markup {
  const missed = goals.filter(({ state }) => state !== 'reached')
  return html`<section id="losses">
    <h2>Where others are better, and goals we miss</h2>
    ${losses.length === 0 && html`<p>No line of another cache was better than one of ours in this run.</p>`}
    ${
      losses.length > 0 &&
      renderTable({
        title: 'Better than ours, asked the same',
        columns: ['what', 'better', 'than ours', 'times', 'lines of ours it beats', 'what it gives up'],
        rows: losses.map(({ comparison, peer, ours, times, isClose, beaten, of }) => ({
          cells: [
            titleAt(comparison, peer.at),
            peer.contender,
            ours.contender,
            `${figureOf(times)}${isClose ? ' (quartiles overlap)' : ''}`,
            `${beaten} of ${of}`,
            peer.givesUp,
          ],
          ...(beaten === of && { mark: 'bad' as const }),
        })),
        note: 'Marked: better than every line of ours. The line it is compared with is the best of ours that it beats.',
      })
    }
    ${
      missed.length > 0 &&
      renderTable({
        title: 'Goals missed',
        columns: ['what', 'line', 'goal', 'gate', 'measured'],
        rows: missed.map(({ comparison, row, target, figure, state }) => ({
          cells: [
            titleAt(comparison, row.at),
            row.contender,
            boundOf(comparison, target.goal),
            target.gate === undefined ? undefined : boundOf(comparison, target.gate),
            summaryOf(figure),
          ],
          ...(state === 'failed' && { mark: 'bad' as const }),
        })),
        note: 'A goal is what we aim at on a quiet machine; a gate is what no change may fall behind.',
      })
    }
    ${missed.length === 0 && goals.length > 0 && html`<p>Every goal was reached.</p>`}
  </section> `
}

function renderSuite({ name, about, seconds, comparisons, failures }: SuiteReport): Markup {
  return html`<section id="${name}">
    <div class="headline">
      <h2>${name}</h2>
      <span class="facts">${formatSeconds(seconds)}</span>
    </div>
    <p class="explains">${about}</p>
    ${failures.map(failure => html`<p class="summary verdict bad">Not kept: ${failure}</p>`)}
    ${comparisons.map(renderComparison)}
  </section> `
}

/** Every setting that is not a default, once: what it is and what it costs those who use it. */
function renderSettings({ suites }: Results): Content {
  const rows = comparisonsOf(suites).flatMap(comparison => comparison.rows)
  const told = new Map<string, Row>()
  for (const row of rows) {
    const key = [row.peer ?? row.contender, row.setting, row.givesUp].join('\n')
    if (row.kind === 'peer' || row.setting !== undefined || row.givesUp !== undefined) told.set(key, row)
  }
  if (told.size === 0) return undefined
  return html`<section id="settings">
    <h2>How each one was set up, and what that gives up</h2>
    ${renderTable({
      title: 'Settings',
      columns: ['cache', 'setting', 'gives up'],
      rows: [...told.values()].map(row => ({
        cells: [row.peer ?? row.contender, row.setting ?? 'default', row.givesUp ?? '–'],
        ...(row.kind === 'ours' && { mark: 'ours' as const }),
      })),
    })}
  </section> `
}

function renderRepeat({ command }: Results): Markup {
  return html`<section id="repeat">
    <h2>Repeat it</h2>
    <p>
      In a clone of the repository, with nothing else running: <code>npm run setup</code>, then
      <code>${command}</code>.
    </p>
    <p>
      Another Redis: set <code>REDIS_URL</code>. More rounds, narrower quartiles: <code>--rounds 30</code>.
      This page again from the figures: <code>pnpm bench report</code>. All figures, with their quartiles, are
      in the JSON beside this page.
    </p>
  </section> `
}
