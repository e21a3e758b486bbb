import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { templates } from '../../../generators/templates/index.ts'
import { packageRoot } from '../../config/package-root.ts'

/** A page of the documentation, for people and models. */
export interface Guide {
  readonly topic: string
  readonly title: string
  readonly description: string
}

/** Pages of `docs/guides`, in the order in which they are needed. */
const pages: readonly Guide[] = [
  {
    topic: 'start',
    title: 'From an idea to a running server',
    description: 'The road, and which tool does each step.',
  },
  { topic: 'import', title: 'Import an API description', description: 'Preview, select, expose, refresh.' },
  { topic: 'tools', title: 'Write tools by hand', description: 'Declared requests, code, and what code can use.' },
  { topic: 'secrets', title: 'Secrets and hosts', description: 'What a person enters or allows, and where.' },
  { topic: 'quality', title: 'Test and check', description: 'Tries, saved tests, findings, grades.' },
  { topic: 'deploy', title: 'Deploy, watch, go back', description: 'Versions, logs, rollback, clean-up.' },
  {
    topic: 'cloudflare',
    title: 'Publish to Cloudflare',
    description: 'Settings, protection, keys, what a Worker cannot do.',
  },
]

/** The pages, and one of `docs/templates` for each template: `template-routing`. */
export const guides: readonly Guide[] = [
  ...pages,
  ...templates.map(({ name, summary }) => ({
    topic: `template-${name}`,
    title: `The template ${name}`,
    description: summary,
  })),
]

/** Markdown. Undefined when there is no such topic. */
export async function readGuide(topic: string): Promise<string | undefined> {
  if (!guides.some((guide) => guide.topic === topic)) return undefined
  const page = topic.startsWith('template-')
    ? ['templates', `${topic.slice('template-'.length)}.md`]
    : ['guides', `${topic}.md`]
  return readFile(path.join(packageRoot(), 'docs', ...page), 'utf8')
}
