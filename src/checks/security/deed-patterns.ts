import type { CommandPattern } from './command-patterns.ts'

const TOOL = '(?: [a-z0-9-]{1,30}){0,4} tools?'
const MODEL = '(?:ai|llm|(?:ai |large )?language model|assistant|agent|chatbot|claude|chatgpt)'
const MAIL = '[a-z0-9._+-]{1,40}@[a-z0-9-]{1,40}\\.[a-z]'
const ELSEWHERE = `(?:${MAIL}|https?:\\/\\/)`

/** Single deeds that a text has a model do: short patterns of one form each, for the same plainText. */
export const DEEDS: readonly CommandPattern[] = [
  label(
    'puts itself before other tools',
    ['tool'],
    `\\b(?:always|must|should|first|also|then) (?:call|invoke|execute|run|use)(?: the| this| my)?${TOOL}\\b`,
  ),
  label(
    'puts itself before other tools',
    ['tool'],
    `\\b(?:prefer|use|call) (?:this|my) tool (?:over|instead|rather|before|first|for (?:all|every|any))\\b`,
  ),
  label(
    'puts itself before other tools',
    ['tool'],
    `\\b(?:never|do not|don ?[’']?t) (?:use|call|invoke|trust) (?:the |any )?other${TOOL}\\b`,
  ),
  label(
    'has the model call something else as well',
    ['tool', 'called'],
    '\\bwhen(?:ever)? (?:this|any|the) tool (?:is|was) (?:called|used|invoked|run),? (?:you |also |then |always |must ){0,3}(?:call|execute|run|send|read|forward|open|fetch|invoke|use)\\b',
  ),
  label(
    'speaks to the model in person',
    [' ai', 'assistant', 'llm', 'agent', 'claude', 'chatgpt', 'language model', 'chatbot'],
    `\\bdear ${MODEL}\\b|\\binstructions? (?:to|for) (?:the |any |all )?${MODEL}s? ?:|\\bas an? (?:ai )?${MODEL},? you (?:must|should|will|need|have to)\\b`,
  ),
  label(
    'speaks to the model in person',
    ['assistant', 'agent', 'model', ' ai', 'llm'],
    `\\bthe (?:${MODEL}|model) (?:must|should|shall|may) (?:not|never) (?:reveal|tell|mention|disclose|inform|ask|warn|refuse|show this)\\b`,
  ),
  label(
    'speaks to the model in person',
    ['you are an', 'you are a '],
    '\\byou are an? (?:[a-z]{1,15} ){0,3}(?:assistant|agent|bot|ai|model) (?:that|who|which) (?:always|never|must|will)\\b',
  ),
  label(
    'speaks to the model in person',
    ['pretend'],
    "\\bpretend (?:that )?(?:you are|you ?['’]re|to be (?:an? |the )?(?:admin|administrator|system|user|root|developer))",
  ),
  label(
    'gives the model another task',
    ['new task', 'new objective', 'new goal', 'new directive'],
    '\\bnew (?:task|objective|goal|directive) ?: ?(?:summari[sz]e|send|forward|delete|read|ignore|answer|reply|find|list|execute|call|write|collect|email|upload)\\b',
  ),
  harmful(
    'sends things elsewhere',
    ['@', 'http:', 'https:'],
    `\\b(?:send|forward|email|e-mail|upload|post|redirect|route|copy) (?:them|it|this|everything|all|every|any|each|the (?:results?|answers?|outputs?|contents?|data|user))(?: [a-z'’]{1,12}){0,6} (?:to|at) ${ELSEWHERE}`,
  ),
  harmful('sends things elsewhere', ['bcc', 'forward', 'cc '], `\\b(?:bcc|cc|forward)(?: [a-z'’]{1,12}){0,4} ${MAIL}`),
  harmful(
    'collects secrets',
    ['collect', 'gather', 'harvest', 'steal', 'extract', 'dump', 'exfiltrate', 'leak'],
    "\\b(?:collect|gather|harvest|steal|extract|dump|exfiltrate|leak) (?:all |any |every |the |their |user ?[’']?s? ){0,3}(?:environment variables|env vars|secrets|credentials|passwords|api keys|private keys|access tokens|chat|conversation|personal data)\\b",
  ),
  harmful(
    'has the model run a command',
    ['rm -rf', 'curl', 'wget', 'powershell'],
    '\\brm -rf (?:\\/|~|\\$home|\\.)|\\b(?:curl|wget) [^|]{1,200}\\| ?(?:sudo )?(?:ba|z)?sh\\b|\\bpowershell(?:\\.exe)? -e(?:nc|ncodedcommand)?\\b',
  ),
  harmful(
    'says that the person has agreed',
    ['user', 'human', 'person', 'owner'],
    '\\b(?:act|behave|proceed) as (?:if|though) (?:the |this )?(?:user|human|person|owner)\\b|\\bthe (?:user|human|person|owner) (?:has |have )(?:already )?(?:authori[sz]ed|allowed|permitted|asked) you\\b',
  ),
  harmful(
    'says that rules do not hold',
    ['safety', 'security polic', 'content polic', 'restrictions'],
    '\\b(?:safety|content|security) (?:polic(?:y|ies)|rules|guidelines|filters?|checks?|restrictions) (?:(?:do|does) not apply|(?:is|are) (?:off|disabled|suspended|lifted|void))\\b',
  ),
  harmful(
    'changes who is paid',
    ['instead'],
    '\\b(?:use|pay(?: to)?|transfer (?:it |them )?to) (?:the |this )?(?:account|iban|recipient|wallet)(?: [a-z0-9]{1,40}){1,3} instead\\b',
  ),
]

function label(does: string, words: readonly string[], pattern: string): CommandPattern {
  return { does, words, pattern: new RegExp(pattern), isHarmful: false }
}

function harmful(does: string, words: readonly string[], pattern: string): CommandPattern {
  return { does, words, pattern: new RegExp(pattern), isHarmful: true }
}
