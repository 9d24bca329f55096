import { parentPort } from 'node:worker_threads'
import { runTask, type Task } from './batch.ts'

// A thread that runs tasks: one message in, one out. What fails in one fails the thread.
const port = parentPort
port?.on('message', async (task: Task) => port.postMessage(await runTask(task)))
