// Random cases: a request with policies, in the form that `trailkeeper evaluate` takes.
//
// They keep away from what known_differences.json lists; the comments say where.
import { ACTIONS, AWAY, HOME, KEYS, principalsOf, RCP_SERVICES, SERVICE } from './catalogue.mjs'

const one = (random, list) => (list.length === 1 && random.chance(60) ? list[0] : list)

function randomCase(random, text) {
  return random.chance(80) ? text : [...text].map((c) => (random.chance(50) ? c.toUpperCase() : c.toLowerCase())).join('')
}

function actionPattern(random, action) {
  const [service, name] = action.split(':')
  const other = random.pick(ACTIONS)[0]
  switch (random.below(8)) {
    case 0:
    case 1:
      return randomCase(random, action)
    case 2:
      return `${service}:*`
    case 3:
      return `${service}:${name.slice(0, 1 + random.below(name.length))}*`
    case 4: {
      const at = random.below(name.length)
      return `${service}:${name.slice(0, at)}?${name.slice(at + 1)}`
    }
    case 5:
      return random.chance(50) ? '*' : `${service}:*${name.slice(-3)}`
    default:
      return random.chance(80) ? other : `${service}:${name} `
  }
}

function resourcePattern(random, resource, mayBeShort) {
  if (resource === '*') return random.chance(70) ? '*' : 'arn:aws:s3:::reports'
  const parts = resource.split(':')
  const head = parts.slice(0, 5)
  const tail = parts.slice(5).join(':')
  // The product, such as `table/`, stays: the oracle allows no wildcard in it.
  const start = head[2] === 's3' ? 0 : tail.search(/[/:]/) + 1
  const at = start + random.below(tail.length - start)
  switch (random.below(9)) {
    case 0:
      return '*'
    case 1:
    case 2:
      return resource
    case 3:
      return [...head, `${tail.slice(0, at)}*`].join(':')
    case 4:
      return [...head, `${tail.slice(0, at)}?${tail.slice(at + 1)}`].join(':')
    case 5:
      // Without a separator before it the oracle takes a variable apart at its colon.
      if (start === 0 && head[2] !== 's3') return resource
      return [...head, tail.replace('anna', '${aws:username}').replace('reports', "${aws:PrincipalTag/home, 'reports'}")].join(':')
    case 6: {
      const wild = [...head]
      wild[random.pick([3, 4])] = '*'
      return [...wild, tail].join(':')
    }
    case 7:
      return mayBeShort ? head.slice(0, 3 + random.below(2)).join(':') : [...head, `*${tail.slice(-2)}`].join(':')
    default:
      return random.pick(ACTIONS.filter(([, other]) => other !== '*'))[1].replace('ACCOUNT', random.pick([HOME, AWAY]))
  }
}

function condition(random) {
  const about = random.pick(KEYS)
  let operator = random.pick(about.operators)
  // Not tried: ForAnyValue with IfExists, and conditions without values.
  let set = ''
  if (about.sets ? random.chance(85) : random.chance(8)) set = random.pick(['ForAllValues:', 'ForAnyValue:'])
  if (random.chance(10)) return { Null: { [about.key]: random.pick(['true', 'false', true]) } }
  if (set !== 'ForAnyValue:' && random.chance(20)) operator += 'IfExists'
  // In operators without wildcards the oracle doesn't know ${*}; in ArnNot… it may not see that a variable has no value.
  const strange = operator.startsWith('ArnNot') ? '${aws:' : operator.includes('Like') ? '' : '${*}'
  const patterns = about.patterns.filter((text) => strange === '' || !String(text).includes(strange))
  const values = random.some(patterns, 1 + random.below(3))
  return { [set + operator]: { [randomCase(random, about.key)]: one(random, values) } }
}

function conditions(random) {
  const all = {}
  for (let count = 1 + random.below(2); count > 0; --count) {
    for (const [operator, keys] of Object.entries(condition(random))) {
      const known = Object.keys(all[operator] ?? {}).map((key) => key.toLowerCase())
      const [[key, values]] = Object.entries(keys)
      if (!known.includes(key.toLowerCase())) all[operator] = { ...all[operator], [key]: values }
    }
  }
  return all
}

function principalElement(random, about) {
  const names = principalsOf(random.chance(85) ? about.account : about.other)
  const listed = []
  for (let count = 1 + random.below(2); count > 0; --count) listed.push(random.pick(about.principals(names)))
  const unique = [...new Set(listed)]
  if (unique.includes('*')) return random.chance(50) ? '*' : { AWS: '*' }
  if (unique.includes(SERVICE)) return { Service: one(random, [SERVICE]) }
  return { AWS: one(random, unique) }
}

