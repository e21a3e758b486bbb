import { describe, expect, it } from 'vitest'
import listTasks from '../../../generators/templates/agent-task-manager/code/tools/list-tasks.ts'
import createTask from '../../../generators/templates/agent-task-manager/code/tools/create-task.ts'
import { readPlan } from '../../../generators/templates/orchestrator-workers/code/shared/plan.ts'
import { splitIntoSections } from '../../../generators/templates/orchestrator-workers/code/shared/sections.ts'
import { runInParallel } from '../../../generators/templates/parallelisation/code/shared/run-in-parallel.ts'
import { type Choice, chooseUpstreams } from '../../../generators/templates/routing/code/shared/choose-upstreams.ts'
import type { Upstream } from '../../../generators/templates/routing/code/shared/upstreams.ts'
import { templateContext } from './template-context.ts'

describe('routing', () => {
  const three = [upstream('a', 3), upstream('b', 1), upstream('books', 1, ['/books'])]
  const names = (choice: Partial<Choice>) =>
    chooseUpstreams(three, {
      path: '/orders',
      rule: 'first_healthy',
      health: new Map(),
      now: 0,
      random: () => 0,
      ...choice,
    }).map(({ name }) => name)

  it('sends a path to the upstream with the longest prefix of it', () => {
    expect(names({})).toEqual(['a', 'b'])
    expect(names({ path: '/books' })).toEqual(['books'])
    expect(names({ path: '/books/7' })).toEqual(['books'])
    expect(names({ path: '/bookshop' })).toEqual(['a', 'b'])
    expect(() => names({ path: 'orders' })).not.toThrow()
  })

  it('draws by weight: three of four times the one with three of four parts', () => {
    const draws = Array.from({ length: 8 }, (_, index) => names({ rule: 'weighted', random: () => index / 8 })[0])
    expect(draws).toEqual(['a', 'a', 'a', 'a', 'a', 'a', 'b', 'b'])
  })

  it('tries an upstream that is sick last, and after half a minute in its turn again', () => {
    const health = new Map([['a', { is_healthy: false, checked_at: '1970-01-01T00:00:00Z' }]])
    expect(names({ health, now: 29_000 })).toEqual(['b', 'a'])
    expect(names({ health, now: 31_000 })).toEqual(['a', 'b'])
  })
})

describe('parallelisation', () => {
  const { signal } = new AbortController()

  it('works on as many inputs at once as it is told, keeps their order and tells how far it is', async () => {
    const told: number[] = []
    let working = 0
    let most = 0
    const work = async (input: number): Promise<number> => {
      most = Math.max(most, ++working)
      // The later ones end first.
      for (let turn = 0; turn < 20 - input; turn++) await Promise.resolve()
      working--
      return input * 2
    }
    const inputs = Array.from({ length: 12 }, (_, index) => index)
    const outcomes = await runInParallel(inputs, work, { concurrency: 3, signal, progress: (done) => told.push(done) })
    expect(outcomes).toEqual(inputs.map((input) => ({ ok: true, value: input * 2 })))
    expect(most).toBe(3)
    expect(told).toEqual(inputs.map((input) => input + 1))
  })

  it('begins nothing new after a failure when it is told so', async () => {
    const options = { concurrency: 1, stopOnFailure: true, signal, progress: () => {} }
    expect(await runInParallel(['good', 'bad', 'late'], refuseBad, options)).toEqual([
      { ok: true, value: 'good' },
      { ok: false, error: 'no' },
      { ok: false, skipped: true },
    ])
  })

  it('ends when its caller gives up', async () => {
    const giveUp = new AbortController()
    const begun: number[] = []
    const work = async (input: number): Promise<void> => {
      begun.push(input)
      if (input === 2) giveUp.abort(new Error('given up'))
    }
    const options = { concurrency: 1, signal: giveUp.signal, progress: () => {} }
    await expect(runInParallel([1, 2, 3], work, options)).rejects.toThrow('given up')
    expect(begun).toEqual([1, 2])
  })
})

describe('orchestrator-workers', () => {
  it('splits at headings, else at blank lines, and loses nothing past its last section', () => {
    const headed = Array.from({ length: 50 }, (_, index) => `# Part ${index + 1}\ntext ${index + 1}`).join('\n')
    const sections = splitIntoSections(headed)
    expect(sections).toHaveLength(40)
    expect(sections[0]).toEqual({ number: 1, heading: 'Part 1', text: 'text 1' })
    expect(sections.at(-1)?.text).toContain('text 50')
    expect(splitIntoSections('one\n\ntwo\n\nthree', 8).map(({ text }) => text)).toEqual(['one\n\ntwo', 'three'])
  })

  it('takes a plan of a model only when each of its steps can be done', () => {
    const sections = splitIntoSections('# A\na\n# B\nb')
    const step = { worker: 'figures', section: 2 }
    expect(readPlan(`Sure:\n${JSON.stringify([step])}\nDone.`, sections)).toEqual([step])
    for (const wrong of [
      '',
      '[',
      '[]',
      'no [plan]',
      '[{"worker":"magician","section":1}]',
      '[{"worker":"figures","section":3}]',
    ])
      expect(readPlan(wrong, sections)).toBeUndefined()
  })
})

describe('agent-task-manager', () => {
  it('gives each task once, in pages, also when a filter passes over most of them', async () => {
    const context = templateContext()
    for (let number = 0; number < 130; number++)
      await createTask({ title: `Task ${number}`, tags: number % 40 === 0 ? ['rare'] : [] }, context)
    const pages: (readonly string[])[] = []
    let cursor: string | undefined
    do {
      const page: { readonly tasks: readonly { readonly title: string }[]; readonly next_cursor?: string } = Object(
        await listTasks({ tag: 'rare', limit: 3, ...(cursor !== undefined && { cursor }) }, context),
      )
      pages.push(page.tasks.map(({ title }) => title))
      cursor = page.next_cursor
    } while (cursor !== undefined)
    expect(new Set(pages.flat())).toEqual(new Set(['Task 0', 'Task 40', 'Task 80', 'Task 120']))
    expect(pages.flat()).toHaveLength(4)
    expect(pages).toHaveLength(2)
  })
})

function upstream(name: string, weight: number, paths = ['/']): Upstream {
  return { name, baseUrl: `https://${name}.example`, weight, paths, healthPath: '/' }
}

async function refuseBad(input: string): Promise<string> {
  if (input === 'bad') throw new Error('no')
  return input
}
