/** A site on loopback in a process of its own; it tells its port to the one that forked it. */
import { createServer } from 'node:http'

const answer = Buffer.from(
  JSON.stringify({ items: Array.from({ length: 20 }, (_, id) => ({ id, name: `item ${id}` })) }),
)
const server = createServer((request, response) => {
  request.resume()
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.byteLength }).end(answer)
})
server.listen(0, '127.0.0.1', () => process.send?.(server.address()))
process.once('disconnect', () => process.exit(0))
