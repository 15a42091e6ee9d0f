import { dialects } from '../../src/dialect/registry.ts'
import { conformance } from './dialect.suite.ts'

for (const dialect of dialects) conformance(dialect, dialects)
