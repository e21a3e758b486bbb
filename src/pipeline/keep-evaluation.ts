import { parseXml, type XmlNode, XmlRefused } from '../../runtime/library/soap/xml-tree.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { Evaluation } from '../model/evaluation.ts'
import type { Server } from '../model/server.ts'
import { listBuilds } from '../registry/build-store.ts'
import { insertEvaluation, listEvaluations } from '../registry/evaluation-store.ts'
import type { Services } from './services.ts'

const LONGEST = 64_000
const MOST_QUESTIONS = 100

/**
 * Keeps what a model wrote for the prompt evaluate_server, so that a later one can be held against it.
 * @returns it, and the one before
 * @throws MetaError ARGUMENTS_INVALID when it is not the XML that the prompt asks for
 */
export async function keepEvaluation(
  server: Server,
  xml: string,
  { db }: Pick<Services, 'db'>,
): Promise<{ readonly kept: Omit<Evaluation, 'at'>; readonly before: Evaluation | undefined }> {
  const read = readEvaluation(server.name, xml.trim())
  const { tenantId, id } = server
  return db.as(tenantId, async (sql) => {
    const [before] = await listEvaluations(sql, tenantId, id)
    const [newest] = await listBuilds(sql, tenantId, id, 1)
    const kept = { ...read, version: newest?.version ?? null }
    await insertEvaluation(sql, tenantId, id, kept)
    return { kept, before }
  })
}

/** The score is counted: what a model says of itself is one thing, and what it wrote of each question another. */
function readEvaluation(server: string, xml: string): Pick<Evaluation, 'score' | 'questions' | 'xml'> {
  if (xml.length > LONGEST) throw useless(`it has ${xml.length} characters; at most ${LONGEST} are kept`)
  const root = parsed(xml)
  if (root.name !== 'evaluation') throw useless(`its root is <${root.name}>`)
  const named = root.attributes.get('server')
  if (named !== server) throw useless(`it is of the server "${named ?? ''}"`)
  const items = root.children.filter(({ name }) => name === 'item')
  if (items.length === 0 || items.length > MOST_QUESTIONS) throw useless(`it has ${items.length} items`)
  const without = items.findIndex((item) => !['true', 'false'].includes(textOf(item, 'ok')))
  if (without >= 0) throw useless(`item ${without + 1} has no <ok>true</ok> or <ok>false</ok>`)
  return { xml, questions: items.length, score: items.filter((item) => textOf(item, 'ok') === 'true').length }
}

function parsed(xml: string): XmlNode {
  try {
    return parseXml(xml)
  } catch (error) {
    if (error instanceof XmlRefused) throw useless(error.message)
    throw error
  }
}

function textOf({ children }: XmlNode, wanted: string): string {
  return children.find(({ name }) => name === wanted)?.text.trim() ?? ''
}

function useless(fault: string): MetaError {
  return new MetaError(
    'ARGUMENTS_INVALID',
    `This is no evaluation of the server: ${fault}.`,
    'Give the XML that the prompt evaluate_server asks for: <evaluation server="…"><item>…<ok>true</ok></item>…</evaluation>.',
  )
}
