/** Every default of mcpwright, with its unit in the name. */
export const defaults = {
  daemon: {
    host: '127.0.0.1',
    /** Asked for first; the port of the first start is kept in daemon.json. See `ports`. */
    port: 27_900,
    idleLeaveMs: 30 * 60_000,
    startTimeoutMs: 20_000,
    drainMs: 5_000,
    /** After the database has opened, what calls will need is loaded: the client who waits comes first. */
    loadLateMs: 1_000,
  },
  /** Below those that systems give outgoing connections (Linux from 32,768): what is stopped finds its own free again. */
  ports: { from: 28_000, to: 28_999 },
  /** Versions of a server that are kept besides those that are deployed. */
  builds: { kept: 10 },
  /** An archived server can be brought back so long. */
  archiveMs: 30 * 24 * 60 * 60_000,
  inbox: {
    keptMs: 7 * 24 * 60 * 60_000,
    /** From the minting of a link to the end of the session it opens. */
    linkMs: 10 * 60_000,
    /** Of one tenant: more is an agent gone wild, and no person reads it. */
    items: 200,
  },
  confirmation: {
    /** How long a question may be answered where it was asked. */
    tokenMs: 10 * 60_000,
    /** After this time what a client was asked waits in the inbox too. */
    unansweredMs: 60_000,
    /** A call that was approved on the page can be made so long. */
    approvedMs: 24 * 60 * 60_000,
  },
  limits: {
    /** Of an exported server: GitHub's has 6 MB. */
    portableBytes: 64 * 1024 * 1024,
    descriptionBytes: 32 * 1024 * 1024,
    bodyBytes: 6 * 1024 * 1024,
    answerTokens: 1_500,
    answerTokensMax: 6_000,
    codeBytes: 256 * 1024,
    sharedFiles: 50,
  },
  /** Of one server: what was changed by hand in its files. */
  files: { most: 200, bytes: 256 * 1024, totalBytes: 2 * 1024 * 1024 },
  /** Of a run of a project's script: a chat's client waits a minute. */
  scripts: { wallMs: 50_000, memoryMiB: 1_024, outputBytes: 256 * 1024, writtenMiB: 128 },
  /** Of one tenant: what an agent that nobody watches may use up. */
  quota: {
    servers: 100,
    tools: 20_000,
    buildsPerHour: 60,
    /** That wait or run. */
    jobs: 100,
    /** Of code, in all runners together: about half of what they have. */
    runnerSecondsPerHour: 10_000,
    storedGb: 5,
  },
  /** Of one server, and characters of one test's answers. */
  tests: { most: 100, bytes: 200_000 },
  exposure: { operations: 40, tokens: 10_000 },
  egress: {
    timeoutMs: 30_000,
    answerBytes: 16 * 1024 * 1024,
    redirects: 5,
    /** Of one server to one host; a sixth of it may come at once. */
    requestsPerMinute: 3_000,
  },
  login: {
    /** Of one answer of an authorization server. */
    timeoutMs: 30_000,
    metadataBytes: 1024 * 1024,
    /** How long a person may take to log in. */
    personMs: 5 * 60_000,
    /** After this time a waiting call is told what it waits for: clients give up at 60 s. */
    answerMs: 45_000,
  },
  connection: {
    /** Of the first answer, and of the list of its tools. */
    listMs: 15_000,
    /** A call that is silent for this long is given up; progress counts as a sign of life. */
    silentMs: 120_000,
    /** Of one answer, or one event of a stream. */
    answerBytes: 3 * 1024 * 1024,
    perServer: 20,
    tools: 1_000,
    definitionBytes: 128 * 1024,
    /** Of all definitions of a server together. */
    listBytes: 4 * 1024 * 1024,
    /** A question that a person has not answered ends with it, so it is as long as one may wait. */
    idleMs: 10 * 60_000,
  },
  sandbox: {
    wallMs: 15_000,
    /** Of a tool that may go on after its call. */
    taskWallMs: 10 * 60_000,
    taskRunners: 4,
    abortGraceMs: 500,
    cpuMs: 5_000,
    memoryMiB: 128,
    hostCalls: 100,
    argumentBytes: 1024 * 1024,
    logBytes: 256 * 1024,
    outputBytes: 4 * 1024 * 1024,
    runners: 2,
    idleMs: 60_000,
  },
  bridge: {
    bodyBytes: 4 * 1024 * 1024,
    lineBytes: 4 * 1024 * 1024,
    sessions: 1_000,
    sessionIdleMs: 30 * 60_000,
    sessionAgeMs: 24 * 60 * 60_000,
    events: 10_000,
    eventBytes: 16 * 1024 * 1024,
    eventAgeMs: 5 * 60_000,
    callsAtOnce: 256,
    callsWaiting: 4_096,
    startMs: 10_000,
    silentMs: 30_000,
    backoffMs: 250,
    backoffMaxMs: 30_000,
    crashesInWindow: 5,
    crashWindowMs: 60_000,
    idleMs: 10 * 60_000,
    stopGraceMs: 2_000,
  },
  jobs: {
    /** A call waits this long for its job, then answers "running". */
    answerMs: 20_000,
    /** Of a client that takes a task in the place of an answer. */
    taskMs: 2_000,
    /** A client asks again how far its task is. */
    pollMs: 1_000,
    /** Settled jobs are forgotten after this. */
    keptMs: 24 * 60 * 60_000,
  },
  worker: {
    /** Processes, with one task each. */
    atOnce: 2,
    idleMs: 60_000,
    timeoutMs: 60_000,
    /** To read the schemas of one tool, or to hold one value against one. */
    schemaMs: 10_000,
    memoryMiB: 640,
  },
  child: { memoryMiB: 512 },
} as const
