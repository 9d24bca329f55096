import { expect, test } from 'vitest'
import { commandNames } from '../src/suites/commands/proxy.ts'

function command(...parts: string[]): string {
  return `*${parts.length}\r\n${parts.map(part => `$${Buffer.byteLength(part)}\r\n${part}\r\n`).join('')}`
}

test('reads the commands of a pipeline', () => {
  const names = commandNames()
  expect(names(Buffer.from(command('get', 'a') + command('set', 'a', 'ü\r\n*')))).toEqual(['GET', 'SET'])
})

test('reads a command that comes in pieces, however it is cut', () => {
  const bytes = Buffer.from(command('evalsha', 'x'.repeat(40), '0') + command('ping'))
  for (let cut = 1; cut < bytes.length; cut++) {
    const names = commandNames()
    expect([...names(bytes.subarray(0, cut)), ...names(bytes.subarray(cut))]).toEqual(['EVALSHA', 'PING'])
  }
})
