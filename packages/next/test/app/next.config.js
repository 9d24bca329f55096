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
  turbopack: { root: new URL('../../../..', import.meta.url).pathname },
}
