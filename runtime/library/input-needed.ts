import type { InputRequest, InputResponse, ToolContext } from './tool-context.ts'
import type { ClientSide } from './wire.ts'

/**
 * Thrown by `context.requestInput` when the answer has not come yet. The call ends, the client asks the person, and
 * the code runs again from its beginning with the answers so far: what must happen once belongs after the last one.
 */
export class InputNeeded extends Error {
  override readonly name = 'InputNeeded'
  /** By name: questions without an answer, at least one. */
  readonly requests: Readonly<Record<string, InputRequest>>
  /** What a connected server wants back with the answers. */
  readonly resume: string | undefined

  constructor(requests: Readonly<Record<string, InputRequest>>, resume?: string) {
    super('The tool waits for input.')
    this.requests = requests
    this.resume = resume
  }
}

/** Known by its name: the error may have crossed a process border, or come from another copy of this file. */
export function isInputNeeded(error: unknown): error is InputNeeded {
  return error instanceof Error && error.name === 'InputNeeded' && 'requests' in error
}

/** Behind a call that no client made, as a scheduled one. */
export const noClient: ClientSide = {
  answers: {},
  abilities: { form: false, url: false, sampling: false, roots: false },
}

type Asking = Pick<ToolContext, 'requestInput' | 'requestInputs' | 'client'>

/** The part of a context that asks, over what the client has answered so far. */
export function askingClient({ answers, abilities }: ClientSide): Asking {
  let unnamed = 0

  function requestInputs<Name extends string>(
    requests: Readonly<Record<Name, InputRequest>>,
  ): Promise<Readonly<Record<Name, InputResponse>>> {
    const names = Object.keys(requests) as Name[]
    const missing = names.filter((name) => !Object.hasOwn(answers, name))
    // Every name has its answer once none is missing.
    const answersOf = (): Record<Name, InputResponse> => pick(answers, names) as Record<Name, InputResponse>
    return missing.length === 0
      ? Promise.resolve(answersOf())
      : Promise.reject(new InputNeeded(pick(requests, missing)))
  }

  return {
    client: abilities,
    requestInputs: async (requests) => await requestInputs(requests),
    async requestInput(request, name = `input_${++unnamed}`) {
      const { [name]: answer } = await requestInputs({ [name]: request })
      // It was asked under this name.
      return answer as InputResponse
    },
  }
}

function pick<Value>(all: Readonly<Record<string, Value>>, names: readonly string[]): Record<string, Value> {
  return Object.fromEntries(names.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])))
}
