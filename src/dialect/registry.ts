import { aws } from './aws/index.ts'
import type { Dialect } from './dialect.ts'
import { iothubCourse } from './iothub-course/index.ts'

/** Every cloud the hub speaks: a new one is one more line. */
export const dialects: readonly Dialect[] = [aws, iothubCourse]
