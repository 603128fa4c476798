// Compares `trailkeeper evaluate` with @cloud-copilot/iam-simulate on random requests and policies.
//
//   node run_oracle.mjs [--count N] [--seed N] COMMAND [ARGUMENT…]
//
// COMMAND reads requests as NDJSON from standard input and writes a result a line, as `trailkeeper evaluate -` does. A
// difference is shrunk to a small case and printed with its seed; then the exit code is 1. known_differences.json has
// the cases where AWS's documents say that the oracle is wrong; both sides are held to what it says.
import { readFileSync } from 'node:fs'
import { generate } from './generate.mjs'
import { Random } from './random.mjs'
import { shrink } from './shrink.mjs'
import { askCommand, askOracle } from './simulator.mjs'

function options(words) {
  const read = { count: 3000, seed: 1, command: [] }
  while (words[0]?.startsWith('--')) {
    const name = words.shift().slice(2)
    const number = Number(words.shift())
    if (!(name in read) || !Number.isInteger(number) || number < 0) throw new Error(`wrong option --${name}`)
    read[name] = number
  }
  if (words.length === 0) throw new Error('which command? node run_oracle.mjs [--count N] [--seed N] COMMAND [ARGUMENT…]')
  return { ...read, command: words }
}

async function checkKnown(command) {
  const known = JSON.parse(readFileSync(new URL('known_differences.json', import.meta.url), 'utf8'))
  const ours = askCommand(command, known.map((one) => one.case))
  let wrong = 0
  for (const [i, one] of known.entries()) {
    const theirs = await askOracle(one.case)
    const us = ours[i].decision
    const them = theirs.decision ?? 'refused'
    if (us === one.aws && them === one.oracle) continue
    ++wrong
    console.error(`known difference "${one.name}": AWS says ${one.aws}, we ${us ?? ours[i].error};`)
    console.error(`  the oracle is listed with ${one.oracle}, now says ${them}. ${one.page}`)
  }
  return { listed: known.length, wrong }
}

async function report(command, seed, one) {
  const shows = async (candidate) => {
    const theirs = await askOracle(candidate).catch(() => ({}))
    if (!theirs.decision) return false
    const [ours] = askCommand(command, [candidate])
    return ours.decision !== undefined && ours.decision !== theirs.decision
  }
  const [ours] = askCommand(command, [one])
  const small = ours.decision ? await shrink(one, shows) : one
  const theirs = await askOracle(small)
  const [us] = askCommand(command, [small])
  console.error(`seed ${seed}: we say ${us.decision ?? us.error}, the oracle says ${theirs.decision}`)
  if (us.why) console.error(`  ${us.why}`)
  console.error(JSON.stringify(small, null, 1))
}

const { count, seed, command } = options(process.argv.slice(2))
const known = await checkKnown(command)
const seeds = Array.from({ length: count }, (_, i) => seed + i)
const cases = seeds.map((number) => generate(new Random(number)))
const ours = askCommand(command, cases)
const tally = {}
const different = []
let refused = 0
for (const [i, one] of cases.entries()) {
  const theirs = await askOracle(one)
  if (theirs.error) {
    if (refused++ < 3) console.error(`seed ${seeds[i]}: the oracle refuses the case: ${theirs.error}\n${JSON.stringify(one)}`)
    continue
  }
  tally[theirs.decision] = (tally[theirs.decision] ?? 0) + 1
  if (ours[i].decision !== theirs.decision) different.push(i)
}
for (const i of different.slice(0, 5)) await report(command, seeds[i], cases[i])
console.log(`${count - refused} compared: ${JSON.stringify(tally)}; ${different.length} differ, ${refused} refused by the oracle`)
console.log(`${known.listed} known differences, ${known.wrong} of them not as listed`)
process.exitCode = different.length + refused + known.wrong > 0 ? 1 : 0
