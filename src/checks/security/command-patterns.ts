/**
 * A way in which texts give orders to a model. Patterns run on plainText: small letters, single spaces. No repetition
 * is unbounded, so that each takes linear time on any text.
 */
export interface CommandPattern {
  /** What it does, as the object of "it …". */
  readonly does: string
  /** One of these stands in every text that the pattern fits: most texts are passed over by that alone. */
  readonly words: readonly string[]
  readonly pattern: RegExp
  /** It has no place in prompts either, which are there to tell the model what to do. */
  readonly isHarmful: boolean
}

const GAP = '[^.!?]{0,60}?'
const SECRET = '(?:api ?keys?|access tokens?|credentials|passwords?|secrets?|private keys?|ssh keys?|session cookies?)'
const DIALOGUE =
  '(?:(?:the|this|full|entire|whole|complete|our|your|all|previous) (?:conversation|chat|dialogue|message)(?: (?:history|log|so far|above|content|transcript))?|(?:conversation|chat|message) (?:history|transcript)|(?:all |any |the )?(?:previous|other|earlier) tool (?:results?|outputs?|calls?)|previous messages|system prompt|context window|your instructions|environment variables|env vars|contents? of (?:the |your |all |any )?(?:local |open |current )?(?:files?|workspace|repository))'
const HANDING =
  'send|post|forward|upload|transmit|exfiltrate|leak|copy|append|include|attach|pass|put|e-?mail|bcc|paste|summari[sz]e|encode|print|reveal|output|repeat|write|report|submit|store|add'
const INTO_ARGUMENT =
  'in (?:the|this) (?:[a-z]{1,15} )?(?:parameter|argument|field|url|query|notes?|body|header|payload|request)|as (?:the|an?|this) '
const TO_OTHERS = 'here|verbatim|(?:in)?to (?:this|the|our|https?:)|at https?:|via |when |before |with every |so that '
const PERSON = '(?:the |this |your |an? )?(?:users?|human|person|operator|customer|anyone)'

