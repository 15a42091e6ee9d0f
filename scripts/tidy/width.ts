import ts from 'typescript'
import type { TextFile } from '../files.ts'
import { leavesOf } from './source.ts'

/** Columns of a line. */
const most = 120
/** What a line may have whose excess is one text, template or regular expression: nothing can break that. */
const mostOfLiteral = 240

const literals = new Set([
  ts.SyntaxKind.StringLiteral,
  ts.SyntaxKind.NoSubstitutionTemplateLiteral,
  ts.SyntaxKind.TemplateHead,
  ts.SyntaxKind.TemplateMiddle,
  ts.SyntaxKind.TemplateTail,
  ts.SyntaxKind.RegularExpressionLiteral,
])

/** Every line that is wider than a line may be. */
export function findWide(file: TextFile): string[] {
  let start = 0
  return file.text.split('\n').flatMap((line, index) => {
    const edge = start + most
    start += line.length + 1
    if (line.length <= most) return []
    if (line.length <= mostOfLiteral && literalAt(file, edge)) return []
    return [`${file.path}:${index + 1} width: the line has ${line.length} columns, allowed are ${most}`]
  })
}

/** Whether what stands at that place of the text begins before it, and is a literal. */
const literalAt = (file: TextFile, at: number): boolean =>
  /\.[cm]?ts$/.test(file.path) &&
  leavesOf(file).some((leaf) => literals.has(leaf.kind) && leaf.getStart() < at && at <= leaf.getEnd())
