import type { Plugin } from 'esbuild'

export const silentDebug: Plugin
