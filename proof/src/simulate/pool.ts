import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Batch, Task } from './batch.ts'

/**
 * Runs tasks in a thread per processor, and gives each batch as it comes. Rejects with the first error of a thread; no thread outlives it.
 */
export async function eachTask(
  tasks: readonly Task[],
  take: (batch: Batch, task: Task) => void,
): Promise<void> {
  const queue = tasks.values()
  const threads = Math.min(availableParallelism(), tasks.length)
  const workers = Array.from({ length: threads }, () => new Worker(new URL('worker.ts', import.meta.url)))
  try {
    await Promise.all(
      workers.map(async worker => {
        for (const task of queue) take(await ask(worker, task), task)
      }),
    )
  } finally {
    await Promise.all(workers.map(worker => worker.terminate()))
  }
}

function ask(worker: Worker, task: Task): Promise<Batch> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      worker.off('message', answer).off('error', fail).off('exit', exit)
    }
    const answer = (batch: Batch): void => {
      end()
      resolve(batch)
    }
    const fail = (error: Error): void => {
      end()
      reject(new Error(`The seeds from ${task.from} on did not run: ${error.message}`, { cause: error }))
    }
    const exit = (): void => fail(new Error('the thread ended'))
    worker.on('message', answer).on('error', fail).on('exit', exit)
    worker.postMessage(task)
  })
}
