// Makes a case smaller while it still shows what it shows.

// Every way to leave one thing out of `value`, however deep: a member, an element, or an array around one element. An
// array doesn't become empty, and a policy keeps its Version: both would change what the policy says.
function* smaller(value) {
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length && value.length > 1; ++i) yield [...value.slice(0, i), ...value.slice(i + 1)]
    if (value.length === 1) yield value[0]
    for (let i = 0; i < value.length; ++i) {
      for (const less of smaller(value[i])) yield [...value.slice(0, i), less, ...value.slice(i + 1)]
    }
  } else if (value !== null && typeof value === 'object') {
    for (const key of Object.keys(value).filter((name) => name !== 'Version')) {
      const { [key]: left, ...rest } = value
      yield rest
    }
    for (const key of Object.keys(value)) {
      for (const less of smaller(value[key])) yield { ...value, [key]: less }
    }
  }
}

// The smallest case reached by leaving things out for which `shows(candidate)` still resolves to true.
export async function shrink(one, shows) {
  let current = one
  for (let again = true; again; ) {
    again = false
    for (const candidate of smaller(current)) {
      if (candidate.request?.principal && candidate.request.resourceAccount && (await shows(candidate))) {
        current = candidate
        again = true
        break
      }
    }
  }
  return current
}
