import type { Plugin } from 'esbuild'

export function watching(count: number, say?: (line: string) => void): Plugin
