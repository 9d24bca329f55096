import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { BOUNDS, overLimits } from '../../src/memory/table-bounds.ts'

const sources = join(import.meta.dirname, '../../../packages/core/src')
/** A field of a class that begins as a table. */
const TABLE =
  /^ {2}(?:readonly |private )*(#?\w+)\b[^=(]*= (?:new (?:Map|Set|WeakMap|WeakSet)\b|\[\]|newNames\(\))/

describe('the list of tables', () => {
  test('has every table that is a field in core', () => {
    const listed = new Set(BOUNDS.map(({ file, field }) => `${file} ${field}`))
    expect(fieldsOfCore().filter(field => !listed.has(field))).toEqual([])
  })

  test.each(BOUNDS)('speaks of a table that exists: $file $field', ({ file, field }) => {
    const isThere = new RegExp(`(?<![\\w#])${field}\\b`).test(readFileSync(join(sources, file), 'utf8'))
    expect(isThere).toBe(true)
  })
})

describe('tables of a census', () => {
  test('pass within their bounds', () => {
    expect(overLimits(new Map([['Marks.#slots', 65_537]])).every(({ is, limit }) => is <= limit)).toBe(true)
  })

  test('are told of where they are beyond, and counted', () => {
    const checks = overLimits(new Map([['Marks.#slots', 65_538]]))
    expect(checks.map(({ what, is, limit }) => [what, is, limit])).toEqual([
      ['table Marks.#slots', 65_538, 65_537],
      ['tables beyond their bound, of 1', 1, 0],
    ])
  })

  test('that nobody has said anything about may not grow either', () => {
    expect(overLimits(new Map([['Cache.#new', 5000]]))[0]).toMatchObject({
      what: 'table Cache.#new',
      is: 5000,
    })
  })
})

function fieldsOfCore(): string[] {
  return readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts') && !file.startsWith('testing'))
    .flatMap(file => {
      const lines = readFileSync(join(sources, file), 'utf8').split('\n')
      return lines.flatMap(line => {
        const [, field] = TABLE.exec(line) ?? []
        return field === undefined || /^ {2}(?:const|let|return) /.test(line) ? [] : [`${file} ${field}`]
      })
    })
    .toSorted()
}
