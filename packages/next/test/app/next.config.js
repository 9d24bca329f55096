export default {
  cacheComponents: true,
  partialPrefetching: true,
  cacheHandlers: {
    default: import.meta.resolve('./use-cache.js'),
    remote: import.meta.resolve('./use-cache.js'),
  },
  cacheHandler: import.meta.resolve('./incremental-cache.js'),
  cacheMaxMemorySize: 0,
  generateBuildId: () => 'build',
  // One URL, two routes, by what is no part of it.
  rewrites: async () => [
    {
      source: '/list',
      has: [{ type: 'header', key: 'x-country', value: 'us' }],
      destination: '/api/lists/us',
    },
    { source: '/list', destination: '/api/lists/elsewhere' },
  ],
  // Of these the app gets the sources, too, where a bundler would take what is built.
  serverExternalPackages: ['@tiercache/core', '@tiercache/http'],
  turbopack: { root: new URL('../../../..', import.meta.url).pathname },
}
