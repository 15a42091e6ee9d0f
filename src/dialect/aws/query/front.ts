import type { QueryLanguage } from '../../dialect.ts'
import { QueryParser } from './parser.ts'

/** The language of fleet indexing [aws 4.6]. DEVIATION: its quota of 7 terms (12 on newer accounts) is not enforced. */
export const query: QueryLanguage = {
  title: 'AWS IoT fleet indexing query',
  example: 'thingName:washer* AND shadow.reported.version:1.0 AND connectivity.connected:true',
  parse: (text) => new QueryParser(text).parse(),
}
