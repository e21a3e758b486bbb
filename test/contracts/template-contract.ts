import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Template } from '../../generators/templates/template.ts'
import { checkDefinition } from '../../src/checks/check-definition.ts'
import { gradeServer } from '../../src/checks/grade-server.ts'
import { LOCAL_TENANT, type ServerId } from '../../src/model/ids.ts'
import type { ServerDefinition } from '../../src/model/server-definition.ts'
import { hostsOfCall } from '../../src/model/server-hosts.ts'
import type { ToolDefinition } from '../../src/model/tool-definition.ts'
import { readTemplate } from '../../src/pipeline/read-template.ts'

const root = path.resolve(import.meta.dirname, '../..')

const descriptions = {
  'a description without an address': 'Does what its users ask for, and says what it did.',
  'a description with addresses':
    'Serves https://one.example/v1, then https://two.example:8443/, and https://three.example.',
} as const

/** What every template promises. */
export function templateContract({ name }: Template): void {
  describe(`the template ${name}`, () => {
    describe.each(Object.entries(descriptions))('with %s', (_, description) => {
      const parts = readTemplate(name, { name: 'served', description })

      it('gives the same parts each time', () => {
        expect(readTemplate(name, { name: 'served', description })).toEqual(parts)
      })

      it('is graded A, without a warning', () => {
        const findings = checkDefinition(definitionOf(name, description))
        const items = parts.tools.length + parts.resources.length + parts.prompts.length
        expect(gradeServer(findings, items).grade).toBe('A')
        expect(findings.filter(({ weight }) => weight !== 'advice')).toEqual([])
      })

      it('reaches the hosts of its description alone, or those of its examples', () => {
        const hosts = new Set(parts.tools.flatMap(hostsOf))
        const pattern = description.includes('https:') ? /^(one|two|three)\.example(:8443)?$/ : /\.example\.com$/
        for (const host of hosts) expect(host).toMatch(pattern)
      })

      it('has tests of tools that it has, and says what to do first', () => {
        const names = parts.tools.map((tool) => tool.name)
        for (const { tool } of parts.tests) expect(names).toContain(tool)
        expect(parts.tests.length).toBeGreaterThanOrEqual(Math.min(2, parts.tools.length))
        expect(parts.first).toMatch(/\.$/)
        expect(parts.next).toHaveLength(2)
      })
    })

    it('has a page of guide that names each of its tools, and that README leads to', () => {
      const page = readFileSync(path.join(root, 'docs', 'templates', `${name}.md`), 'utf8')
      const { tools } = readTemplate(name, { name: 'served', description: 'Serves.' })
      for (const tool of tools) expect(page).toContain(`\`${tool.name}\``)
      expect(readFileSync(path.join(root, 'README.md'), 'utf8')).toContain(`docs/templates/${name}.md`)
    })
  })
}

/** A server as `init_server` makes it. */
export function definitionOf(template: string, description: string): ServerDefinition {
  const { first: _first, next: _next, ...parts } = readTemplate(template, { name: 'served', description })
  const id = '00000000-0000-7000-8000-000000000001' as ServerId
  const base = { id, tenantId: LOCAL_TENANT, name: 'served', description, revision: 1, exposure: 'tools' as const }
  return { ...base, ...parts, connections: [] }
}

function hostsOf({ handler }: ToolDefinition): readonly string[] {
  if (handler.kind === 'operation') return hostsOfCall(handler.call)
  return handler.kind === 'code' ? handler.hosts : []
}
