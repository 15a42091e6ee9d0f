/** A shape of AWS's service models, as its JavaScript clients carry them. */
export type Shape = unknown

const [LIST, MAP, STRUCTURE] = [1, 2, 3]

/** A shape itself, where a function names it or traits are beside it. */
function resolved(shape: Shape): unknown[] {
  const found: unknown = typeof shape === 'function' ? (shape as () => unknown)() : shape
  if (!Array.isArray(found)) return []
  return found.length === 2 ? resolved(found[0]) : found
}

/** Whether it is the shape of what is nothing: no body. */
export const isUnit = (shape: Shape): boolean =>
  (typeof shape === 'function' ? (shape as () => unknown)() : shape) === 'unit'

/** The paths of all members that an answer of this shape may have; `*`: of each element of a list or map. */
export function membersOf(shape: Shape, path = ''): string[] {
  const [kind, , , , names, shapes] = resolved(shape)
  if (kind === LIST) return membersOf(names, `${path}*.`)
  if (kind === MAP) return membersOf(shapes, `${path}*.`)
  if (kind !== STRUCTURE) return []
  return (names as string[]).flatMap((name, at) => [
    path + name,
    ...membersOf((shapes as Shape[])[at], `${path}${name}.`),
  ])
}

/** The paths of the members that this answer has, those that its shape does not know among them. */
export function membersIn(answer: unknown, shape: Shape, path = ''): string[] {
  const [kind, , , , names, shapes] = resolved(shape)
  if (answer === null || typeof answer !== 'object') return []
  if (kind === LIST || kind === MAP) {
    return Object.values(answer).flatMap((element) => membersIn(element, kind === LIST ? names : shapes, `${path}*.`))
  }
  if (kind !== STRUCTURE) return []
  return Object.entries(answer).flatMap(([name, value]) => {
    const at = (names as string[]).indexOf(name)
    return [path + name, ...(at < 0 ? [] : membersIn(value, (shapes as Shape[])[at], `${path}${name}.`))]
  })
}
