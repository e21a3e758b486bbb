'use strict'

const versions = { ...process.versions, node: '20.19.0' }
Object.defineProperty(process, 'versions', { value: versions })
