import { closeSync, openSync, readSync } from 'node:fs'

/** The extension host writes one of these a line into the file that IOT_HUB_TEST_REPORT names. */
export type ReportLine =
  | { type: 'start'; total: number }
  | { type: 'suite'; title: string; depth: number }
  | { type: 'pass'; title: string; depth: number; milliseconds: number }
  | { type: 'fail'; title: string; depth: number; message: string }
  | { type: 'skip'; title: string; depth: number }
  | { type: 'console'; text: string }
  | { type: 'end'; passed: number; failed: number; skipped: number }

/** Returns a function that gives the lines which the file has got since the last call; the file may not exist yet. */
export function follow(file: string): () => ReportLine[] {
  let offset = 0
  let rest = ''
  const buffer = Buffer.alloc(1 << 16)
  return () => {
    let descriptor: number
    try {
      descriptor = openSync(file, 'r')
    } catch {
      return []
    }
    try {
      for (let read; (read = readSync(descriptor, buffer, 0, buffer.length, offset)) > 0; offset += read)
        rest += buffer.toString('latin1', 0, read)
    } finally {
      closeSync(descriptor)
    }
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    return lines.map((line) => JSON.parse(Buffer.from(line, 'latin1').toString()) as ReportLine)
  }
}

/** A line for the terminal; nothing for what it need not say. */
export function show(line: ReportLine): string | undefined {
  switch (line.type) {
    case 'suite':
      return `${indent(line.depth)}${line.title}`
    case 'pass':
      return `${indent(line.depth)}✔ ${line.title} (${line.milliseconds} ms)`
    case 'fail':
      return `${indent(line.depth)}✖ ${line.title}\n${line.message.replace(/^/gm, indent(line.depth + 1))}`
    case 'skip':
      return `${indent(line.depth)}﹣ ${line.title}`
    case 'console':
      return `  | ${line.text}`
    case 'start':
    case 'end':
      return undefined
  }
}

const indent = (depth: number) => '  '.repeat(depth)
