// What a restart costs on a trace, cold and warmed: `pnpm --filter @tiercache/benchmarks sim:warming <trace or folder>…`.
import { parseArgs } from 'node:util'

import { findTraces, readTrace } from '../trace.ts'
import { type Replay, replay } from './replay.ts'

const MOST = 10_000_000
const HELP = `Usage: sim:warming <trace or folder>... [--share 0.05] [--restart 0.6] [--save 1] [--killed] [--json]
  --share    entries of the memory tier, as a share of the trace's keys
  --restart  where in the trace the restart is
  --save     requests between two saves of the hot keys, as a share of the entries
  --killed   the process is killed: no last save
  --json     for programs`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    share: { type: 'string', default: '0.05' },
    restart: { type: 'string', default: '0.6' },
    save: { type: 'string', default: '1' },
    killed: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

// A script of a package runs in its folder; paths are those of who called it.
process.chdir(process.env['INIT_CWD'] ?? '.')
if (values.help || positionals.length === 0) console.log(HELP)
else for (const base of positionals.flatMap(findTraces)) await show(base)

async function show(base: string): Promise<void> {
  const { name, keys, unique } = readTrace(base, MOST)
  const result = await replay([...keys], {
    capacity: Math.max(1, Math.round(unique * Number(values.share))),
    restartAt: Number(values.restart),
    saveEvery: Number(values.save),
    killed: values.killed,
  })
  console.log(values.json ? JSON.stringify({ trace: name, ...result }) : line(name, result))
}

function line(name: string, { capacity, window, steady, kept, cold, warm }: Replay): string {
  const change = (misses: number): string => `${Math.round((misses / cold.misses - 1) * 100)} %`
  const at = (requests: number): string =>
    `${requests <= window ? '<= ' : ''}${(requests / capacity).toFixed(2)} C`
  return [
    name.padEnd(22),
    `C ${capacity}`.padEnd(9),
    `steady ${(steady * 100).toFixed(1)} %`,
    `to 90 %: cold ${at(cold.requestsTo90)}, warm ${at(warm.requestsTo90)}`,
    `first C: cold ${cold.misses} misses, warm ${change(warm.misses)}, no restart ${change(kept.misses)}`,
  ].join('  ')
}
