import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { emitProject } from '../../../generators/project/emit-project.ts'
import { closure, emitLock, type LockedPackages } from '../../../generators/project/locked-packages.ts'
import { lockedForProjects } from '../../../scripts/locked-for-projects.ts'
import { projectSurroundings } from '../../../src/pipeline/workshop/package-sources.ts'
import { sampleDefinition } from './sample-definition.ts'

const locked: LockedPackages = {
  'node_modules/a': { version: '1.0.0', integrity: 'x', dependencies: { b: '^1', c: '^2' } },
  'node_modules/a/node_modules/c': { version: '2.0.0', peerDependencies: { d: '*' } },
  'node_modules/b': { version: '1.0.0', optionalDependencies: { platform: '1', missing: '1' } },
  'node_modules/c': { version: '1.0.0', dependencies: { never: '1' } },
  'node_modules/d': {
    version: '1.0.0',
    peerDependencies: { never: '*' },
    peerDependenciesMeta: { never: { optional: true } },
  },
  'node_modules/never': { version: '1.0.0' },
  'node_modules/platform': { version: '1.0.0' },
  'node_modules/tool': { version: '1.0.0', dependencies: { b: '^1', c: '^1', platform: '1' } },
}

describe('the lock file of a project', () => {
  it('has each package that is needed, in the place where Node finds it', () => {
    expect([...closure(['a'], locked)].toSorted(([left], [right]) => (left < right ? -1 : 1))).toEqual([
      ['node_modules/a', 'needed'],
      ['node_modules/a/node_modules/c', 'needed'],
      ['node_modules/b', 'needed'],
      ['node_modules/d', 'needed'],
      ['node_modules/platform', 'optional'],
    ])
  })

  it('tells what is for work alone, and what may be missing', () => {
    const project = { name: 'p', version: '1.0.0', dependencies: { a: '1' }, devDependencies: { tool: '1' } }
    const { packages } = JSON.parse(emitLock(project as never, locked))
    expect(packages['node_modules/a']).toEqual({ version: '1.0.0', integrity: 'x', dependencies: { b: '^1', c: '^2' } })
    expect(packages['node_modules/tool']).toMatchObject({ dev: true })
    expect(packages['node_modules/c']).toMatchObject({ dev: true })
    expect(packages['node_modules/b']).not.toHaveProperty('dev')
    expect(packages['node_modules/platform']).toMatchObject({ optional: true })
  })

  it('fits the package.json of every project, with the integrity of each package, and names no registry', () => {
    const files = emitProject(sampleDefinition, projectSurroundings())
    const { packages } = JSON.parse(files['package-lock.json'] ?? '')
    const { dependencies, devDependencies } = JSON.parse(files['package.json'] ?? '')
    expect(packages['']).toMatchObject({ dependencies, devDependencies })
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies }))
      expect(packages[`node_modules/${name}`], name).toMatchObject({
        version,
        integrity: expect.stringMatching(/^sha/),
      })
    expect(files['package-lock.json']).not.toContain('resolved')
  })

  it('is made of our own lock file as it is now; else run "npm run lock-projects"', () => {
    const own: unknown = JSON.parse(
      readFileSync(path.resolve(import.meta.dirname, '../../../package-lock.json'), 'utf8'),
    )
    expect(projectSurroundings().locked).toEqual(lockedForProjects(own))
  })
})
