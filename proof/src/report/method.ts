/** How a run of everything comes to its verdict, for readers who were not there. */
export const method: readonly string[] = [
  'Several instances of the cache share one Redis. Beside them stands a small database of our own: each of its keys has a version that only grows, and every cached value says which key and version it is. So of each answer it can be told how old it was.',
  'Readers and writers work at random, from a seed. Each call is noted with the moment it was made and the moment it settled, on one clock that all instances share. Meanwhile things are broken on purpose: connections cut, frozen, slowed or made to lose replies, Redis stopped, emptied, filled up, failed over, moved to other nodes, instances paused and killed.',
  'When the run is over, a separate program goes through the whole history, and compares every read with every write that was acknowledged before it. It knows nothing of how the cache works. Nothing is sampled, and no violation is tolerated: one is a failure.',
  'The same code of the protocol also runs in a simulator, where time, network and chance come from the seed. There thousands of histories take minutes, and each can be repeated exactly.',
  'A checker that finds nothing may be blind. So it has to find what is known to be wrong: a cache of the ordinary kind (DEL and PUBLISH), and the protocol with one of its parts switched off. If either passes, the run fails.',
]

/** What such a run does not show. */
export const limits: readonly string[] = [
  'It is testing, not a mathematical proof: it shows that so many histories held, not that all do. Give other seeds and more of them: --seed, --seeds.',
  'All runs on one machine, Redis included. That is what gives all instances one clock, by which reads can be judged to the millisecond; a real network’s faults are imitated by a proxy.',
  'Timers fire late on a busy machine, so calls on real Redis are granted a slack of some milliseconds, stated with each section. In the simulator there is none.',
  'In the simulator, Redis is a stand-in that carries out the scripts one at a time. Whether real servers do the same is shown by the sections on real ones.',
  'Not promised, hence not tested: writes that nobody invalidates; a loader that reads a database replica which lags; a deferred invalidation whose process dies before Redis is back (then the ttl is the bound); answers that call themselves stale, beyond their own limit.',
]
