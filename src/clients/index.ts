import { claudeCode } from './claude-code.ts'
import { claudeDesktop } from './claude-desktop.ts'
import type { Client } from './client.ts'
import { codex } from './codex.ts'
import { cursor } from './cursor.ts'
import { gemini } from './gemini.ts'
import { vscode } from './vscode.ts'
import { windsurf } from './windsurf.ts'

/** The clients whose configuration mcpwright knows, by the name that a person types. One line each. */
export const CLIENTS = {
  'claude-desktop': claudeDesktop,
  'claude-code': claudeCode,
  cursor,
  vscode,
  windsurf,
  gemini,
  codex,
} as const satisfies Readonly<Record<string, Client>>

export type ClientName = keyof typeof CLIENTS

// The keys of a literal, which is all that Object.keys can give here.
export const CLIENT_NAMES = Object.keys(CLIENTS) as readonly ClientName[]
