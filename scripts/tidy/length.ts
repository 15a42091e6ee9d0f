import ts from 'typescript'
import type { TextFile } from '../files.ts'
import { lineOf, sourceOf } from './source.ts'

/** Lines of a function: what fits a screen. */
const mostOfFunction = 80
/** Lines of a file without a reason, and with one. */
const aimOfFile = 300
const mostOfFile = 500

/** `// long: because …` allows it, in the line above the function, or in the first line of the file. */
const reason = /^\s*\/\/ long: \S/

/**
 * Functions and files that are longer than they may be, and reasons that allow nothing. Tests' cases may be as long as
 * they like.
 */
export function findLong(file: TextFile): string[] {
  const lines = file.text.split('\n')
  const used = new Set<number>()
  const allowed = (line: number): boolean => {
    if (!reason.test(lines[line - 1] ?? '')) return false
    used.add(line)
    return true
  }
  const isTest = file.path.startsWith('test/')
  const found = [...lengthOfFile(file, lines, isTest, allowed), ...(isTest ? [] : lengthsOfFunctions(file, allowed))]
  const idle = lines.flatMap((line, index) => (reason.test(line) && !used.has(index + 1) ? [index + 1] : []))
  return [...found, ...idle.map((line) => `${file.path}:${line} length: nothing here is long, the reason can go`)]
}

function lengthOfFile(
  { path }: TextFile,
  lines: string[],
  isTest: boolean,
  allowed: (line: number) => boolean,
): string[] {
  const count = lines.length - (lines.at(-1) === '' ? 1 : 0)
  const has = `${path}:1 length: the file has ${count} lines`
  if (count > mostOfFile) return [`${has}, allowed are ${mostOfFile}`]
  if (count <= aimOfFile || isTest || allowed(1)) return []
  return [`${has}: more than ${aimOfFile} need a reason, \`// long: …\` in the first line`]
}

function lengthsOfFunctions(file: TextFile, allowed: (line: number) => boolean): string[] {
  const found: string[] = []
  const visit = (node: ts.Node, within: boolean): void => {
    const has = ts.isFunctionLike(node) && 'body' in node && node.body !== undefined ? linesOf(file, node) : 0
    const long = has > mostOfFunction
    if (long && !within) {
      const first = lineOf(file, whole(node).getStart())
      if (!allowed(first - 1)) {
        found.push(`${file.path}:${first} length: the function has ${has} lines, allowed are ${mostOfFunction}`)
      }
    }
    ts.forEachChild(node, (child) => visit(child, within || long))
  }
  visit(sourceOf(file), false)
  return found
}

const linesOf = (file: TextFile, node: ts.Node): number =>
  lineOf(file, node.getEnd()) - lineOf(file, node.getStart()) + 1

/** The statement or member that the function is the whole of. */
function whole(node: ts.Node): ts.Node {
  const { parent } = node
  const above =
    ts.isVariableDeclaration(parent) ||
    ts.isVariableDeclarationList(parent) ||
    ts.isVariableStatement(parent) ||
    ts.isPropertyDeclaration(parent)
  return above ? whole(parent) : node
}
