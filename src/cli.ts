// What the launcher runs. Nothing is imported before it is known what for: the stdio door must answer at once.
const [command] = process.argv.slice(2)

if (command === 'daemon') {
  const { runDaemon } = await import('./cli/run-daemon.ts')
  await runDaemon(process.env, { stays: process.argv.includes('--stay') })
} else if (command === undefined && !process.stdin.isTTY) {
  const { openStdioDoor } = await import('./cli/stdio-door.ts')
  await openStdioDoor(process.env)
} else if (command === 'bridge') {
  const { bridge, BRIDGE_USAGE, BridgeUsageError } = await import('./cli/bridge.ts')
  await bridge(process.argv.slice(3), process.env).catch((error: unknown) => {
    if (!(error instanceof BridgeUsageError)) throw error
    console.error(`${error.message}\n\n${BRIDGE_USAGE}`)
    process.exitCode = 2
  })
} else {
  const { runCommand } = await import('./cli/run-command.ts')
  await runCommand(process.argv.slice(2), process.env)
}
