import { describe, expect, it } from 'vitest'
import { progressReporter } from '../../src/mcp/progress-reporter.ts'

function hear() {
  const heard: { progress?: unknown; total?: unknown }[] = []
  const notify = async ({ params }: { params?: object }) => void heard.push({ ...params })
  const report = progressReporter({ mcpReq: { _meta: { progressToken: 1 }, notify } } as never)
  return { heard, report }
}

describe('the progress of a call', () => {
  it('grows with each message, whatever its step, in numbers that people can read', () => {
    const { heard, report } = hear()
    report('Begun.', 0)
    report('Files.', 0, 4)
    report('Types.', 0.1 + 0.2, 4)
    report('Types.', 0.3, 4)
    report('Checks.', 2, 4)
    report('Checks.', 1, 4)
    expect(heard.map(({ progress }) => progress)).toEqual([0.001, 0.002, 0.3, 0.301, 2, 2.001])
    expect(heard.map(({ total }) => total)).toEqual([undefined, 4, 4, 4, 4, 4])
  })

  it('counts messages where no step is told', () => {
    const { heard, report } = hear()
    report('Reading.')
    report('Adding.')
    expect(heard.map(({ progress }) => progress)).toEqual([1, 2])
  })
})
