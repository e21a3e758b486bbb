#!/usr/bin/env node
// Stands in the place of systemctl and loginctl of a machine that can be rebooted: it starts what the unit in
// $HOME/.config/systemd/user says, with the unit's environment alone, and writes the pid to $FAKE_SYSTEMD/pid.
import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const verb = process.argv.slice(2).find((word) => !word.startsWith('--'))
const own = path.dirname(process.argv[1])
const pidFile = path.join(own, 'pid')
const { HOME = '' } = process.env

if (process.argv[1].endsWith('loginctl')) console.log('no')
else if (verb === 'restart') start()
else if (verb === 'disable') stop()
else if (verb === 'is-active') console.log(existsSync(pidFile) ? 'active' : 'inactive')

function start() {
  const unit = readFileSync(path.join(HOME, '.config/systemd/user/mcpwright.service'), 'utf8')
  const lines = (key) => Array.from(unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm')), ([, value]) => value)
  const words = Array.from(lines('ExecStart')[0].matchAll(/"((?:[^"\\]|\\.)*)"/g), ([, word]) => word)
  const settings = lines('Environment').map((line) => JSON.parse(line).split(/=(.*)/s).slice(0, 2))
  const log = openSync(lines('StandardOutput')[0].replace('append:', ''), 'a', 0o600)
  const env = { HOME, PATH: '/usr/bin:/bin', ...Object.fromEntries(settings) }
  const child = spawn(words[0], words.slice(1), { env, detached: true, stdio: ['ignore', log, log] })
  writeFileSync(pidFile, String(child.pid))
  child.unref()
  closeSync(log)
}

function stop() {
  const pid = Number(readFileSync(pidFile, 'utf8'))
  rmSync(pidFile)
  process.kill(pid, 'SIGTERM')
  // systemctl returns when the unit has ended.
  for (;;) {
    try {
      process.kill(pid, 0)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
    } catch {
      return
    }
  }
}
