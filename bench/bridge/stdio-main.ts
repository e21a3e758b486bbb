/** The echo server over stdio: the child of every bridge. */
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { createEchoServer } from './echo-server.ts'

serveStdio(createEchoServer)