function statement(random, about) {
  const made = { Effect: random.chance(about.denies) ? 'Deny' : 'Allow' }
  if (random.chance(50)) made.Sid = `S${random.below(1000)}`
  // AWS refuses "*" as an action of an RCP.
  const actionOf = () => actionPattern(random, about.action).replace(/^\*$/, about.kind === 'rcp' ? 's3:*' : '*')
  const actions = one(random, Array.from({ length: 1 + random.below(2) }, actionOf))
  made[random.chance(12) && about.kind !== 'rcp' ? 'NotAction' : 'Action'] = actions
  const not = random.chance(12)
  // The oracle doesn't complete short ARNs in NotResource.
  const mayBeShort = !not && ['identity', 'boundary'].includes(about.kind)
  const resources = Array.from({ length: 1 + random.below(2) }, () => resourcePattern(random, about.resource, mayBeShort))
  if (about.kind !== 'trust') made[not ? 'NotResource' : 'Resource'] = one(random, resources)
  if (about.kind === 'rcp') made.Principal = '*'
  if (about.kind === 'resource' || about.kind === 'trust') addPrincipal(random, made, about)
  if (random.chance(about.kind === 'rcp' ? 80 : 40)) made.Condition = conditions(random)
  return made
}

function addPrincipal(random, made, about) {
  if (random.chance(4)) return
  const not = random.chance(12)
  if (!not) {
    const direct = made.Effect === 'Deny' || about.mayGrantDirectly
    made.Principal = principalElement(random, {
      ...about,
      principals: (names) => [
        ...(direct ? ['*', names.session, names.federated, names.user, names.userWithPath] : []),
        names.role,
        about.account,
        `arn:aws:iam::${about.account}:root`,
        SERVICE
      ]
    })
    return
  }
  // Not tried: NotPrincipal with Allow where it would grant past a session policy or to a role itself; an account in
  // NotPrincipal with Deny.
  if (made.Effect === 'Allow' && (!about.mayGrantDirectly || about.isRole)) return
  made.NotPrincipal = principalElement(random, {
    ...about,
    principals: (names) => [names.session, names.federated, names.user, names.userWithPath, names.role, SERVICE]
  })
}

function policy(random, about) {
  const version = about.anyVersion && random.chance(10) ? random.pick(['2008-10-17', undefined]) : '2012-10-17'
  const statements = Array.from({ length: 1 + random.below(3) }, () => statement(random, about))
  const made = { ...(version && { Version: version }), Statement: one(random, statements) }
  // The oracle has policy variables in every version.
  if (version !== '2012-10-17' && JSON.stringify(made).includes('${')) made.Version = '2012-10-17'
  if (about.kind === 'resource' && random.chance(10)) made.Id = 'policy'
  return made
}

const policies = (random, about, most) => Array.from({ length: random.below(most + 1) }, () => policy(random, about))

function context(random) {
  const made = {}
  for (const about of random.some(KEYS, random.below(KEYS.length))) made[randomCase(random, about.key)] ??= random.pick(about.values)
  if (random.chance(30)) made['aws:PrincipalTag/home'] = random.pick(['reports', 'other', 'rep*'])
  // A key must not be there twice in different case.
  const folded = new Set()
  return Object.fromEntries(Object.entries(made).filter(([key]) => !folded.has(key.toLowerCase()) && folded.add(key.toLowerCase())))
}

export function generate(random) {
  const account = HOME
  const resourceAccount = random.chance(75) ? HOME : AWAY
  const [action, form] = random.pick(ACTIONS)
  const resource = form.replace('ACCOUNT', resourceAccount)
  const kind = random.pick(['user', 'user', 'userWithPath', 'role', 'session', 'session', 'federated', 'service'])
  const isService = kind === 'service'
  const principal = isService ? SERVICE : principalsOf(account)[kind]
  const service = action.split(':')[0]
  const about = { action, resource, account, other: AWAY, denies: 12, isRole: kind === 'role' }

  const made = { request: { principal, action, resource, resourceAccount, context: context(random) } }
  if (!isService) {
    made.identityPolicies = policies(random, { ...about, kind: 'identity', anyVersion: true }, 3)
    if (random.chance(25)) made.permissionBoundaries = [policy(random, { ...about, kind: 'boundary' })]
    // A federated user always has a session policy here; the oracle doesn't ask for one.
    const session = kind === 'federated' || ((kind === 'session' || kind === 'role') && random.chance(30))
    if (session) made.sessionPolicies = Array.from({ length: 1 + random.below(2) }, () => policy(random, { ...about, kind: 'session' }))
    if (random.chance(25)) {
      const level = () => [
        ...(random.chance(70) ? [{ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }] : []),
        ...policies(random, { ...about, kind: 'scp' }, 2)
      ]
      made.serviceControlPolicies = Array.from({ length: 1 + random.below(3) }, level)
    }
  }
  if (RCP_SERVICES.has(service) && random.chance(20)) {
    const rcp = { ...about, kind: 'rcp', denies: 100, action: random.chance(40) ? action : 's3:GetObject' }
    made.resourceControlPolicies = Array.from({ length: 1 + random.below(2) }, () => policies(random, rcp, 2))
  }
  // A role always has a trust policy; the oracle does without.
  if (action === 'sts:AssumeRole' || isService || random.chance(50)) {
    made.resourcePolicy = policy(random, {
      ...about,
      kind: action === 'sts:AssumeRole' ? 'trust' : 'resource',
      anyVersion: true,
      // The oracle lets a session policy limit even what is granted to the session itself.
      mayGrantDirectly: made.sessionPolicies === undefined || resourceAccount !== account
    })
  }
  return made
}
