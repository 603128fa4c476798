// The two that are compared: the oracle, @cloud-copilot/iam-simulate, and a command that takes NDJSON.
import { runSimulation } from '@cloud-copilot/iam-simulate'
import { spawnSync } from 'node:child_process'

const named = (prefix, documents) => (documents ?? []).map((policy, i) => ({ name: `${prefix}${i}`, policy }))
const levels = (prefix, groups) =>
  (groups ?? []).map((documents, i) => ({ orgIdentifier: `${prefix}${i}`, policies: named(`${prefix}${i}-`, documents) }))

// The oracle takes one session policy; several of one version mean the same as one with all their statements.
function mergedSession(documents) {
  if (!documents?.length) return undefined
  return { Version: documents[0].Version, Statement: documents.flatMap((document) => document.Statement) }
}

// The oracle's decision, or why it refuses the case.
export async function askOracle(one) {
  const { principal, action, resource, resourceAccount, context } = one.request
  const session = mergedSession(one.sessionPolicies)
  const done = await runSimulation(
    {
      request: { principal, action, resource: { resource, accountId: resourceAccount }, contextVariables: structuredClone(context ?? {}) },
      identityPolicies: named('identity', one.identityPolicies),
      resourcePolicy: one.resourcePolicy,
      ...(one.permissionBoundaries?.length && { permissionBoundaryPolicies: named('boundary', one.permissionBoundaries) }),
      ...(session && { sessionPolicy: session }),
      serviceControlPolicies: levels('scp', one.serviceControlPolicies),
      resourceControlPolicies: levels('rcp', one.resourceControlPolicies)
    },
    {}
  )
  return done.resultType === 'error' ? { error: JSON.stringify(done.errors) } : { decision: done.overallResult }
}

// Keys that the command sets by itself where a request determines them. The oracle knows only those that it is given, so
// both are asked about the same context: what a case doesn't give is absent.
const impliedKeys = [
  'aws:PrincipalAccount', 'aws:PrincipalArn', 'aws:PrincipalIsAWSService', 'aws:PrincipalServiceName', 'aws:PrincipalType',
  'aws:RequestedRegion', 'aws:ResourceAccount', 'aws:userid', 'aws:username'
]

function withoutImpliedKeys(one) {
  const context = { ...one.request.context }
  const given = new Set(Object.keys(context).map((key) => key.toLowerCase()))
  for (const key of impliedKeys) if (!given.has(key.toLowerCase())) context[key] = null
  return { ...one, request: { ...one.request, context } }
}

// The command's decision on each case, in order.
export function askCommand(command, cases) {
  const input = cases.map((one) => JSON.stringify(withoutImpliedKeys(one))).join('\n') + '\n'
  const done = spawnSync(command[0], command.slice(1), { input, encoding: 'utf8', maxBuffer: 1 << 30 })
  if (done.error) throw done.error
  const lines = done.stdout.split('\n').filter((line) => line !== '')
  if (lines.length !== cases.length) {
    throw new Error(`${command.join(' ')} gave ${lines.length} results for ${cases.length} requests; stderr: ${done.stderr}`)
  }
  return lines.map((line) => {
    const result = JSON.parse(line)
    return result.error ? { error: JSON.stringify(result.error) } : { decision: result.decision, why: result.why }
  })
}
