/**
 * A daemon's queue in a process of its own, to be killed. Tells its parent which job it works on, and
 * never ends one.
 */
import { openDatabase } from '../../src/db/open-database.ts'
import type { DaemonId } from '../../src/model/ids.ts'
import { createQueue } from '../../src/queue/pg-boss-queue.ts'

const [, , daemonId = '', directory = '', templates = '', databaseUrl] = process.argv
const db = await openDatabase({ databaseUrl: databaseUrl || undefined, directory, templateFolders: [templates] })
const queue = await createQueue({
  db,
  // The parent's.
  daemonId: daemonId as DaemonId,
  onError: (error) => console.error(error),
})
await queue.work(async (job) => {
  process.send?.({ started: job })
  await new Promise(() => {})
})
process.send?.({ ready: true })
process.on('message', (message: { send: Parameters<typeof queue.send>[0] }) => {
  void queue.send(message.send).then((id) => process.send?.({ sent: id }))
})
