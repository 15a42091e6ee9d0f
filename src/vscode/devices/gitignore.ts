/**
 * The text of a `.gitignore` in which these files of its folder are ignored; what it has is kept. `undefined`: they
 * are already.
 */
export function ignoring(text: string, names: readonly string[], heading: string): string | undefined {
  const lines = new Set(text.split(/\r?\n/).map((line) => line.trim()))
  const missing = names.filter((name) => !lines.has(`/${name}`) && !lines.has(name))
  if (missing.length === 0) return undefined
  const before = text === '' || text.endsWith('\n') ? text : `${text}\n`
  return `${before}${[`# ${heading}`, ...missing.map((name) => `/${name}`)].join('\n')}\n`
}
