import { DAEMON_WORDS, environmentOf, RESTART_SECONDS, type ServicePlan } from './service-plan.ts'
import { escapeXml } from './xml.ts'

export const LAUNCHD_LABEL = 'local.mcpwright'

/** A launch agent of one person. launchd.plist(5) */
export function writeLaunchdPlist(plan: ServicePlan): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${LAUNCHD_LABEL}</string>
  <key>ProgramArguments</key>
  <array>
${[plan.node, plan.launcher, ...DAEMON_WORDS].map((word) => `    <string>${escapeXml(word)}</string>\n`).join('')}  </array>
  <key>EnvironmentVariables</key>
  <dict>
${Object.entries(environmentOf(plan)).map(writePair).join('')}  </dict>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ThrottleInterval</key>
  <integer>${RESTART_SECONDS}</integer>
  <key>ExitTimeOut</key>
  <integer>30</integer>
  <key>Umask</key>
  <integer>63</integer>
  <key>StandardOutPath</key>
  <string>${escapeXml(plan.log)}</string>
  <key>StandardErrorPath</key>
  <string>${escapeXml(plan.log)}</string>
</dict>
</plist>
`
}

function writePair([name, value]: readonly [string, string]): string {
  return `    <key>${escapeXml(name)}</key>\n    <string>${escapeXml(value)}</string>\n`
}
