import { DAEMON_WORDS, environmentOf, type ServicePlan } from './service-plan.ts'
import { escapeXml } from './xml.ts'

/**
 * A task of Windows' Task Scheduler that begins at logon, without a window and without a right to more than the person
 * has. A task has no environment of its own: Node reads it from a file.
 * https://learn.microsoft.com/windows/win32/taskschd/task-scheduler-schema
 * @param environmentFile  what `writeEnvironmentFile` gives is there
 * @returns a text to be stored as UTF-16, as it says
 */
export function writeScheduledTask(plan: ServicePlan, environmentFile: string, user: string): string {
  const words = ['--headless', plan.node, `--env-file=${environmentFile}`, plan.launcher, ...DAEMON_WORDS]
  return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>mcpwright and the MCP servers that it built</Description>
  </RegistrationInfo>
  <Triggers>
    <LogonTrigger>
      <Enabled>true</Enabled>
      <UserId>${escapeXml(user)}</UserId>
    </LogonTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>${escapeXml(user)}</UserId>
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>255</Count>
    </RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>C:\\Windows\\System32\\conhost.exe</Command>
      <Arguments>${escapeXml(words.map(quoteWord).join(' '))}</Arguments>
      <WorkingDirectory>${escapeXml(plan.home)}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
`
}

/** For Node's `--env-file`; a value stands in quotes that are not in it. */
export function writeEnvironmentFile(plan: ServicePlan): string {
  return Object.entries(environmentOf(plan))
    .map(([name, value]) => `${name}=${quoteValue(value)}\n`)
    .join('')
}

function quoteValue(value: string): string {
  // Node expands \n between double quotes.
  const mark = ["'", '`', '"'].find((each) => !value.includes(each)) ?? "'"
  return mark + value + mark
}

/** CommandLineToArgvW: backslashes count only before a quote. */
function quoteWord(word: string): string {
  if (!/[\s"]/.test(word)) return word
  return `"${word.replaceAll(/(\\*)"/g, String.raw`$1$1\"`).replace(/\\+$/, '$&$&')}"`
}
