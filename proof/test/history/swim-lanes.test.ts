import { describe, expect, test } from 'vitest'
import { check, type Violation } from '../../src/history/check.ts'
import { sceneOf } from '../../src/history/lanes.ts'
import { swimLanes } from '../../src/history/swim-lanes.ts'
import { BOUNDS, Story } from './story.ts'

/** #0 deletes; #1 answers with the old version more than Δ later, while its messages are lost. */
function tell(): { story: Story; violation: Violation } {
  const story = new Story()
  story.write(1, 1000, { t1: 1004, committedAt: 1004 })
  story.read(0, 900, { instance: 1, tier: 'memory' })
  story.read(0, 1200, { instance: 1, tier: 'memory' })
  story.read(0, 1201, { instance: 1, stale: true })
  story.read(undefined, 1300, { instance: 1, how: 'get' })
  story.read(1, 1400, { instance: 0 })
  story.read(0, 2100, { instance: 1, tier: 'memory' })
  story.read(0, 100, { key: 'other' })
  story.load(1390, 1399, { instance: 0 })
  story.fault(990, 1900, { name: 'messages <lost>', instance: 1 })
  story.fault(1100, 1150, { name: 'everything slow' })
  const [violation] = check(story.history, BOUNDS)
  if (violation === undefined) throw new Error('nothing was found')
  return { story, violation }
}

describe('the scene of a violation', () => {
  test('has a lane for every instance that had to do with the key, and tells what the answers were', () => {
    const { story, violation } = tell()
    const { lanes, faults } = sceneOf(story.history, violation, 1500)
    expect(lanes.map(({ instance }) => instance)).toEqual([0, 1])
    expect(lanes[1]?.reads.map(({ look }) => look)).toEqual([
      'fresh',
      'older',
      'stale',
      'nothing',
      'violating',
    ])
    expect(lanes[0]?.reads.map(({ look }) => look)).toEqual(['fresh'])
    expect(lanes[0]?.writes.map(({ version }) => version)).toEqual([1])
    expect(lanes[0]?.loads).toHaveLength(1)
    expect(lanes[1]?.faults.map(({ name }) => name)).toEqual(['messages <lost>'])
    expect(faults.map(({ name }) => name)).toEqual(['everything slow'])
  })

  test('leaves out what is long past', () => {
    const { story, violation } = tell()
    const { lanes } = sceneOf(story.history, violation, 500)
    expect(lanes.flatMap(({ reads }) => reads)).toHaveLength(1)
  })

  test('draws nothing over anything else', () => {
    const { story, violation } = tell()
    for (const { reads } of sceneOf(story.history, violation, 1500).lanes)
      for (const one of reads)
        for (const other of reads)
          if (one !== other && one.line === other.line)
            expect(one.to <= other.from || other.to <= one.from).toBe(true)
  })
})

describe('the page', () => {
  const { story, violation } = tell()
  const page = swimLanes(story.history, violation, {
    windowMs: 1500,
    deltaMs: 1000,
    repeat: 'pnpm prove history --seed 7',
    timeline: 'line 1\nline 2',
  })

  test('needs nothing from anywhere', () => {
    expect(page).not.toMatch(/https?:|<script|src=|@import|url\(/)
  })

  test('shows lanes, the answer that breaks the promise, the commit and Δ', () => {
    expect(page).toContain('instance 0')
    expect(page).toContain('instance 1')
    expect(page.match(/<rect class="violating" x=/g)).toHaveLength(1)
    expect(page).toContain('class="commit"')
    expect(page).toContain('Δ later')
    expect(page).toContain('line 1\nline 2')
    expect(page).toContain('pnpm prove history --seed 7')
  })

  test('is readable in the dark, and escapes what it is given', () => {
    expect(page).toContain('prefers-color-scheme: dark')
    expect(page).toContain('messages &lt;lost&gt;')
    expect(page).not.toContain('<lost>')
  })

  test('has no coordinate that is not a number', () => {
    expect(page).not.toMatch(/NaN|Infinity|undefined/)
  })
})
