import ts from 'typescript'
import type { TextFile } from '../files.ts'

const parsed = new WeakMap<TextFile, ts.SourceFile>()
const leaves = new WeakMap<TextFile, ts.Node[]>()

/** The file as TypeScript sees it. */
export function sourceOf(file: TextFile): ts.SourceFile {
  const known = parsed.get(file)
  if (known !== undefined) return known
  const source = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true)
  parsed.set(file, source)
  return source
}

/** All that has nothing below it: names, literals, parts of templates. */
export function leavesOf(file: TextFile): ts.Node[] {
  const known = leaves.get(file)
  if (known !== undefined) return known
  const found: ts.Node[] = []
  const visit = (node: ts.Node): void => {
    const before = found.length
    ts.forEachChild(node, visit)
    if (found.length === before) found.push(node)
  }
  visit(sourceOf(file))
  leaves.set(file, found)
  return found
}

/** The line, from 1, on which that place of the file's text stands. */
export const lineOf = (file: TextFile, at: number): number => sourceOf(file).getLineAndCharacterOfPosition(at).line + 1