export const COMMANDS: readonly CommandPattern[] = [
  {
    does: 'tells the model to ignore what it was told',
    words: ['ignore', 'disregard', 'forget', 'bypass', 'discard', 'override', 'follow', 'obey', 'listen', 'comply'],
    pattern: anyOf(
      String.raw`\b(?:ignor(?:e|ing)|disregard(?:ing)?|forget(?:ting)?|bypass(?:ing)?|discard|overrid(?:e|ing))(?: [a-z']{1,12}){0,3} (?:(?:previous|prior|preceding|earlier|above|former|existing|system|other|original|safety)(?: [a-z']{1,12})? (?:instructions?|prompts?|guidelines|directives?|guardrails|messages|tools?)|your (?:instructions?|prompts?|rules?|guidelines|polic(?:y|ies)|restrictions|training)|(?:system|safety) (?:instructions?|prompts?|guidelines|restrictions)|(?:all|any|these|those|the) (?:instructions|directives|guardrails|prompts)|(?:previous|prior|earlier|preceding) (?:context|conversation|messages|orders|commands)|(?:the|everything) (?:above|before this) and|everything (?:above|before|else|you (?:were|have been|know)|that was|i said|said))\b`,
      String.raw`\b(?:do not|don ?[’']?t|never) (?:follow|obey|listen to|comply with) (?:the |any |your |other )?(?:users?(?: ?[’']s)?|system|developers?|previous|safety) (?:instructions?|requests?|wishes|orders|commands|prompts?|rules?)\b`,
    ),
    isHarmful: true,
  },
  {
    does: 'tells the model to hide something from the person',
    words: ['tell', 'mention', 'inform', 'reveal', 'disclose', 'without', 'secret', 'hide', 'hidden', 'silently'],
    pattern: anyOf(
      String.raw`\b(?:do not|don ?[’']?t|never|must not|should not|avoid|without|no need to) (?:ever )?(?:tell(?:ing)?|mention(?:ing)?(?: (?:this|that|it|anything))?(?: to)?|inform(?:ing)?|reveal(?:ing)?(?: (?:this|that|it|anything))? to|disclos(?:e|ing)(?: (?:this|that|it|anything))? to|let(?:ting)?|say(?:ing)? (?:this|that|it|anything|so) to|explain(?:ing)? (?:this|that|it|anything)? ?to|ask(?:ing)? permission from) ${PERSON}\b`,
      String.raw`\b(?:keep|hide|conceal) (?:this|that|it|these|all of this)(?: [a-z]{1,10}){0,3} (?:from|secret from|hidden from) ${PERSON}\b`,
      String.raw`\b${PERSON} (?:must|should|need) (?:not|never)(?: ever)? (?:know|see|notice|learn|find out|be told|be aware) (?:about|of|that|this)\b`,
    ),
    isHarmful: true,
  },
  {
    does: 'tells the model to read the files of the person',
    words: [
      '~/',
      'id rsa',
      'id ed25519',
      '/etc/',
      '.env',
      'mcp.json',
      'desktop config',
      '.aws',
      '.ssh',
      'git-credentials',
      '.npmrc',
      'kube',
      '.gnupg',
      'keychain',
      'appdata',
    ],
    pattern: anyOf(
      String.raw`(?:~|\$home|%userprofile%|/home/[a-z]{1,20}|/root|/users/[a-z]{1,20})[/\\]\.(?:ssh|aws|gnupg|kube|cursor|claude|config|npmrc|netrc|bash ?history|zsh ?history|git-credentials|docker|env|pgpass|azure)\b`,
      String.raw`\bid (?:rsa|ed25519|ecdsa)\b`,
      String.raw`/etc/(?:passwd|shadow|sudoers)\b`,
      String.raw`\bclaude desktop config\b`,
      String.raw`\.cursor[/\\]mcp\.json`,
      String.raw`\b(?:read|open|cat|load|include|send|attach|print) (?:[a-z']{1,12} ){0,4}\.(?:env|netrc|npmrc|git-credentials)\b`,
      String.raw`%appdata%[/\\](?:claude|code|cursor)`,
    ),
    isHarmful: true,
  },
  {
    does: 'tells the model to hand over the conversation, its instructions or the environment',
    words: [
      'conversation',
      'chat',
      'dialogue',
      'messages',
      'message',
      'prompt',
      'context window',
      'your instructions',
      'environment',
      'env vars',
      'tool ',
      'content',
    ],
    pattern: anyOf(String.raw`\b(?:${HANDING})(?: [a-z']{1,12}){0,3} ${DIALOGUE} ?(?:${INTO_ARGUMENT}|${TO_OTHERS})`),
    isHarmful: true,
  },
  {
    does: 'tells the model to send secrets somewhere',
    words: ['http:', 'https:', '@', 'parameter', 'argument', 'field'],
    pattern: anyOf(
      String.raw`\b(?:send|post|forward|upload|transmit|exfiltrate|leak|e-?mail|bcc|paste|report|submit)(?: [a-z'’]{1,12}){0,4} (?:user[’']?s? |found |stored |any |all )?${SECRET}${GAP} (?:to|at|via) (?:https?:|[a-z0-9._-]{1,40}@)`,
      String.raw`\b(?:put|include|pass|place|paste|write)(?: [a-z'’]{1,12}){0,2} (?:the )?(?:user[’']s|your own|any other|all (?:known|other|available|found|of the user[’']?s?)|every) (?:[a-z]{1,12} )?${SECRET}\b`,
    ),
    isHarmful: true,
  },
  {
    does: 'tells the model to send copies elsewhere',
    words: ['bcc', 'http:', 'https:', 'copy', 'recipient', '@', 'account number', 'iban', 'payee', 'destination'],
    pattern: anyOf(
      String.raw`\b(?:always|secretly|silently|quietly|also|must)(?: [a-z]{1,12}){0,3} (?:bcc|cc|copy|forward|send|post|upload|mirror)(?: [a-z'’]{1,12}){0,6} (?:to )?(?:https?://|[a-z0-9._+-]{1,40}@[a-z0-9-]{1,40}\.)`,
      String.raw`\b(?:change|replace|set|rewrite) (?:the |every |all )?(?:recipients?|destination|payee|account number|iban|address)(?: [a-z'’]{1,12}){0,4} (?:to|with|by) (?:[a-z0-9._+-]{1,40}@[a-z0-9-]{1,40}\.|[a-z]{2}\d{2})`,
    ),
    isHarmful: true,
  },
  {
    does: 'pretends to be a message of the system',
    words: ['important', 'system', 'instruction', '[inst', '<|', 'assistant', 'admin', 'secret>', 'critical'],
    pattern: anyOf(
      String.raw`<important>(?! ?<)`,
      String.raw`</? ?(?:system|sys|system[- ]?(?:prompt|message|reminder|note|instructions?)|instructions?|hidden|secret|critical|admin|developer|assistant|tool[- ]?(?:use|result|calls?)|function[- ]?calls?|antml[^<>]{0,30}) ?>`,
      String.raw`\[/?(?:inst|system|sys|important|admin)\]`,
      String.raw`<\|(?:im start|im-start|imstart|system|assistant|endoftext|eot id|start header id)`,
      String.raw`<<sys>>`,
      String.raw`\[(?:system|admin|developer) (?:message|note|override|prompt)\]`,
      String.raw`(?:^| )(?:###|---) ?(?:system|new instructions?|instructions? for (?:the )?(?:ai|assistant|model|agent))\b`,
      String.raw`\b(?:new|updated|hidden|secret) (?:system )?instructions?(?: for (?:the |this )?(?:ai|assistant|model|agent|llm))? ?:`,
      String.raw`\bsystem (?:override|prompt|message|notice|note) ?:`,
    ),
    isHarmful: true,
  },
  {
    does: 'tells the model what to do before, after or instead of calling tools',
    words: ['tool', 'calling', 'call', 'function'],
    pattern: anyOf(
      String.raw`\b(?:before|after|prior to|whenever|every time|each time|when(?:ever)?|instead of)(?: [a-z]{1,10}){0,2} (?:call(?:ing)?|us(?:e|ing)|invok(?:e|ing)|run(?:ning)?) (?:this|any|every|other|another|all|the)(?: [a-z0-9-]{1,30}){0,3} tools?\b${GAP}\b(?:you|must|first|always|read|call|send|include|use|pass|append|fetch|run|never|add|prefer|the (?:model|assistant|agent))\b`,
      String.raw`\byou (?:must|should|need to|have to)(?: (?:always|first|also|only|never))? (?:call|use|invoke|run|prefer) (?:this|the|my)(?: [a-z0-9-]{1,30}){0,3} (?:tool|function) (?:first|before|instead|whenever|every|for all|for any)\b`,
      String.raw`\b(?:this|the following) tool (?:must|should|has to|replaces|supersedes|takes (?:precedence|priority))${GAP}\b(?:tools?|first|before any|every|always)\b`,
      String.raw`\b(?:do not|don ?[’']?t|never) (?:use|call|invoke|trust) (?:any |the )?other tools?\b`,
      String.raw`\bbefore calling(?: this)?(?: function)?,? (?:you (?:must|should|need to) )?(?:first )?(?:read|open|cat|list|send|collect|gather|fetch|retrieve) (?:the |all |your |any |every )?(?:[a-z]{1,12} ){0,2}(?:files?|contents?|history|conversation|secrets|environment|keys|config(?:uration)?)\b`,
    ),
    isHarmful: false,
  },
  {
    does: 'speaks to the model in person',
    words: [
      ' ai',
      'you are now',
      'assistant',
      'llm',
      'language model',
      'chatbot',
      'agent',
      'claude',
      'chatgpt',
      'gpt',
      'the model',
      'cursor',
    ],
    pattern: anyOf(
      String.raw`\b(?:note|attention|message|important|reminder|warning|notice) (?:to|for) (?:the |all |any |an? )?(?:ai|llms?|language models?|(?:ai |llm )?(?:assistant|agent|model)s?|chatbots?|claude|chatgpt|cursor)\b ?[:,!-]`,
      String.raw`\bif you are an? (?:ai|llm|large language model|language model|assistant|chatbot|ai agent)\b`,
      String.raw`\b(?:ai assistants?|language models?|llms?|claude|chatgpt) (?:must|should|have to|has to|need to|needs to) (?:always|never|first|also|not|call|use|read|send|include|ignore|obey|follow)\b`,
      String.raw`\byou are now (?:in )?(?:an? )?(?:developer|admin|root|debug|dan|jailbroken|unrestricted|god)\b`,
      String.raw`\b(?:as|being) an? (?:ai|llm|language model|assistant),? (?:you|it) (?:must|should|will|need)\b`,
    ),
    isHarmful: false,
  },
  {
    does: 'tells the model to act without asking',
    words: ['confirm', 'permission', 'approval', 'asking', 'consent'],
    pattern: anyOf(
      String.raw`\b(?:do not|don ?[’']?t|never|no need to|without) (?:ever )?(?:ask(?:ing)?|wait(?:ing)?|request(?:ing)?|seek(?:ing)?)(?: for)?(?: (?:the|any|an|explicit|their|further))? ?(?:users?[’']?s?|human|person[’']?s?)? ?(?:for )?(?:confirmation|permission|approval|consent)\b`,
    ),
    isHarmful: false,
  },
]

/** One of several forms. */
function anyOf(...forms: readonly string[]): RegExp {
  return new RegExp(forms.join('|'))
}
