import { dialects } from '../../../src/dialect/registry.ts'
import { conformance } from '../dialect.suite.ts'
import { toy } from './index.ts'

conformance(toy, [...dialects, toy])
