import ts from 'typescript'
import type { TextFile } from '../files.ts'
import { sourceOf } from './source.ts'

/** Columns of a line. */
const most = 120
/** A text, template or regular expression as long as this takes a line with it: no formatter can break one. */
const longLiteral = 60

const literals = new Set([
  ts.SyntaxKind.StringLiteral,
  ts.SyntaxKind.NoSubstitutionTemplateLiteral,
  ts.SyntaxKind.TemplateExpression,
  ts.SyntaxKind.RegularExpressionLiteral,
])

/** Every line that is wider than a line may be. */
export function findWide(file: TextFile): string[] {
  let start = 0
  return file.text.split('\n').flatMap((line, index) => {
    const end = start + line.length
    const from = start
    start = end + 1
    if (line.length <= most || hasLongLiteral(file, from, end)) return []
    return [`${file.path}:${index + 1} width: the line has ${line.length} columns, allowed are ${most}`]
  })
}

/** Whether a literal takes that much of the line between those two places of the text. */
const hasLongLiteral = (file: TextFile, from: number, to: number): boolean =>
  /\.[cm]?ts$/.test(file.path) &&
  literalsOf(file).some((node) => Math.min(node.getEnd(), to) - Math.max(node.getStart(), from) >= longLiteral)

const known = new WeakMap<TextFile, ts.Node[]>()

function literalsOf(file: TextFile): ts.Node[] {
  const before = known.get(file)
  if (before !== undefined) return before
  const found: ts.Node[] = []
  const visit = (node: ts.Node): void => {
    if (literals.has(node.kind)) found.push(node)
    ts.forEachChild(node, visit)
  }
  visit(sourceOf(file))
  known.set(file, found)
  return found
}
