import { defineConfig } from 'vitest/config'

const conditions = ['@tiercache/source', 'node']
const folders = '{packages/*,apps/*,benchmarks,proof,tooling/*}/test/**'

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    benchmark: { include: [] },
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**'],
      reporter: ['text-summary', 'json-summary', 'html'],
      thresholds: { lines: 80 },
    },
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: [`${folders}/*.test.ts`], exclude: ['**/*.int.test.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: [`${folders}/*.int.test.ts`],
          globalSetup: ['./tooling/redis/src/global-setup.ts'],
          testTimeout: 20_000,
          // These kill and freeze servers against deadlines of 150 ms; a neighbour that takes the machine may spoil one try.
          retry: process.env.CI ? 1 : 0,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
