import { describe, expect, it } from 'vitest'
import { emitProject } from '../../generators/project/emit-project.ts'
import { projectSurroundings } from '../../src/pipeline/workshop/package-sources.ts'
import { sampleDefinition } from '../generators/project/sample-definition.ts'

const files = emitProject(sampleDefinition, projectSurroundings())
const linesOf = (file: string) => (files[file] ?? '').split('\n').filter((line) => line !== '')

describe('a project that is written', () => {
  it('names exact versions of registry packages, and nothing by address', () => {
    const { dependencies, devDependencies } = JSON.parse(files['package.json'] ?? '{}')
    const versions = Object.values({ ...dependencies, ...devDependencies }).map(String)
    expect(versions.length).toBeGreaterThan(3)
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))).toEqual([])
  })

  it('runs no script of a package when it is installed, and has none of its own that would run by itself', () => {
    expect(linesOf('.npmrc')).toContain('ignore-scripts=true')
    const { scripts } = JSON.parse(files['package.json'] ?? '{}')
    expect(Object.keys(scripts).filter((name) => /^(?:pre|post)|^(?:install|prepare|prepack)$/.test(name))).toEqual([])
  })

  it('runs in its container as a user without rights, with the bundle alone', () => {
    const lines = linesOf('Dockerfile')
    const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')))
    expect(last.filter((line) => /^(?:COPY|ADD) /.test(line))).toEqual(['COPY --from=build /app/dist ./dist'])
    expect(last.findIndex((line) => line === 'USER node')).toBeLessThan(
      last.findIndex((line) => line.startsWith('ENTRYPOINT ')),
    )
    expect(last).toContain('USER node')
    const bases = lines.filter((line) => line.startsWith('FROM '))
    expect(bases.filter((line) => !/@sha256:[0-9a-f]{64}( |$)/.test(line))).toEqual([])
    expect(lines.filter((line) => line.startsWith('RUN npm'))).toEqual(['RUN npm ci --ignore-scripts'])
    expect(lines.filter((line) => /^(?:ARG|ENV) /.test(line))).toEqual([])
  })

  it.each(['.dockerignore', '.gitignore'])('keeps secrets and what tools have stored out by its %s', (file) => {
    const ignored = linesOf(file)
    expect(ignored.some((line) => line === '.env' || line === '.env*')).toBe(true)
    expect(ignored).toContain('.data/')
  })
})
