import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { claimFolder } from '../../src/cli/folder.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tiercache-prove-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

test('a folder with somebody’s files is left alone', () => {
  writeFileSync(join(folder, 'diary.txt'), '')
  expect(() => claimFolder(folder)).toThrow(/Name a new or an empty folder/)
  expect(readdirSync(folder)).toEqual(['diary.txt'])
})

test('the folder of an earlier report is used again', () => {
  writeFileSync(join(folder, 'report.json'), '')
  expect(claimFolder(folder)).toBe(folder)
})

test('a folder is made where the command was given', () => {
  vi.stubEnv('INIT_CWD', folder)
  expect(claimFolder('new/one')).toBe(join(folder, 'new/one'))
  expect(readdirSync(folder)).toEqual(['new'])
})

test('a file is no folder', () => {
  writeFileSync(join(folder, 'file'), '')
  expect(() => claimFolder(join(folder, 'file'))).toThrow(/is a file/)
})
