import ts from 'typescript'
import type { TextFile } from '../files.ts'

const parsed = new WeakMap<TextFile, ts.SourceFile>()

/** The file as TypeScript sees it. */
export function sourceOf(file: TextFile): ts.SourceFile {
  const known = parsed.get(file)
  if (known !== undefined) return known
  const source = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true)
  parsed.set(file, source)
  return source
}

/** The line, from 1, on which that place of the file's text stands. */
export const lineOf = (file: TextFile, at: number): number => sourceOf(file).getLineAndCharacterOfPosition(at).line + 1
